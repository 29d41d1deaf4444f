"""Text messages: a template code for every kind of notice in every language."""

from collections.abc import Sequence

from bot.doctor.finding import Finding, fail, ok, warn
from bot.duties import KINDS
from bot.settings import Settings
from models.base.texts import LANGUAGES
from models.post.notices import Channel


def needed() -> list[str]:
    """`<kind>.<language>` of all that may go out as a text."""
    kinds = (kind for kind in KINDS.kinds if Channel.SMS in kind.channels or kind.chat_else_sms)
    return [f"{kind.name}.{language}" for kind in kinds for language in LANGUAGES]


async def look(settings: Settings) -> Sequence[Finding]:
    """A kind without a code waits for ever."""
    names, codes = needed(), settings.sms.templates
    missing = [name for name in names if not codes.get(name)]
    unknown = sorted(codes.keys() - set(names))
    found = []
    if missing:
        mend = "register them at the carrier and add their codes to SHIMIN_SMS__TEMPLATES"
        found.append(fail(f"no template for {', '.join(missing)}", mend))
    if unknown:
        found.append(warn(f"no such notice: {', '.join(unknown)}", "look for a misspelt name"))
    return found or [ok(f"all {len(names)} templates have a code")]
