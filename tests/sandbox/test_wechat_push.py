"""What WeChat pushes, and what the citizen then sees, against wechatpy's own decoding and replies."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient
from wechatpy.replies import ArticlesReply, TextReply, TransferCustomerServiceReply

from sandbox.config import Config
from tests.sandbox.conftest import LI_MING, QUICK, Starts, said, shown
from tests.sandbox.service import Service

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"


async def test_a_text_is_sealed_pushed_and_its_reply_shown(sandbox: TestClient, service: Service):
    answer = await said(sandbox, "say", **{"as": "李明", "text": "罚单 粤T12345 <&>"})
    assert [(reply["kind"], reply["text"], reply["from"]) for reply in answer["replies"]] == [
        ("text", "罚单 粤T12345 <&>", "account")
    ]
    assert answer["error"] is None
    message = service.messages[-1]
    assert (message.type, message.source, message.content) == ("text", LI_MING, "罚单 粤T12345 <&>")
    assert int(message.id) > 2**53


async def test_who_does_not_follow_follows_by_writing(sandbox: TestClient, service: Service):
    await said(sandbox, "say", **{"as": "li-ming", "text": "帮助"})
    await said(sandbox, "say", **{"as": "li-ming", "text": "罚单"})
    assert [message.type for message in service.messages] == ["event", "text", "text"]
    chat = await shown(sandbox, "messages")
    assert [line["from"] for line in chat] == ["citizen", "account"] * 3
    assert [line["id"] for line in chat] == sorted(line["id"] for line in chat)
    assert await shown(sandbox, "messages", "王芳") == []


@pytest.mark.parametrize(
    ("event", "key", "arrives"),
    [
        pytest.param("subscribe", "", "subscribe", id="follow"),
        pytest.param("subscribe", "qrscene_12", "subscribe_scan", id="follow-by-code"),
        pytest.param("SCAN", "12", "subscribe_scan", id="a-strangers-scan-is-a-follow"),
    ],
)
async def test_events_of_a_stranger(
    sandbox: TestClient, service: Service, event: str, key: str, arrives: str
):
    await said(sandbox, "event", **{"as": "li-ming", "event": event, "key": key})
    assert service.messages[-1].event == arrives
    assert getattr(service.messages[-1], "scene_id", "12") == "12"


@pytest.mark.parametrize(
    ("event", "key", "arrives"),
    [
        pytest.param("CLICK", "fines", "click", id="menu-click"),
        pytest.param("VIEW", "https://example.org/", "view", id="menu-link"),
        pytest.param("SCAN", "12", "scan", id="scan"),
        pytest.param("unsubscribe", "", "unsubscribe", id="leave"),
    ],
)
async def test_events_of_a_follower(
    sandbox: TestClient, service: Service, event: str, key: str, arrives: str
):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    await said(sandbox, "event", **{"as": "li-ming", "event": event, "key": key})
    assert service.messages[-1].event == arrives


async def test_a_stranger_has_no_menu(sandbox: TestClient):
    async with sandbox.post(
        "/control/event", json={"as": "li-ming", "event": "CLICK", "key": "x"}
    ) as response:
        assert (response.status, await response.json()) == (
            400,
            {"error": "this person does not follow the account yet"},
        )


async def test_any_other_kind_is_sent_with_its_fields(sandbox: TestClient, service: Service):
    service.speaks = lambda message: "success"
    fields = {"Location_X": 22.5, "Location_Y": 113.4, "Scale": 15, "Label": "兴中道"}
    await said(sandbox, "message", **{"as": "li-ming", "type": "location", "fields": fields})
    assert (await shown(sandbox, "messages"))[-1]["kind"] == "location"
    assert service.messages[-1].label == "兴中道"


@pytest.mark.parametrize(
    ("reply", "kind", "sender", "text"),
    [
        pytest.param(
            TextReply(content="好]]>的"), "text", "account", None, id="text-that-wechatpy-leaves-open"
        ),
        pytest.param(TextReply(content="好的😀"), "text", "account", "好的😀", id="text"),
        pytest.param(
            TransferCustomerServiceReply(),
            "transfer_customer_service",
            "system",
            "已为您转接人工客服",
            id="human",
        ),
    ],
)
async def test_replies(
    sandbox: TestClient, service: Service, reply, kind: str, sender: str, text: str | None
):
    reply.target, reply.source = LI_MING, "gh_shimin"
    service.speaks = lambda message: reply
    answer = await said(sandbox, "say", **{"as": "li-ming", "text": "x"})
    if text is None:
        assert answer == {"replies": [], "error": OUT_OF_ORDER}
    else:
        assert [(r["kind"], r["from"], r["text"]) for r in answer["replies"]] == [(kind, sender, text)]


async def test_a_news_reply_is_a_card(sandbox: TestClient, service: Service):
    article = {"title": "缴款", "description": "¥200.00", "image": "", "url": "https://example.org/pay"}
    reply = ArticlesReply(articles=[article], source="gh_shimin", target=LI_MING)
    service.speaks = lambda message: reply
    (shown_reply,) = (await said(sandbox, "say", **{"as": "li-ming", "text": "x"}))["replies"]
    assert (shown_reply["kind"], shown_reply["url"]) == ("news", "https://example.org/pay")
    assert shown_reply["articles"][0]["title"] == "缴款"


@pytest.mark.parametrize(
    "body",
    [pytest.param("success", id="success"), pytest.param("", id="empty")],
)
async def test_no_passive_reply(sandbox: TestClient, service: Service, body: str):
    service.speaks = lambda message: body
    assert await said(sandbox, "say", **{"as": "li-ming", "text": "x"}) == {"replies": [], "error": None}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("ok", id="not-xml"),
        pytest.param("<html/>", id="another-document"),
        pytest.param("<xml><Encrypt>AAAA</Encrypt></xml>", id="unsigned"),
        pytest.param("<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>", id="entities"),
        pytest.param("<xml><ToUserName>x</ToUserName></xml>", id="plaintext-in-safe-mode"),
    ],
)
async def test_an_invalid_answer_is_asked_for_again_and_then_shown_as_out_of_order(
    sandbox: TestClient, service: Service, body: str
):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    service.messages.clear()
    service.speaks = lambda message: body
    assert await said(sandbox, "say", **{"as": "li-ming", "text": "x"}) == {
        "replies": [],
        "error": OUT_OF_ORDER,
    }
    assert len(service.messages) == 4
    assert len({message.id for message in service.messages}) == 1
    assert (await shown(sandbox, "messages"))[-1]["from"] == "system"


async def test_a_retry_brings_the_same_message_and_its_reply_counts(sandbox: TestClient, service: Service):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    service.messages.clear()
    service.statuses = [500, 502]
    answer = await said(sandbox, "say", **{"as": "li-ming", "text": "罚单"})
    assert answer["replies"][0]["text"] == "罚单"
    assert [message.id for message in service.messages] == [service.messages[0].id] * 3


async def test_a_service_that_is_not_there(start: Starts, config: Config):
    client = await start(wechat=replace(config.wechat, push_url="http://127.0.0.1:1/wechat"))
    assert (await said(client, "say", **{"as": "li-ming", "text": "x"}))["error"] == OUT_OF_ORDER


async def test_a_service_that_is_too_slow_is_asked_four_times(start: Starts, service: Service):
    client = await start(replace(QUICK, push_wait=0.03))
    service.slowness = 0.1
    answer = await said(client, "event", **{"as": "li-ming", "event": "subscribe"})
    assert answer["error"] == OUT_OF_ORDER
    assert len(service.messages) == 4


async def test_a_reply_to_somebody_else_is_not_shown(sandbox: TestClient, service: Service):
    service.speaks = lambda message: TextReply(content="x", source="gh_shimin", target="oSomebodyElse")
    assert (await said(sandbox, "say", **{"as": "li-ming", "text": "x"}))["error"] == OUT_OF_ORDER


async def test_text_that_xml_cannot_carry_is_refused(sandbox: TestClient, service: Service):
    async with sandbox.post("/control/say", json={"as": "li-ming", "text": "a\x00b"}) as response:
        assert response.status == 400
    assert service.messages == []
    assert await shown(sandbox, "messages") == []


async def test_who_left_sees_no_reply(sandbox: TestClient, service: Service):
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe"})
    answer = await said(sandbox, "event", **{"as": "li-ming", "event": "unsubscribe"})
    assert answer == {"replies": [], "error": None}
