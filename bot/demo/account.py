"""The demo's service account as an operator sets one up: the menu, and the templates that notices go by (the files in docs/)."""

from pathlib import Path
from typing import Any

import aiohttp

from bot.settings import Settings
from bot.wechat import menu as menus
from bot.wechat import templates
from bot.wechat.client import connect
from models.base.ephemeral import MemoryEphemeral

DOCS = Path(__file__).parents[2] / "docs"
FILES = {"SHIMIN_WECHAT__MENU": DOCS / "menu.toml", "SHIMIN_WECHAT__TEMPLATES": DOCS / "templates.toml"}

# What WeChat knows of the account's templates and the service need not: their titles, and what they call their fields.
TITLES = {
    "T-receipt": "缴款成功通知",
    "T-refund": "退款通知",
    "T-unlocked": "钱包解锁通知",
    "T-class": "班级通知",
}
LABELS = {
    "character_string1": "案号",
    "amount2": "金额",
    "time3": "日期",
    "const4": "状态",
    "thing3": "说明",
    "phrase1": "状态",
    "thing2": "说明",
}
CONSTS = {"const4": ["已缴清"]}


def settings() -> dict[str, str]:
    """The files, where they came along: a package that was installed has none."""
    return {name: str(file) for name, file in FILES.items() if file.exists()}


def granted() -> dict[str, Any]:
    """The templates of the sandbox's account, by their ids."""
    file = FILES["SHIMIN_WECHAT__TEMPLATES"]
    ours = templates.load(file).values() if file.exists() else ()
    return {
        template.template: {
            "title": TITLES.get(template.template, template.template),
            "fields": list(template.fields),
            "labels": {name: LABELS.get(name, name) for name in template.fields},
            "consts": {name: CONSTS[name] for name in template.fields if name in CONSTS},
            "one_time": template.one_time,
        }
        for template in ours
    }


async def set_menu(session: aiohttp.ClientSession, settings: Settings) -> None:
    """By the API, as `shimin wechat menu` does; one that is set already stays."""
    if settings.wechat.menu is None:
        return
    wanted = menus.load(settings.wechat.menu)
    client = connect(session, settings.wechat, MemoryEphemeral())
    current = await menus.current(client)
    if current is None or not menus.same(wanted, current):
        await menus.create(client, wanted)
