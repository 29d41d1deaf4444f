"""Every kind of message, as WeChat's pages show it, and what we read in it; what tells a duplicate. Events: `test_events.py`."""

import dataclasses

import pytest

from bot.wechat import messages as m
from bot.wechat import registry, xml
from bot.wechat.errors import Unreadable
from tests.wechat.pushes import NOW, OPENID, ORIGINAL_ID, read


def own(message: m.IncomingMessage) -> dict[str, object]:
    """The fields a class adds to the common ones."""
    common = {field.name for field in dataclasses.fields(m.IncomingMessage)}
    return {
        field.name: getattr(message, field.name)
        for field in dataclasses.fields(message)
        if field.name not in common
    }


MESSAGES = [
    pytest.param("text", "<Content>罚单</Content>", m.Text, {"content": "罚单", "menu_id": ""}, id="text"),
    pytest.param(
        "text",
        "<Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid>",
        m.Text,
        {"content": "满意", "menu_id": "101"},
        id="text from a msgmenu",
    ),
    pytest.param(
        "image",
        "<PicUrl>https://p/1</PicUrl><MediaId>m1</MediaId>",
        m.Image,
        {"pic_url": "https://p/1", "media_id": "m1"},
        id="image",
    ),
    pytest.param(
        "voice",
        "<MediaId>m1</MediaId><Format>amr</Format><Recognition>罚单</Recognition>",
        m.Voice,
        {"media_id": "m1", "format": "amr", "recognition": "罚单"},
        id="voice, understood",
    ),
    pytest.param(
        "voice",
        "<MediaId>m1</MediaId><Format>amr</Format>",
        m.Voice,
        {"media_id": "m1", "format": "amr", "recognition": ""},
        id="voice, not understood",
    ),
    pytest.param(
        "video",
        "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>",
        m.Video,
        {"media_id": "m1", "thumb_media_id": "t1"},
        id="video",
    ),
    pytest.param(
        "shortvideo",
        "<MediaId>m1</MediaId><ThumbMediaId>t1</ThumbMediaId>",
        m.ShortVideo,
        {"media_id": "m1", "thumb_media_id": "t1"},
        id="short video",
    ),
    pytest.param(
        "location",
        "<Location_X>22.51</Location_X><Location_Y>113.39</Location_Y><Scale>16</Scale><Label>兴中道</Label>",
        m.Location,
        {"latitude": "22.51", "longitude": "113.39", "scale": "16", "label": "兴中道"},
        id="location",
    ),
    pytest.param(
        "link",
        "<Title>t</Title><Description>d</Description><Url>https://u</Url>",
        m.Link,
        {"title": "t", "description": "d", "url": "https://u"},
        id="link",
    ),
    pytest.param(
        "miniprogrampage",
        "<Title>t</Title><AppId>wx1</AppId><PagePath>pages/a</PagePath><ThumbUrl>u</ThumbUrl>",
        m.MiniProgramPage,
        {"title": "t", "app_id": "wx1", "page_path": "pages/a"},
        id="mini program page",
    ),
    pytest.param(
        "file",
        "<Title>a.pdf</Title><Description>12 KB</Description><FileKey>k</FileKey><FileTotalLen>9</FileTotalLen>",
        m.File,
        {"title": "a.pdf", "description": "12 KB", "file_key": "k"},
        id="file",
    ),
    pytest.param("image", "", m.Image, {"pic_url": "", "media_id": ""}, id="an image without its fields"),
    pytest.param(
        "text",
        "<Content><b>1</b></Content>",
        m.Text,
        {"content": "", "menu_id": ""},
        id="a text with elements for words",
    ),
]


@pytest.mark.parametrize(("kind", "inner", "cls", "fields"), MESSAGES)
def test_a_message(kind, inner, cls, fields):
    message = read(f"<MsgType>{kind}</MsgType>{inner}<MsgId>23456789012345678</MsgId>")
    assert type(message) is cls
    assert own(message) == fields
    assert (message.to, message.openid, message.created) == (ORIGINAL_ID, OPENID, NOW)
    assert (message.msg_id, message.kind) == ("23456789012345678", kind)


def test_an_unknown_kind_of_message_keeps_what_it_said():
    message = read("<MsgType>Hologram</MsgType><Depth>3</Depth>")
    assert isinstance(message, m.Unknown)
    assert (message.kind, message.fields["Depth"]) == ("hologram", "3")


@pytest.mark.parametrize(
    ("inner", "key"),
    [
        pytest.param("<MsgType>text</MsgType><MsgId>1</MsgId>", f"{OPENID}/text/1", id="a message: MsgId"),
        pytest.param("<MsgType>text</MsgType>", f"{OPENID}/text/{NOW}", id="a message without one: its time"),
        pytest.param(
            "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>FINES</EventKey>",
            f"{OPENID}/event/click/{NOW}/FINES",
            id="an event: time and key",
        ),
        pytest.param(
            "<MsgType>event</MsgType><Event>unsubscribe</Event>",
            f"{OPENID}/event/unsubscribe/{NOW}/",
            id="an event without a key",
        ),
        pytest.param(
            "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>5</MsgID>",
            f"{OPENID}/event/templatesendjobfinish/5",
            id="a receipt: MsgID",
        ),
        pytest.param(
            "<MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event>"
            "<W><List><MsgID>5</MsgID></List><List><MsgID>6</MsgID></List></W>",
            f"{OPENID}/event/subscribe_msg_sent_event/5,6",
            id="a receipt of several: all MsgIDs",
        ),
    ],
)
def test_duplicate_key(inner, key):
    assert read(inner).duplicate_key == key


@pytest.mark.parametrize(
    ("given_time", "created"),
    [
        pytest.param(str(NOW), NOW, id="seconds"),
        pytest.param("", 0, id="missing"),
        pytest.param("soon", 0, id="words"),
        pytest.param("١٧١٤", 0, id="digits of another script"),
        pytest.param("9" * 5000, 0, id="an endless number"),
    ],
)
def test_created(given_time, created):
    fields: xml.Fields = {"FromUserName": OPENID, "MsgType": "text", "CreateTime": given_time}
    assert registry.read(fields).created == created


@pytest.mark.parametrize("missing", ["FromUserName", "MsgType"])
def test_without_sender_or_kind_there_is_no_message(missing):
    fields: xml.Fields = {"FromUserName": OPENID, "MsgType": "text"}
    del fields[missing]
    with pytest.raises(Unreadable, match="no sender or kind"):
        registry.read(fields)
