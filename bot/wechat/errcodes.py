"""WeChat's error codes: what each means for the message that was being sent.

From the return-code pages of the official account API. Codes that are reversed by the citizen's next message or follow are
REFUSED: this message is over, the next one is tried anew. `ours` marks what only somebody who runs the service can mend.
"""

from dataclasses import dataclass

from models.base.ports import Outcome

REFUSED, LATER, SENT = Outcome.REFUSED, Outcome.LATER, Outcome.SENT


@dataclass(frozen=True, slots=True)
class ErrCode:
    """`token_expired`: fetch the access token once more and repeat the call once."""

    meaning: str
    outcome: Outcome
    token_expired: bool = False
    ours: bool = False


ERRCODES: dict[int, ErrCode] = {
    -1: ErrCode("system busy", LATER),
    # access token; LATER because another process may just be renewing it
    40001: ErrCode("access token invalid", LATER, token_expired=True),
    40014: ErrCode("access token invalid", LATER, token_expired=True),
    42001: ErrCode("access token expired", LATER, token_expired=True),
    # the citizen
    40003: ErrCode("wrong openid", REFUSED, ours=True),
    43004: ErrCode("does not follow", REFUSED),
    50005: ErrCode("does not follow", REFUSED),
    43019: ErrCode("in our own blacklist", REFUSED),
    43101: ErrCode("has not consented to this notice", REFUSED),
    48002: ErrCode("switched our messages off", REFUSED),
    # the window for customer-service messages
    45015: ErrCode("window closed", REFUSED),
    45047: ErrCode("count in this window used up", REFUSED),
    # quotas
    45009: ErrCode("daily quota used up", LATER, ours=True),
    45011: ErrCode("too many calls a minute", LATER),
    45028: ErrCode("no mass-send quota left", LATER, ours=True),
    # what we sent
    40007: ErrCode("media id invalid", REFUSED, ours=True),
    40033: ErrCode("\\u escapes in JSON", REFUSED, ours=True),
    40037: ErrCode("template id invalid", REFUSED, ours=True),
    45002: ErrCode("text too long", REFUSED, ours=True),
    47003: ErrCode("template field invalid", REFUSED, ours=True),
    # mass send: the same clientmsgid
    45065: ErrCode("this mass message was accepted before", SENT),
    45066: ErrCode("repeated too soon", LATER),
    45067: ErrCode("clientmsgid too long", REFUSED, ours=True),
    # the account; REFUSED so that the citizen is reached another way meanwhile
    40164: ErrCode("our address is not on the list", REFUSED, ours=True),
    48001: ErrCode("interface not granted", REFUSED, ours=True),
    48004: ErrCode("interface banned", REFUSED, ours=True),
    50002: ErrCode("account restricted", REFUSED, ours=True),
    # login
    40029: ErrCode("login code invalid", REFUSED),
    40163: ErrCode("login code used before", REFUSED),
    42003: ErrCode("login code expired", REFUSED),
}
_UNKNOWN = ErrCode("unknown code", REFUSED, ours=True)


def look_up(code: int) -> ErrCode:
    """The entry for a code. One that is not listed is REFUSED: WeChat has answered and it was not yes, so nothing was sent,
    and waiting for a code nobody understands keeps a citizen uninformed; the next channel is tried and somebody has a look."""
    return ERRCODES.get(code, _UNKNOWN)
