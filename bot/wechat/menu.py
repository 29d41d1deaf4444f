"""The menu at the bottom of the chat: read from a file, checked before WeChat sees it, set, shown, taken away.

The file has the shape of WeChat's own JSON, in JSON or TOML: at most 3 `button`s, each an action or at most 5 `sub_button`s.
Limits: "create a menu" (names 16 bytes, names of sub-buttons 60, keys 128, URLs 1024).
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.wechat.client import WeChatClient
from bot.wechat.http import ApiError

BUTTONS, SUB_BUTTONS = 3, 5
NAME_LIMIT, SUB_NAME_LIMIT = 16, 60
NO_MENU = 46003

# What an action of each type must hold.
_PRESSED = dict.fromkeys(
    (
        *("click", "scancode_push", "scancode_waitmsg", "location_select"),
        *("pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    ),
    ("key",),
)
TYPES: Mapping[str, tuple[str, ...]] = {
    **_PRESSED,
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "media_id": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
LIMITS = {"key": 128, "url": 1024}  # bytes


class WrongMenu(ValueError):
    """One line for each thing that is wrong, naming its button."""


def load(file: Path) -> dict[str, Any]:
    """Read and check a menu. Raises WrongMenu."""
    try:
        content = file.read_text("utf-8")
        menu = tomllib.loads(content) if file.suffix == ".toml" else json.loads(content)
    except (OSError, ValueError) as problem:
        raise WrongMenu(f"{file}: {problem}") from problem
    if wrong := list(_problems(menu)):
        raise WrongMenu("\n".join(f"{file}: {line}" for line in wrong))
    return {"button": menu["button"]}


def lines(menu: Mapping[str, Any]) -> Iterator[str]:
    """The menu as a person reads it."""
    for button in menu["button"]:
        yield _line(button)
        for sub in button.get("sub_button", ()):
            yield f"  {_line(sub)}"


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Would a citizen see the same menu? WeChat tells empty `sub_button`s where there are none."""
    return _plain(one["button"]) == _plain(other["button"])


async def create(client: WeChatClient, menu: Mapping[str, Any]) -> None:
    """Set it; followers see it within 24 hours, or after leaving and following. Raises as `Api.call`."""
    await client.menu.create(dict(menu))


async def current(client: WeChatClient) -> Mapping[str, Any] | None:
    """What is set now; None without a menu. Raises as `Api.call`."""
    try:
        answer = await client.menu.get()
    except ApiError as error:
        if error.code == NO_MENU:
            return None
        raise
    menu: Mapping[str, Any] = answer["menu"]
    return menu


async def delete(client: WeChatClient) -> None:
    """Take it away. Raises as `Api.call`."""
    await client.menu.delete()


def _plain(buttons: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: _plain(value) if name == "sub_button" else value
            for name, value in button.items()
            if name != "sub_button" or value
        }
        for button in buttons
    ]


def _line(button: Mapping[str, Any]) -> str:
    done = [str(button[name]) for name in TYPES.get(str(button.get("type")), ())]
    return " ".join([button["name"], *(["->", button["type"], *done] if done else [])])


def _problems(menu: Any) -> Iterator[str]:
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= BUTTONS:
        yield f"button: there must be 1 to {BUTTONS}"
        return
    for number, button in enumerate(buttons, 1):
        where = f"button {number}"
        yield from _named(where, button, NAME_LIMIT)
        if isinstance(button, dict) and "sub_button" in button:
            yield from _sub_problems(where, button)
        else:
            yield from _action(where, button)


def _sub_problems(where: str, button: Mapping[str, Any]) -> Iterator[str]:
    subs = button["sub_button"]
    if button.keys() - {"name", "sub_button"}:
        yield f"{where}: with sub_button it has a name and nothing else"
    if not isinstance(subs, list) or not 1 <= len(subs) <= SUB_BUTTONS:
        yield f"{where}: sub_button: there must be 1 to {SUB_BUTTONS}"
        return
    for number, sub in enumerate(subs, 1):
        yield from _named(f"{where}, sub-button {number}", sub, SUB_NAME_LIMIT)
        yield from _action(f"{where}, sub-button {number}", sub)


def _named(where: str, button: Any, limit: int) -> Iterator[str]:
    if not isinstance(button, dict):
        yield f"{where}: is not a table"
    elif _size(button.get("name")) not in range(1, limit + 1):
        yield f"{where}: name: must be 1 to {limit} bytes (a Chinese character is 3)"


def _action(where: str, button: Any) -> Iterator[str]:
    if not isinstance(button, dict):
        return
    needed = TYPES.get(str(button.get("type")))
    if needed is None:
        yield f"{where}: type: must be one of {', '.join(TYPES)}"
        return
    for name in sorted(button.keys() - {"name", "type", *needed}):
        yield f"{where}: {name}: does not belong to {button['type']}"
    for name in needed:
        limit = LIMITS.get(name, 1024)
        if _size(button.get(name)) not in range(1, limit + 1):
            yield f"{where}: {name}: must be 1 to {limit} bytes"
    if "url" in needed and not str(button.get("url")).startswith(("https://", "http://")):
        yield f"{where}: url: must begin with https:// or http://"


def _size(value: Any) -> int:
    """Bytes of a text; 0 for what is none."""
    return len(value.encode()) if isinstance(value, str) else 0
