"""WeChat's error codes: what each means for the message that was being sent, and for the next one to the same citizen.

From the return-code pages of the official account API. Codes that are reversed by the citizen's next message or follow are
REFUSED: this message is over, the next one is tried anew. `ours` marks what only somebody who runs the service can mend.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.base.ports import Outcome

REFUSED, LATER, SENT = Outcome.REFUSED, Outcome.LATER, Outcome.SENT


class Recipient(StrEnum):
    """What a refusal tells about the citizen; the next message or follow reverses all of it."""

    NOT_FOLLOWING = "not_following"
    MESSAGES_OFF = "messages_off"
    BLACKLISTED = "blacklisted"
    WRONG_OPENID = "wrong_openid"
    WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True, slots=True)
class ErrCode:
    """`token_expired`: fetch the access token once more and repeat the call once."""

    meaning: str
    outcome: Outcome
    token_expired: bool = False
    ours: bool = False
    recipient: Recipient | None = None


def _ours(meaning: str, outcome: Outcome = REFUSED) -> ErrCode:
    return ErrCode(meaning, outcome, ours=True)


def _citizen(meaning: str, recipient: Recipient, *, ours: bool = False) -> ErrCode:
    return ErrCode(meaning, REFUSED, ours=ours, recipient=recipient)


ERRCODES: dict[int, ErrCode] = {
    -1: ErrCode("system busy", LATER),
    # access token; LATER because another process may just be renewing it
    40001: ErrCode("access token invalid", LATER, token_expired=True),
    40014: ErrCode("access token invalid", LATER, token_expired=True),
    42001: ErrCode("access token expired", LATER, token_expired=True),
    # the citizen
    40003: _citizen("wrong openid", Recipient.WRONG_OPENID, ours=True),
    43004: _citizen("does not follow", Recipient.NOT_FOLLOWING),
    50005: _citizen("does not follow", Recipient.NOT_FOLLOWING),
    43019: _citizen("in our own blacklist", Recipient.BLACKLISTED),
    48002: _citizen("switched our messages off", Recipient.MESSAGES_OFF),
    43101: ErrCode(
        "has not consented to this notice", REFUSED
    ),  # this template only: says nothing of the next message
    # the window for customer-service messages
    45015: _citizen("window closed", Recipient.WINDOW_CLOSED),
    45047: _citizen("count in this window used up", Recipient.WINDOW_CLOSED),
    # quotas
    45009: _ours("daily quota used up", LATER),
    45011: ErrCode("too many calls a minute", LATER),
    45028: _ours("no mass-send quota left", LATER),
    # the account and its credentials; REFUSED so that the citizen is reached another way meanwhile
    40002: _ours("wrong kind of credential"),
    40013: _ours("app id unknown"),
    40125: _ours("app secret wrong"),
    40164: _ours("our address is not on the list"),
    41001: _ours("access token missing"),
    48001: _ours("interface not granted"),
    48004: _ours("interface banned"),
    50002: _ours("account restricted"),
    # messages
    40008: _ours("kind of message unknown"),
    40033: _ours("\\u escapes in JSON"),
    40037: _ours("template id invalid"),
    40200: _ours("kind of message not for this account"),
    44004: _ours("text empty"),
    45002: _ours("text too long"),
    45008: _ours("too many articles"),
    47001: _ours("not the JSON that is expected"),
    47003: _ours("template field invalid"),
    # media
    40004: _ours("kind of media unknown"),
    40005: _ours("kind of file not taken"),
    40006: _ours("file too large"),
    40007: _ours("media id invalid"),
    40009: _ours("picture too large"),
    # mass send: the same clientmsgid
    45065: ErrCode("this mass message was accepted before", SENT),
    45066: ErrCode("repeated too soon", LATER),
    45067: _ours("clientmsgid too long"),
    # menu, QR codes, tags
    40015: _ours("kind of menu button unknown"),
    40016: _ours("number of menu buttons"),
    40018: _ours("name of a menu button too long"),
    40019: _ours("key of a menu button too long"),
    40020: _ours("URL of a menu button too long"),
    40023: _ours("number of sub-buttons"),
    40025: _ours("name of a sub-button too long"),
    40026: _ours("key of a sub-button too long"),
    40027: _ours("URL of a sub-button too long"),
    40053: _ours("scene of the QR code invalid"),
    40054: _ours("URL of a sub-button not allowed"),
    40055: _ours("URL of a menu button not allowed"),
    46003: ErrCode("there is no menu", REFUSED),
    45056: _ours("too many tags"),
    45157: _ours("a tag of this name exists"),
    45158: _ours("name of a tag too long"),
    # login
    40029: ErrCode("login code invalid", REFUSED),
    40163: ErrCode("login code used before", REFUSED),
    42003: ErrCode("login code expired", REFUSED),
}
_UNKNOWN = _ours("unknown code")


def look_up(code: int) -> ErrCode:
    """The entry for a code. One that is not listed is REFUSED: WeChat has answered and it was not yes, so nothing was sent,
    and waiting for a code nobody understands keeps a citizen uninformed; the next channel is tried and somebody has a look."""
    return ERRCODES.get(code, _UNKNOWN)


def recipient(reason: str) -> Recipient | None:
    """What the `reason` of a SendResult tells about the citizen: an errcode, or the state itself where nothing was sent."""
    if reason.isdecimal():
        return look_up(int(reason)).recipient
    return next((state for state in Recipient if state.value == reason), None)
