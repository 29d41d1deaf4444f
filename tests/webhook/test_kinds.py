"""Every kind of push is answered: by a valid encrypted reply, or by `success`."""

import pytest

from models.base.texts import CHINESE, texts
from tests.webhook.platform import WeChat
from tests.wechat import pushes
from tests.wechat.test_events import EVENTS
from tests.wechat.test_messages import MESSAGES


@pytest.mark.parametrize(("kind", "inner", "cls", "fields"), MESSAGES)
async def test_every_message_gets_a_text(wechat: WeChat, kind, inner, cls, fields):
    message = pushes.xml(f"<MsgType>{kind}</MsgType>{inner}<MsgId>1</MsgId>")
    answer = await wechat.deliver(message)
    assert (answer.status, answer.kind) == (200, "text")
    assert answer.text


@pytest.mark.parametrize(("name", "inner", "cls", "fields"), EVENTS)
async def test_every_event_is_taken(wechat: WeChat, name, inner, cls, fields):
    message = pushes.xml(f"<MsgType>event</MsgType><Event>{name}</Event>{inner}")
    answer = await wechat.deliver(message)
    assert answer.status == 200
    assert answer.kind in {"text", ""}


@pytest.mark.parametrize(
    ("inner", "key"),
    [
        pytest.param(
            "<MsgType>text</MsgType><Content>罚单</Content><MsgId>1</MsgId>", "bind.first", id="text"
        ),
        pytest.param(
            "<MsgType>voice</MsgType><Recognition>罚单。</Recognition><MsgId>1</MsgId>",
            "bind.first",
            id="voice",
        ),
        pytest.param(
            "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>罚单</EventKey>", "bind.first", id="menu"
        ),
        pytest.param("<MsgType>voice</MsgType><MsgId>1</MsgId>", "unknown.kind", id="voice without words"),
        pytest.param("<MsgType>image</MsgType><MsgId>1</MsgId>", "unknown.kind", id="picture"),
        pytest.param("<MsgType>hologram</MsgType><MsgId>1</MsgId>", "unknown.kind", id="what is yet to come"),
        pytest.param("<MsgType>event</MsgType><Event>subscribe</Event>", "welcome.new", id="follow"),
        pytest.param(
            "<MsgType>event</MsgType><Event>SCAN</Event><EventKey>1</EventKey>", "welcome.new", id="scan"
        ),
        pytest.param(
            "<MsgType>event</MsgType><Event>SCAN</Event><EventKey>class:K7X2M9QT</EventKey>",
            "bind.first",
            id="scan of a class's code",
        ),
    ],
)
async def test_what_is_answered(wechat: WeChat, inner: str, key: str):
    answer = await wechat.deliver(pushes.xml(inner))
    assert answer.text.startswith(texts(CHINESE).say(key))


async def test_a_follow_by_a_classs_code_says_what_to_send_for_it(wechat: WeChat):
    key = "<EventKey>qrscene_class:K7X2M9QT</EventKey>"
    answer = await wechat.deliver(pushes.xml(f"<MsgType>event</MsgType><Event>subscribe</Event>{key}"))
    said = texts(CHINESE).say("welcome.bind_for_class", words="加入 K7X2M9QT")
    assert answer.text.startswith(said)


@pytest.mark.parametrize("name", ["unsubscribe", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "yet_to_come"])
async def test_nothing_is_said_to_an_event_that_asks_nothing(wechat: WeChat, name: str):
    answer = await wechat.deliver(pushes.xml(f"<MsgType>event</MsgType><Event>{name}</Event>"))
    assert (answer.kind, answer.text) == ("", "success")


async def test_what_follows_the_wish_for_a_person_is_transferred(wechat: WeChat):
    assert "人工" in (await wechat.say("人工")).text
    assert (await wechat.say("那天我不在城里")).kind == "transfer_customer_service"


async def test_the_url_check_echoes(wechat: WeChat):
    query = {**pushes.plain_query(), "echostr": "8651617 <&>"}
    async with wechat.client.get("/wechat", params=query) as response:
        assert (response.status, await response.text()) == (200, "8651617 <&>")
        assert response.content_type == "text/plain"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"signature": "0" * 40}, id="forged"),
        pytest.param({"echostr": ""}, id="nothing to echo"),
        pytest.param({"timestamp": "1"}, id="another time than was signed"),
    ],
)
async def test_the_url_check_refuses(wechat: WeChat, change: dict[str, str]):
    query = {**pushes.plain_query(), "echostr": "8651617", **change}
    async with wechat.client.get("/wechat", params=query) as response:
        assert response.status == 403
        assert "8651617" not in await response.text()
