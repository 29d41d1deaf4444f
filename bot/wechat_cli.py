"""`shimin wechat`: the menu of the account, and QR codes that lead to it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import aiohttp
import segno
import typer

from bot.shell import complain, complaints, console, quiet, read_settings
from bot.wechat import menu as menus
from bot.wechat import qr as codes
from bot.wechat.client import WeChatClient, connect
from bot.wechat.http import ApiError
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import GatewayError

Result = TypeVar("Result")
PICTURES = (".svg", ".png")
app = typer.Typer(no_args_is_help=True, help="The service account at WeChat.")


@app.command()
def menu(
    file: Annotated[
        Path | None, typer.Argument(help="JSON or TOML; without one: show what is set now.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and show only.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Take the menu away.")] = False,
) -> None:
    """Set the menu from a file, after checking it (docs/menu.toml is one)."""
    if file is None:
        _show_or_delete(delete)
        return
    try:
        wanted = menus.load(file)
    except menus.WrongMenu as problem:
        complain(str(problem))
    _print(*menus.lines(wanted))
    if dry_run:
        complaints.print("Checked; nothing was set.")
        return
    _ask(lambda client: menus.create(client, wanted))
    complaints.print(
        "The menu is set. Followers see it within 24 hours; whoever follows anew sees it at once."
    )


@app.command()
def qr(
    office: Annotated[str, typer.Argument(help="Its name; the scene is office:NAME.")],
    of_class: Annotated[
        bool, typer.Option("--class", help="It is a class's code; whoever scans it asks to join.")
    ] = False,
    days: Annotated[int | None, typer.Option(help=f"For so long, 1 to {codes.LONGEST_DAYS}.")] = None,
    permanent: Annotated[bool, typer.Option("--permanent", help="For ever; an account has 100,000.")] = False,
    file: Annotated[Path, typer.Option(help="Where to draw it, .svg or .png.")] = Path("qr.svg"),
) -> None:
    """Make a QR code for an office or a class: prints the address of WeChat's picture and draws one into a file."""
    if permanent == (days is not None):
        complain("say either --days N or --permanent")
    if file.suffix not in PICTURES:
        complain(f"{file}: must end in {' or '.join(PICTURES)}")
    try:
        scene = codes.scene_of_class(office) if of_class else codes.scene_of(office)
        code = _ask(lambda client: codes.create(client, scene, days=days))
    except ValueError as problem:
        complain(str(problem))
    segno.make(code.url, error="m").save(str(file), scale=8)
    _print(code.picture_url)
    complaints.print(f"{code.scene} is drawn in {file}", highlight=False, soft_wrap=True)


def _show_or_delete(delete: bool) -> None:
    if delete:
        _ask(menus.delete)
        complaints.print("The menu is taken away.")
        return
    current = _ask(menus.current)
    if current is None:
        complain("no menu is set")
    _print(*menus.lines(current))


def _print(*lines: str) -> None:
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _ask(act: Callable[[WeChatClient], Awaitable[Result]]) -> Result:
    """One conversation with the API host; what it refuses ends the command."""
    quiet()
    account = read_settings().wechat

    async def asked() -> Result:
        async with aiohttp.ClientSession() as session:
            # A token of its own: stable_token in normal mode gives the one the service is using.
            return await act(connect(session, account, MemoryEphemeral()))

    try:
        return asyncio.run(asked())
    except ApiError as problem:
        complain(f"WeChat refused: {problem}")
    except GatewayError as problem:
        complain(f"no answer from {account.api_base} (SHIMIN_WECHAT__API_BASE): {problem}")
