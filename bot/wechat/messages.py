"""Everything WeChat may push, as frozen values; `registry.py` says which XML becomes which class.

All fields are text as WeChat gave it (empty when missing) except `created`; ids stay text because MsgIds exceed 2^53.
"""

from dataclasses import dataclass

from bot.wechat.xml import Fields


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """`to` is the account's original id, `openid` the citizen, `created` seconds since 1970 (0 when unreadable), `kind` the MsgType."""

    to: str
    openid: str
    created: int
    msg_id: str
    kind: str

    @property
    def duplicate_key(self) -> str:
        """The same for every retry of one message. The openid belongs to it: one MsgId has been seen for several people."""
        return f"{self.openid}/{self.kind}/{self.msg_id or self.created}"


@dataclass(frozen=True, slots=True)
class Unknown(IncomingMessage):
    """A kind of message that came after this was written."""

    fields: Fields


@dataclass(frozen=True, slots=True)
class Text(IncomingMessage):
    """`menu_id` is the id of the tapped line when the text answers a msgmenu."""

    content: str
    menu_id: str


@dataclass(frozen=True, slots=True)
class Image(IncomingMessage):
    pic_url: str
    media_id: str


@dataclass(frozen=True, slots=True)
class Voice(IncomingMessage):
    """`recognition` is what WeChat understood; it is being retired, so it may be empty."""

    media_id: str
    format: str
    recognition: str


@dataclass(frozen=True, slots=True)
class Video(IncomingMessage):
    media_id: str
    thumb_media_id: str


@dataclass(frozen=True, slots=True)
class ShortVideo(Video):
    pass


@dataclass(frozen=True, slots=True)
class Location(IncomingMessage):
    """Degrees (GCJ-02), and the place as the citizen's map calls it."""

    latitude: str
    longitude: str
    scale: str
    label: str


@dataclass(frozen=True, slots=True)
class Link(IncomingMessage):
    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class MiniProgramPage(IncomingMessage):
    title: str
    app_id: str
    page_path: str


@dataclass(frozen=True, slots=True)
class File(IncomingMessage):
    title: str
    description: str
    file_key: str


@dataclass(frozen=True, slots=True)
class Event(IncomingMessage):
    """`name` is lower-case: event names compare without case. `key` is EventKey."""

    name: str
    key: str

    @property
    def duplicate_key(self) -> str:
        """By the event's own message id where it has one (receipts), else by what happened and when."""
        return f"{self.openid}/{self.kind}/{self.name}/{self.msg_id or f'{self.created}/{self.key}'}"


@dataclass(frozen=True, slots=True)
class OtherEvent(Event):
    """An event without special behaviour, or one that came after this was written."""

    fields: Fields


@dataclass(frozen=True, slots=True)
class Subscribe(Event):
    ticket: str

    @property
    def scene(self) -> str:
        """The scene of the QR code that led here; empty when there was none."""
        return self.key.removeprefix("qrscene_")


@dataclass(frozen=True, slots=True)
class Unsubscribe(Event):
    pass


@dataclass(frozen=True, slots=True)
class Scan(Event):
    """A follower scanned one of our QR codes; `key` is its scene, without the prefix a follow has."""

    ticket: str


@dataclass(frozen=True, slots=True)
class LocationReport(Event):
    """Degrees; `precision` is metres."""

    latitude: str
    longitude: str
    precision: str


@dataclass(frozen=True, slots=True)
class Click(Event):
    """A menu button; `key` is the one we gave it."""


@dataclass(frozen=True, slots=True)
class View(Event):
    """A menu button that opened a page."""

    @property
    def url(self) -> str:
        """The page that was opened."""
        return self.key


@dataclass(frozen=True, slots=True)
class ScanCode(Event):
    """A menu button scanned a code; `result` is what the code says."""

    scan_type: str
    result: str


@dataclass(frozen=True, slots=True)
class LocationSelect(Event):
    """A menu button let the citizen choose a place; degrees."""

    latitude: str
    longitude: str
    label: str


@dataclass(frozen=True, slots=True)
class SendReceipt(Event):
    """What became of a template message or a mass message (`msg_id`)."""

    status: str

    @property
    def failed(self) -> bool:
        """`failed:user block` and `failed: system failed` (with the space) are real; so anything that starts so."""
        return self.status.startswith(("failed", "send fail", "err"))


@dataclass(frozen=True, slots=True)
class SubscriptionItem:
    """One template of a subscription event.

    `status` is accept, reject or ban of a consent, success or failed of a message that was sent; `error_code` goes with the latter.
    """

    template_id: str
    status: str
    msg_id: str
    error_code: str


@dataclass(frozen=True, slots=True)
class Subscription(Event):
    """Consent to notices was given or changed, or a notice was sent; the name says which."""

    items: tuple[SubscriptionItem, ...]
