"""Template messages and subscription notices: is what the file names in the account, with the fields and parameters it counts on?"""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.doctor.account import asked
from bot.doctor.finding import Finding, fail, ok, warn
from bot.duties import KINDS
from bot.settings import Settings
from bot.wechat.client import WeChatClient
from bot.wechat.templates import PARAMETER, Templates, WrongTemplates, load
from models.base.ports import GatewayError
from models.base.tariff import figures, load_tariff
from models.base.texts import LANGUAGES, texts
from models.post.notices import Channel

FIELD = re.compile(r"\{\{\s*(\w+)\.DATA\s*\}\}")
FILE = "the file of SHIMIN_WECHAT__TEMPLATES"
Registered = Mapping[str, set[str]]  # fields by template id


async def look(settings: Settings) -> Sequence[Finding]:
    """Without a file there is nothing to compare: outside of the window notices go by text."""
    if settings.wechat.templates is None:
        return [ok("none: what the chat's window keeps out goes by text")]
    try:
        ours = load(settings.wechat.templates)
    except WrongTemplates as problem:
        return [fail(line, f"mend {FILE}") for line in str(problem).splitlines()]
    found = list(_not_ours(ours))
    try:
        async with asked(settings) as client:
            found += _not_theirs(ours, await _registered(client, ours))
    except GatewayError as problem:
        found.append(
            warn(f"WeChat does not tell its templates: {problem}", "see the account's state at WeChat")
        )
    return found or [ok(f"all {len(ours)} of {FILE} are in the account, with their fields")]


def _not_ours(ours: Templates) -> Iterator[Finding]:
    """Kinds that do not go into the chat, and parameters that a kind does not bring."""
    names = {kind.name for kind in KINDS.kinds if Channel.CHAT in kind.channels}
    for name, template in ours.items():
        kind, _, language = name.rpartition(".")
        if kind not in names or language not in LANGUAGES:
            yield warn(f"{name}: no such notice in the chat", "look for a misspelt name")
            continue
        for missing in sorted(template.parameters - _brought(kind, language)):
            yield fail(f"{name}: the notice has no {{{missing}}}", f"mend {FILE}")


def _brought(kind: str, language: str) -> set[str]:
    """What a notice of this kind can say: what its sentences say, the tariff's figures, the link to its page."""
    said = (PARAMETER.findall(texts(language).template(f"{way}.{kind}")) for way in ("chat", "sms"))
    return {"link", *figures(load_tariff()), *(name for names in said for name in names)}


async def _registered(client: WeChatClient, ours: Templates) -> Registered:
    """What the account has of the sorts the file names. Raises as `Api.call`."""
    sorts = {template.one_time for template in ours.values()}
    found: dict[str, set[str]] = {}
    if False in sorts:
        answer = await client.template.get_all_private_template()
        found |= _fields(answer.get("template_list"), "template_id")
    if True in sorts:
        answer = await client.get("/wxaapi/newtmpl/gettemplate")
        found |= _fields(answer.get("data"), "priTmplId")
    return found


def _fields(listed: object, id_field: str) -> dict[str, set[str]]:
    each = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return {str(one.get(id_field)): set(FIELD.findall(str(one.get("content")))) for one in each}


def _not_theirs(ours: Templates, registered: Registered) -> Iterator[Finding]:
    for name, template in ours.items():
        theirs = registered.get(template.template)
        if theirs is None:
            yield fail(
                f"{name}: the account has no template {template.template}",
                f"add it at WeChat, or name another in {FILE}",
            )
        elif theirs != template.fields.keys():
            yield fail(
                f"{name}: the fields of its template are {', '.join(sorted(theirs))}, not {', '.join(sorted(template.fields))}",
                f"mend {FILE}",
            )
