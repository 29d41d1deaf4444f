"""Which XML becomes which message: by MsgType and, for events, by Event.

The two tables give the XML names of each class's own fields, in order. A kind that is not in them becomes `Unknown` or
`OtherEvent`, never an error: WeChat adds kinds without asking.
"""

from collections.abc import Callable
from typing import Any

from bot.wechat import messages as m
from bot.wechat.errors import Unreadable
from bot.wechat.xml import Fields, find_all, text

# (to, openid, created, msg_id, kind) and for events (..., name, key)
Common = tuple[Any, ...]
Reader = Callable[[Common, Fields], m.IncomingMessage]


def _texts(cls: Callable[..., m.IncomingMessage], *names: str) -> Reader:
    """Each name is that of a leaf, or a path to one (`ScanCodeInfo/ScanType`)."""
    paths = [name.split("/") for name in names]
    return lambda common, fields: cls(*common, *[text(fields, *path) for path in paths])


def _one(cls: Callable[..., m.IncomingMessage], own: Callable[[Fields], object]) -> Reader:
    return lambda common, fields: cls(*common, own(fields))


def _items(fields: Fields) -> tuple[m.SubscriptionItem, ...]:
    """The wrapper of the lists has another name in each event, and other names have been seen: any will do."""
    return tuple(
        m.SubscriptionItem(
            template_id=text(item, "TemplateId"),
            status=text(item, "SubscribeStatusString") or text(item, "ErrorStatus"),
            msg_id=text(item, "MsgID"),
            error_code=text(item, "ErrorCode"),
        )
        for item in find_all(fields, "List")
    )


MESSAGES: dict[str, Reader] = {
    "text": _texts(m.Text, "Content", "bizmsgmenuid"),
    "image": _texts(m.Image, "PicUrl", "MediaId"),
    "voice": _texts(m.Voice, "MediaId", "Format", "Recognition"),
    "video": _texts(m.Video, "MediaId", "ThumbMediaId"),
    "shortvideo": _texts(m.ShortVideo, "MediaId", "ThumbMediaId"),
    "location": _texts(m.Location, "Location_X", "Location_Y", "Scale", "Label"),
    "link": _texts(m.Link, "Title", "Description", "Url"),
    "miniprogrampage": _texts(m.MiniProgramPage, "Title", "AppId", "PagePath"),
    "file": _texts(m.File, "Title", "Description", "FileKey"),
}
EVENTS: dict[str, Reader] = {
    "subscribe": _texts(m.Subscribe, "Ticket"),
    "unsubscribe": _texts(m.Unsubscribe),
    "scan": _texts(m.Scan, "Ticket"),
    "location": _texts(m.LocationReport, "Latitude", "Longitude", "Precision"),
    "click": _texts(m.Click),
    "view": _texts(m.View),
    "scancode_push": _texts(m.ScanCode, "ScanCodeInfo/ScanType", "ScanCodeInfo/ScanResult"),
    "scancode_waitmsg": _texts(m.ScanCode, "ScanCodeInfo/ScanType", "ScanCodeInfo/ScanResult"),
    "location_select": _texts(
        m.LocationSelect,
        "SendLocationInfo/Location_X",
        "SendLocationInfo/Location_Y",
        "SendLocationInfo/Label",
    ),
    "templatesendjobfinish": _texts(m.SendReceipt, "Status"),
    "masssendjobfinish": _texts(m.SendReceipt, "Status"),
    "subscribe_msg_popup_event": _one(m.Subscription, _items),
    "subscribe_msg_change_event": _one(m.Subscription, _items),
    "subscribe_msg_sent_event": _one(m.Subscription, _items),
}
_UNKNOWN, _OTHER = _one(m.Unknown, dict), _one(m.OtherEvent, dict)


def read(fields: Fields) -> m.IncomingMessage:
    """The message in these fields. Raises Unreadable when it does not say from whom or of what kind it is."""
    openid, kind = text(fields, "FromUserName"), text(fields, "MsgType").lower()
    if not openid or not kind:
        raise Unreadable("no sender or kind")
    common = (text(fields, "ToUserName"), openid, _seconds(text(fields, "CreateTime")), _msg_id(fields), kind)
    if kind != "event":
        return MESSAGES.get(kind, _UNKNOWN)(common, fields)
    name = text(fields, "Event").lower()
    return EVENTS.get(name, _OTHER)((*common, name, text(fields, "EventKey")), fields)


def _seconds(created: str) -> int:
    return int(created) if created.isascii() and created.isdigit() and len(created) <= 10 else 0


def _msg_id(fields: Fields) -> str:
    """MsgId of a message, MsgID (capital D) of a receipt, the MsgIDs inside the list of subscribe_msg_sent_event."""
    own = text(fields, "MsgId") or text(fields, "MsgID")
    return own or ",".join(filter(None, (text(item, "MsgID") for item in find_all(fields, "List"))))
