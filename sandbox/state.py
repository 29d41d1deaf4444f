"""What the sandbox remembers: the records and their shelves."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Message:
    """A line of somebody's chat. `sender` is citizen, account or system; `extra` holds what its kind needs more."""

    id: int
    openid: str
    sender: str
    kind: str
    text: str
    at: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bond:
    """One citizen and the account: do they follow, have they switched its messages off (`muted`), how are they tagged?

    `windows` maps the kind of a window the account may still write in to [end in seconds since 1970, messages left or
    None for any number]; `consents` maps a subscription template to how many notices may still be sent.
    """

    openid: str
    follows: bool = False
    windows: dict[str, list[Any]] = field(default_factory=dict)
    muted: bool = False
    consents: dict[str, int] = field(default_factory=dict)
    tags: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sending:
    """A template message, a subscription notice or a mass message (`kind`: template, subscribe, mass) that was taken.

    `openids` are those it goes to and `total` how many were meant; `content` is the chat line's kind, text and extra;
    `client_id` the service's own name for it, `at` in seconds since 1970; `done`: it was delivered, or given up.
    """

    msg_id: int
    kind: str
    openids: list[str]
    content: dict[str, Any]
    at: float
    client_id: str = ""
    total: int = 1
    done: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """The account's menu as it was created; without buttons there is none."""

    buttons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag for followers."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code of the account. `scene` is what its scan tells; `expires` in seconds since 1970, None: never."""

    ticket: str
    scene: str
    url: str
    expires: float | None


@dataclass(frozen=True, slots=True)
class Media:
    """A file somebody sent or uploaded; its bytes lie beside the shelves. `created` in seconds since 1970."""

    id: str
    kind: str
    content_type: str
    created: float


@dataclass(frozen=True, slots=True)
class Token:
    """An access token of the account; times in seconds since 1970. `killed`: a forced refresh ended it."""

    value: str
    issued: float
    expires: float
    forced: bool = False
    killed: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """An OAuth code, good once and until `expires` (seconds since 1970)."""

    value: str
    openid: str
    expires: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A payment order. `state` is NOTPAY, SUCCESS or CLOSED; `asked` is the request as posted, `total` fen.

    `expires` is in seconds since 1970, `paid_at` RFC 3339; `told` means that the merchant has taken the notification.
    """

    no: str
    trade_type: str
    asked: dict[str, Any]
    expires: float
    prepay_id: str = ""
    code_url: str = ""
    state: str = "NOTPAY"
    transaction_id: str = ""
    payer: str = ""
    paid_at: str = ""
    told: bool = False

    @property
    def total(self) -> int:
        """The amount in fen."""
        return int(self.asked["amount"]["total"])


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. `status` is PROCESSING, SUCCESS, CLOSED or ABNORMAL; `asked` is the request as posted; `told`: the merchant
    knows. `made_at` and `arrived_at` are RFC 3339."""

    no: str
    order_no: str
    refund_id: str
    asked: dict[str, Any]
    notify_url: str
    status: str = "PROCESSING"
    made_at: str = ""
    arrived_at: str = ""
    told: bool = False

    @property
    def amount(self) -> int:
        """What goes back, in fen."""
        return int(self.asked["amount"]["refund"])


@dataclass(frozen=True, slots=True)
class Text:
    """An SMS to one number. `status` is waiting, delivered or failed; `told`: its receipt was taken or given up."""

    id: int
    biz_id: str
    phone: str
    template: str
    text: str
    out_id: str
    at: str
    status: str = "waiting"
    err_code: str = ""
    reported_at: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Lock:
    """A wallet lock by the service's reference. `state` is locked or released; a reference never locked has no owner."""

    reference: str
    state: str
    at: str
    resident_id: str = ""
    authority: str = ""
    legal_basis: str = ""
    since: str = ""


class State:
    """All the shelves under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.messages = Shelf(folder / "chat.jsonl", Message, lambda message: str(message.id))
        self.bonds = Shelf(folder / "bonds.jsonl", Bond, lambda bond: bond.openid)
        self.tokens = Shelf(folder / "tokens.jsonl", Token, lambda token: token.value)
        self.codes = Shelf(folder / "codes.jsonl", Code, lambda code: code.value)
        self.sendings = Shelf(folder / "sendings.jsonl", Sending, lambda sending: str(sending.msg_id))
        self.menus = Shelf(folder / "menu.jsonl", Menu, lambda _menu: "menu")
        self.tags = Shelf(folder / "tags.jsonl", Tag, lambda tag: str(tag.id))
        self.qr_codes = Shelf(folder / "qr_codes.jsonl", QrCode, lambda code: code.ticket)
        self.media = Shelf(folder / "media.jsonl", Media, lambda media: media.id)
        self.orders = Shelf(folder / "orders.jsonl", Order, lambda order: order.no)
        self.refunds = Shelf(folder / "refunds.jsonl", Refund, lambda refund: refund.no)
        self.texts = Shelf(folder / "texts.jsonl", Text, lambda text: str(text.id))
        self.locks = Shelf(folder / "locks.jsonl", Lock, lambda lock: lock.reference)

    def close(self) -> None:
        """Let go of every file."""
        for shelf in vars(self).values():
            if isinstance(shelf, Shelf):
                shelf.close()
