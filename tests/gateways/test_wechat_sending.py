"""Template messages, subscription notices, mass messages and tags, as they stand on the wire."""

import json
from typing import Any

import aiohttp
import pytest

from bot.wechat.mass import send_text
from bot.wechat.templates import send_subscription, send_template
from models.base.ports import Outcome, SendResult
from tests.gateways.conftest import Serve
from tests.wechat.platform import OK, Platform, client

BIG = 9007199254740995  # beyond 2^53


async def test_a_template_message(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(answer={**OK, "msgid": BIG})
    result = await send_template(
        client(session, await serve(far.handle)),
        openid="openid-1",
        template_id="t1",
        values={"car_number1": "粤T12345", "amount2": "¥200.00"},
        key="notice-7",
        url="https://shimin.test/c/1",
    )
    assert result == SendResult(Outcome.SENT, provider_id=str(BIG))
    [(call, _, body)] = far.calls
    assert "粤T12345".encode() in body
    assert (call, json.loads(body)) == (
        "POST /cgi-bin/message/template/send",
        {
            "touser": "openid-1",
            "template_id": "t1",
            "client_msg_id": "notice-7",
            "data": {"car_number1": {"value": "粤T12345"}, "amount2": {"value": "¥200.00"}},
            "url": "https://shimin.test/c/1",
        },
    )


async def test_a_subscription_notice(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform()
    result = await send_subscription(
        client(session, await serve(far.handle)),
        openid="openid-1",
        template_id="t2",
        values={"phrase1": "已缴款"},
    )
    assert result == SendResult(Outcome.SENT)
    [(call, _, body)] = far.calls
    assert (call, json.loads(body)) == (
        "POST /cgi-bin/message/subscribe/bizsend",
        {"touser": "openid-1", "template_id": "t2", "data": {"phrase1": {"value": "已缴款"}}},
    )


async def test_a_field_that_would_be_refused_costs_no_call(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform()
    wechat = client(session, await serve(far.handle))
    with pytest.raises(ValueError, match="thing1"):
        await send_template(wechat, openid="o", template_id="t", values={"thing1": "字" * 21}, key="k")
    with pytest.raises(ValueError, match="phrase1"):
        await send_subscription(wechat, openid="o", template_id="t", values={"phrase1": "paid"})
    assert (far.issued, far.calls) == (0, [])


@pytest.mark.parametrize(
    ("tag_id", "whom"),
    [
        pytest.param(None, {"is_to_all": True}, id="to all"),
        pytest.param(101, {"is_to_all": False, "tag_id": 101}, id="to a tag"),
    ],
)
async def test_a_mass_message(
    session: aiohttp.ClientSession, serve: Serve, tag_id: int | None, whom: dict[str, Any]
) -> None:
    far = Platform(answer={**OK, "msg_id": BIG, "msg_data_id": 1})
    wechat = client(session, await serve(far.handle))
    result = await send_text(wechat, "台风停课通知", key="storm-1", tag_id=tag_id)
    assert result == SendResult(Outcome.SENT, provider_id=str(BIG))
    [(call, _, body)] = far.calls
    assert (call, json.loads(body)) == (
        "POST /cgi-bin/message/mass/sendall",
        {
            "filter": whom,
            "msgtype": "text",
            "text": {"content": "台风停课通知"},
            "clientmsgid": "storm-1",
        },
    )


@pytest.mark.parametrize("key", [pytest.param("", id="empty"), pytest.param("字" * 22, id="66 bytes")])
async def test_a_key_that_would_be_refused(session: aiohttp.ClientSession, nowhere: str, key: str) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        await send_text(client(session, nowhere), "x", key=key)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        pytest.param(45065, Outcome.SENT, id="accepted before"),
        pytest.param(45066, Outcome.LATER, id="repeated too soon"),
        pytest.param(45028, Outcome.LATER, id="no quota"),
        pytest.param(48001, Outcome.REFUSED, id="not granted"),
    ],
)
async def test_a_mass_message_that_was_not_taken(
    session: aiohttp.ClientSession, serve: Serve, code: int, outcome: Outcome
) -> None:
    wechat = client(session, await serve(Platform(answer={"errcode": code}).handle))
    assert await send_text(wechat, "x", key="k") == SendResult(outcome, reason=str(code))


async def test_tags(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(answer={**OK, "tag": {"id": 101, "name": "司机"}, "tags": [], "tagid_list": [101]})
    tag = client(session, await serve(far.handle)).tag
    assert await tag.create("司机") == {"id": 101, "name": "司机"}
    assert await tag.get() == []
    assert await tag.get_user_tag("openid-1") == [101]
    await tag.tag_user(101, "openid-1")
    await tag.untag_user(101, ["openid-1"])
    await tag.delete(101)
    assert [(call, json.loads(body or "null")) for call, _, body in far.calls] == [
        ("POST /cgi-bin/tags/create", {"tag": {"name": "司机"}}),
        ("GET /cgi-bin/tags/get", None),
        ("POST /cgi-bin/tags/getidlist", {"openid": "openid-1"}),
        ("POST /cgi-bin/tags/members/batchtagging", {"tagid": 101, "openid_list": ["openid-1"]}),
        ("POST /cgi-bin/tags/members/batchuntagging", {"tagid": 101, "openid_list": ["openid-1"]}),
        ("POST /cgi-bin/tags/delete", {"tag": {"id": 101}}),
    ]
