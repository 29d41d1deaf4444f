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
    """One citizen and the account: do they follow, and which windows may the account still write in?

    `windows` maps the window's kind to [end in seconds since 1970, messages left or None for any number].
    """

    openid: str
    follows: bool = False
    windows: dict[str, list[Any]] = field(default_factory=dict)


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
        self.messages = Shelf(folder / "chat.jsonl", Message, lambda message: str(message.id))
        self.bonds = Shelf(folder / "bonds.jsonl", Bond, lambda bond: bond.openid)
        self.tokens = Shelf(folder / "tokens.jsonl", Token, lambda token: token.value)
        self.codes = Shelf(folder / "codes.jsonl", Code, lambda code: code.value)
        self.orders = Shelf(folder / "orders.jsonl", Order, lambda order: order.no)
        self.texts = Shelf(folder / "texts.jsonl", Text, lambda text: str(text.id))
        self.locks = Shelf(folder / "locks.jsonl", Lock, lambda lock: lock.reference)

    def close(self) -> None:
        """Let go of every file."""
        for shelf in (
            self.messages,
            self.bonds,
            self.tokens,
            self.codes,
            self.orders,
            self.texts,
            self.locks,
        ):
            shelf.close()
