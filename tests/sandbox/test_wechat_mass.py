"""Mass messages, their quota and receipts, and tags."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sandbox import wall
from sandbox.state import Bond, Sending, Tag
from tests.sandbox.account import call, follow, state_of, wechatpys
from tests.sandbox.conftest import LI_MING, WANG_FANG, said, shown, until
from tests.sandbox.service import Service

ALL = {"is_to_all": True}
SEND = "message/mass/sendall"


def mass(**changes: Any) -> dict:
    return {"filter": ALL, "msgtype": "text", "text": {"content": "台风停课"}} | changes


@pytest.fixture
async def account(sandbox: TestClient, service: Service) -> TestClient:
    """Li Ming and Wang Fang follow."""
    service.speaks = lambda message: "success"
    await follow(sandbox, "li-ming", "wang-fang")
    service.messages.clear()
    return sandbox


async def counts(service: Service) -> tuple:
    """The next receipt: status, total, filtered, sent, errors."""
    await until(lambda: service.messages)
    told = service.messages.pop(0)
    assert (told.event, told.source) == ("masssendjobfinish", "mphelper")
    return told.status, told.total_count, told.filter_count, told.sent_count, told.error_count


async def test_everybody_is_told(account: TestClient, service: Service):
    assert (await call(account, SEND, mass()))["errcode"] == 0
    assert await counts(service) == ("send success", 2, 2, 2, 0)
    for slug in ("li-ming", "wang-fang"):
        assert (await shown(account, "messages", slug))[-1]["text"] == "台风停课"


async def test_who_switched_messages_off_is_filtered(account: TestClient, service: Service):
    await said(account, "mute", **{"as": "wang-fang", "muted": True})
    await call(account, SEND, mass())
    assert await counts(service) == ("send success", 2, 1, 1, 0)


async def test_four_a_month_for_each_citizen(account: TestClient, service: Service):
    tag = await wechatpys(account, lambda wechat: wechat.tag.create("东区"))
    await wechatpys(account, lambda wechat: wechat.tag.tag_user(tag["id"], LI_MING))
    for number in range(4):
        body = mass(filter={"is_to_all": False, "tag_id": tag["id"]}, clientmsgid=f"east-{number}")
        await call(account, SEND, body)
        assert await counts(service) == ("send success", 1, 1, 1, 0)
    await call(account, SEND, mass(clientmsgid="all"))
    assert await counts(service) == ("send success", 2, 1, 1, 0)
    assert (await call(account, SEND, body | {"clientmsgid": "fifth"}))["errcode"] == 45028


async def test_last_months_do_not_count(account: TestClient):
    for number in range(4):
        at = wall.seconds() - 32 * 86400
        old = Sending(number, "mass", [LI_MING, WANG_FANG], {}, at, f"old-{number}", done=True)
        state_of(account).sendings.put(old)
    assert (await call(account, SEND, mass(clientmsgid="old-1")))["errcode"] == 0


async def test_a_failed_mass_message(account: TestClient, service: Service):
    await said(account, "faults", wire="wechat_receipt", what="fail", times=1)
    await call(account, SEND, mass())
    assert await counts(service) == ("send fail", 2, 2, 0, 2)


@pytest.mark.parametrize(
    "named",
    [
        pytest.param({"clientmsgid": "typhoon-1"}, id="its-own-id"),
        pytest.param({}, id="a-digest-of-whom-and-what"),
    ],
)
async def test_the_same_message_is_not_sent_twice(account: TestClient, service: Service, named: dict):
    first = await call(account, SEND, mass(**named))
    again = await call(account, SEND, mass(**named))
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    await counts(service)
    assert service.messages == []


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        pytest.param({"clientmsgid": "x" * 64}, 0, id="id-of-64-bytes"),
        pytest.param({"clientmsgid": "台" * 22}, 45067, id="id-of-66-bytes"),
        pytest.param({"msgtype": "image"}, 40008, id="kind"),
        pytest.param({"text": {"content": ""}}, 44004, id="empty"),
        pytest.param({"text": {"content": "长" * 683}}, 45002, id="too-long"),
        pytest.param({"filter": {}}, 40035, id="to-whom"),
        pytest.param({"filter": {"tag_id": 999}}, 45159, id="unknown-tag"),
        pytest.param({"filter": None}, 47001, id="no-filter"),
    ],
)
async def test_limits(account: TestClient, changes: dict, errcode: int):
    assert (await call(account, SEND, mass(**changes)))["errcode"] == errcode


async def test_tags_come_and_go(account: TestClient):
    tag = await wechatpys(account, lambda wechat: wechat.tag.create("东区"))
    await wechatpys(account, lambda wechat: wechat.tag.tag_user(tag["id"], [LI_MING, WANG_FANG]))
    await wechatpys(account, lambda wechat: wechat.tag.untag_user(tag["id"], WANG_FANG))
    assert await wechatpys(account, lambda wechat: wechat.tag.get()) == [
        {"id": tag["id"], "name": "东区", "count": 1}
    ]
    await said(account, "event", **{"as": "li-ming", "event": "unsubscribe"})
    assert (await call(account, "tags/get"))["tags"][0]["count"] == 0


@pytest.mark.parametrize(
    ("path", "body", "errcode"),
    [
        pytest.param("create", {"tag": {"name": "东区"}}, 45157, id="name-twice"),
        pytest.param("create", {"tag": {"name": ""}}, 45157, id="no-name"),
        pytest.param("create", {"tag": {"name": "东" * 11}}, 45158, id="name-of-33-bytes"),
        pytest.param("create", {"name": "东区"}, 47001, id="no-tag"),
        pytest.param("members/batchtagging", {"tagid": 9, "openid_list": [LI_MING]}, 45159, id="unknown"),
        pytest.param("members/batchtagging", {"tagid": 100, "openid_list": ["o"]}, 40003, id="nobody"),
        pytest.param("members/batchtagging", {"tagid": 100, "openid_list": []}, 40032, id="for-none"),
        pytest.param(
            "members/batchtagging", {"tagid": 100, "openid_list": [LI_MING] * 51}, 40032, id="for-51"
        ),
    ],
)
async def test_tags_refused(account: TestClient, path: str, body: dict, errcode: int):
    assert (await call(account, "tags/create", {"tag": {"name": "东区"}}))["tag"]["id"] == 100
    assert (await call(account, f"tags/{path}", body))["errcode"] == errcode


async def test_as_many_tags_as_there_may_be(sandbox: TestClient):
    for number in range(100, 200):
        state_of(sandbox).tags.put(Tag(number, f"区{number}"))
    state_of(sandbox).bonds.put(Bond(LI_MING, follows=True, tags=list(range(100, 120))))
    assert (await call(sandbox, "tags/create", {"tag": {"name": "又一"}}))["errcode"] == 45056
    for tag, errcode in ((119, 0), (120, 45059)):
        body = {"tagid": tag, "openid_list": [LI_MING]}
        assert (await call(sandbox, "tags/members/batchtagging", body))["errcode"] == errcode


async def test_strangers_are_not_tagged(sandbox: TestClient):
    await call(sandbox, "tags/create", {"tag": {"name": "东区"}})
    body = {"tagid": 100, "openid_list": [LI_MING]}
    assert (await call(sandbox, "tags/members/batchtagging", body))["errcode"] == 40003
