"""The service account: does WeChat give us a token, and what may the account do?"""

from collections.abc import Sequence

import aiohttp

from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings
from bot.wechat import menu
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


async def look(settings: Settings) -> Sequence[Finding]:
    """Fetching a token in normal mode disturbs nobody: it is the one in use."""
    async with aiohttp.ClientSession() as session:
        client = connect(session, settings.wechat, MemoryEphemeral())
        try:
            await client.token()
        except ApiError as problem:
            return [
                fail(f"WeChat gives no token: {problem}", TOKEN_REFUSED.get(problem.code, LOOK_AT_WECHAT))
            ]
        except GatewayError as problem:
            return [
                fail(
                    f"WeChat does not answer: {problem}",
                    "check SHIMIN_WECHAT__API_BASE and the way out to it",
                )
            ]
        return [ok("WeChat gives us a token"), await _templates(client), await _menu(client)]


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


async def _menu(client: WeChatClient) -> Finding:
    try:
        current = await menu.current(client)
    except GatewayError as problem:
        return warn(f"WeChat does not tell the menu: {problem}", "try again later")
    if current is None:
        return warn("no menu is set", "run `shimin wechat menu docs/menu.toml`")
    return ok("a menu is set")
