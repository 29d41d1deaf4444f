"""What a check finds. No finding shows a secret: settings are named, not quoted."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.settings import Settings


class Level(StrEnum):
    """FAIL: the service cannot do its work. WARN: it can, but somebody should know."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` is what is, `mend` what to do about it (empty for OK)."""

    level: Level
    says: str
    mend: str = ""


Check = Callable[[Settings], Awaitable[Sequence[Finding]]]


def ok(says: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, says)


def warn(says: str, mend: str) -> Finding:
    """It works, but."""
    return Finding(Level.WARN, says, mend)


def fail(says: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(Level.FAIL, says, mend)
