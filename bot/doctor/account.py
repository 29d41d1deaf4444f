"""The service account: does WeChat give us a token, what may the account do, and does it show the menu it should?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings
from bot.wechat import menu as menus
from bot.wechat.client import WeChatClient, connect
from bot.wechat.http import ApiError
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import GatewayError

MOST_TEMPLATES = 25
TOKEN_REFUSED = {
    40001: "check SHIMIN_WECHAT__APP_SECRET",
    40013: "check SHIMIN_WECHAT__APP_ID",
    40125: "check SHIMIN_WECHAT__APP_SECRET",
    40164: "add this machine's address to the account's IP list at WeChat",
}
LOOK_AT_WECHAT = "see the account's state and its interfaces at WeChat"
USED_MOST = ("/cgi-bin/message/custom/send", "/cgi-bin/message/template/send")
FEW_CALLS = 0.1  # of a day's
MORE_CALLS = "a new day begins at midnight in China; WeChat's console clears the count ten times a month"


@asynccontextmanager
async def asked(settings: Settings) -> AsyncIterator[WeChatClient]:
    """The account's client with a token; fetching one in normal mode disturbs nobody: it is the one in use. Raises GatewayError."""
    async with aiohttp.ClientSession() as session:
        client = connect(session, settings.wechat, MemoryEphemeral())
        await client.token()
        yield client


async def look(settings: Settings) -> Sequence[Finding]:
    """The token first: without one nothing else is told."""
    try:
        async with asked(settings) as client:
            return [
                ok("WeChat gives us a token"),
                await _addresses(client),
                await _templates(client),
                *[await _quota(client, path) for path in USED_MOST],
                await _menu(client, settings.wechat.menu),
            ]
    except ApiError as problem:
        mend = TOKEN_REFUSED.get(problem.code, LOOK_AT_WECHAT)
        return [fail(f"WeChat gives no token: {problem}", mend)]
    except GatewayError as problem:
        mend = "check SHIMIN_WECHAT__API_BASE and the way out to it"
        return [fail(f"WeChat does not answer: {problem}", mend)]


async def _addresses(client: WeChatClient) -> Finding:
    """An account in order is told from where WeChat pushes to it."""
    try:
        addresses = (await client.get("getcallbackip")).get("ip_list")
    except GatewayError as problem:
        return warn(f"WeChat does not tell where it calls from: {problem}", LOOK_AT_WECHAT)
    count = len(addresses) if isinstance(addresses, list) else 0
    return ok(f"WeChat tells the {count} addresses it calls from")


async def _templates(client: WeChatClient) -> Finding:
    """Only a verified service account may list its templates."""
    try:
        answer = await client.template.get_all_private_template()
    except ApiError as problem:
        return warn(f"no template messages: {problem}", LOOK_AT_WECHAT)
    except GatewayError as problem:
        return warn(f"WeChat does not tell its templates: {problem}", "try again later")
    templates = answer.get("template_list")
    count = len(templates) if isinstance(templates, list) else 0
    return ok(f"verified; {count} of {MOST_TEMPLATES} message templates")


async def _quota(client: WeChatClient, path: str) -> Finding:
    """What is left of the day's calls."""
    try:
        quota = (await client.post("openapi/quota/get", data={"cgi_path": path}))["quota"]
        limit, left = int(quota["daily_limit"]), int(quota["remain"])
    except GatewayError as problem:
        return warn(f"WeChat does not tell what is left of {path}: {problem}", LOOK_AT_WECHAT)
    except (KeyError, TypeError, ValueError):
        return warn(f"WeChat does not tell what is left of {path}", "try again later")
    says = f"{left} of {limit} calls of {path} are left today"
    return warn(says, MORE_CALLS) if left < limit * FEW_CALLS else ok(says)


async def _menu(client: WeChatClient, file: Path | None) -> Finding:
    """Set, and that of the file where one is named."""
    mend = f"run `shimin wechat menu {file or 'docs/menu.toml'}`"
    try:
        wanted = menus.load(file) if file else None
        current = await menus.current(client)
    except menus.WrongMenu as problem:
        return warn(f"the menu's file is wrong: {problem}", "mend it, or SHIMIN_WECHAT__MENU")
    except GatewayError as problem:
        return warn(f"WeChat does not tell the menu: {problem}", "try again later")
    if current is None:
        return warn("no menu is set", mend)
    if wanted is None:
        return ok("a menu is set")
    if not menus.same(wanted, current):
        return warn(f"the menu that is set is not that of {file}", mend)
    return ok(f"the menu of {file} is set")
