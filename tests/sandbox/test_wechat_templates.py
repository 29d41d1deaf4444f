"""Template messages and subscription notices: limits, errcodes, cards, receipts."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from sandbox import wall
from sandbox.config import Config, TemplateConfig
from sandbox.state import Sending
from tests.sandbox.account import call, follow, state_of, token, wechatpys
from tests.sandbox.conftest import LI_MING, QUICK, Starts, said, shown, until
from tests.sandbox.service import Service

CASE = TemplateConfig(
    title="交通违法提醒",
    fields=["car_number1", "const2"],
    labels={"car_number1": "车牌"},
    consts={"const2": ["待处理"]},
)
STATE = TemplateConfig(title="状态", fields=["phrase1"], labels={"phrase1": "状态"}, one_time=True)
DATA = {"car_number1": {"value": "粤T12345"}, "const2": {"value": "待处理"}}
SEND, BIZSEND = "message/template/send", "message/subscribe/bizsend"


def message(**changes: Any) -> dict:
    return {"touser": LI_MING, "template_id": "T-case", "data": DATA} | changes


def notice(**changes: Any) -> dict:
    return {"touser": LI_MING, "template_id": "T-state", "data": {"phrase1": {"value": "已受理"}}} | changes


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, wechat=replace(config.wechat, templates={"T-case": CASE, "T-state": STATE}))


@pytest.fixture
async def account(sandbox: TestClient, service: Service) -> TestClient:
    """Li Ming follows; what the service is told is counted from here."""
    service.speaks = lambda message: "success"
    await follow(sandbox, "li-ming")
    service.messages.clear()
    return sandbox


async def receipt(service: Service) -> Any:
    await until(lambda: service.messages)
    return service.messages.pop()


async def test_a_template_message_is_a_card_and_has_a_receipt(account: TestClient, service: Service):
    sent = await wechatpys(
        account, lambda wechat: wechat.message.send_template(LI_MING, "T-case", DATA, url="https://e.org/c")
    )
    told = await receipt(service)
    assert (told.event, told.source) == ("templatesendjobfinish", LI_MING)
    assert (told.id, told.status) == (sent["msgid"], "success")
    card = (await shown(account, "messages"))[-1]
    assert (card["kind"], card["title"], card["url"]) == ("template", "交通违法提醒", "https://e.org/c")
    assert card["rows"] == [["车牌", "粤T12345"], ["const2", "待处理"]]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        pytest.param({"touser": "oNobody"}, 40003, id="nobody"),
        pytest.param({"template_id": "T-none"}, 40037, id="unknown-template"),
        pytest.param({"template_id": "T-state"}, 40037, id="template-of-notices"),
        pytest.param({"data": {}}, 47003, id="field-missing"),
        pytest.param({"data": "x"}, 47001, id="no-data"),
        pytest.param({"data": DATA | {"car_number1": "粤T12345"}}, 47003, id="field-without-value"),
        pytest.param({"data": DATA | {"car_number1": {"value": "很长很长的车牌号码"}}}, 47003, id="too-long"),
        pytest.param({"data": DATA | {"const2": {"value": "催缴"}}}, 47003, id="not-approved"),
    ],
)
async def test_template_messages_refused(account: TestClient, changes: dict, errcode: int):
    assert (await call(account, SEND, message(**changes)))["errcode"] == errcode


async def test_nobody_gets_one_who_does_not_follow(sandbox: TestClient):
    assert (await call(sandbox, SEND, message()))["errcode"] == 43004


async def test_who_switched_messages_off_gets_none_until_they_switch_them_on(account: TestClient):
    text = {"touser": LI_MING, "msgtype": "text", "text": {"content": "您好"}}
    for muted, errcode in ((True, 48002), (False, 0)):
        assert (await said(account, "mute", **{"as": "li-ming", "muted": muted}))["muted"] is muted
        assert (await call(account, SEND, message()))["errcode"] == errcode
        assert (await call(account, "message/custom/send", text))["errcode"] == errcode


async def test_leaving_and_following_switches_messages_on(account: TestClient):
    await said(account, "mute", **{"as": "li-ming", "muted": True})
    await said(account, "event", **{"as": "li-ming", "event": "unsubscribe"})
    await follow(account, "li-ming")
    assert (await call(account, SEND, message()))["errcode"] == 0


async def test_the_same_client_msg_id_is_the_same_message(account: TestClient, service: Service):
    first, again, other = [
        (await call(account, SEND, message(client_msg_id=name)))["msgid"] for name in ("a", "a", "b")
    ]
    assert first == again != other
    await until(lambda: len(service.messages) == 2)
    cards = [line for line in await shown(account, "messages") if line["kind"] == "template"]
    assert len(cards) == 2


@pytest.mark.parametrize(
    ("seconds_ago", "same"),
    [pytest.param(590, True, id="within-ten-minutes"), pytest.param(600, False, id="afterwards")],
)
async def test_a_client_msg_id_is_free_again(account: TestClient, seconds_ago: float, same: bool):
    at = wall.seconds() - seconds_ago
    state_of(account).sendings.put(Sending(7, "template", [LI_MING], {}, at, client_id="a", done=True))
    assert ((await call(account, SEND, message(client_msg_id="a")))["msgid"] == 7) is same


async def test_who_leaves_meanwhile_has_blocked_it(start: Starts, service: Service):
    service.speaks = lambda message: "success"
    client = await start(replace(QUICK, receipt_delay=0.2))
    await follow(client, "li-ming")
    await call(client, SEND, message())
    await said(client, "event", **{"as": "li-ming", "event": "unsubscribe"})
    await until(lambda: service.messages[-1].event == "templatesendjobfinish")
    assert service.messages[-1].status == "failed:user block"
    assert [line["kind"] for line in await shown(client, "messages")] == ["event", "event"]


@pytest.mark.parametrize(
    ("what", "statuses"),
    [
        pytest.param("fail", ["failed: system failed"], id="fails"),
        pytest.param("late", ["success"], id="late"),
        pytest.param("repeat", ["success", "success"], id="twice"),
    ],
)
async def test_receipts_that_go_wrong(account: TestClient, service: Service, what: str, statuses: list):
    await said(account, "faults", wire="wechat_receipt", what=what, times=1, seconds=0.02)
    await call(account, SEND, message())
    await until(lambda: len(service.messages) == len(statuses))
    assert [told.status for told in service.messages] == statuses


async def test_a_lost_receipt(account: TestClient, service: Service):
    await said(account, "faults", wire="wechat_receipt", what="drop", times=1)
    lost = (await call(account, SEND, message()))["msgid"]
    told = (await call(account, SEND, message()))["msgid"]
    assert lost != (await receipt(service)).id == told


async def test_what_was_taken_is_delivered_after_a_restart(start: Starts, service: Service):
    service.speaks = lambda message: "success"
    first = await start(replace(QUICK, receipt_delay=60))
    await follow(first, "li-ming")
    sent = await call(first, SEND, message())
    await first.close()
    second = await start()
    await until(lambda: service.messages[-1].event == "templatesendjobfinish")
    assert service.messages[-1].id == sent["msgid"]
    assert (await shown(second, "messages"))[-1]["kind"] == "template"


async def test_what_the_account_was_granted(sandbox: TestClient):
    listed = await wechatpys(sandbox, lambda wechat: wechat.template.get_all_private_template())
    assert [(one["template_id"], one["title"], one["content"]) for one in listed["template_list"]] == [
        ("T-case", "交通违法提醒", "车牌:{{car_number1.DATA}}\nconst2:{{const2.DATA}}\n")
    ]
    async with sandbox.get(
        "/wxaapi/newtmpl/gettemplate", params={"access_token": await token(sandbox)}
    ) as got:
        assert (await got.json())["data"] == [
            {
                "priTmplId": "T-state",
                "title": "状态",
                "content": "状态:{{phrase1.DATA}}\n",
                "example": "",
                "type": 2,
            }
        ]


async def test_one_consent_is_one_notice(sandbox: TestClient, service: Service):
    service.speaks = lambda message: "success"
    assert (await call(sandbox, BIZSEND, notice()))["errcode"] == 43101
    await said(sandbox, "consent", **{"as": "li-ming", "template_id": "T-state", "choice": "accept"})
    asked = service.messages.pop()
    assert asked._data["SubscribeMsgPopupEvent"]["List"] == {
        "TemplateId": "T-state",
        "SubscribeStatusString": "accept",
        "PopupScene": "1",
    }
    sent = await wechatpys(
        sandbox,
        lambda wechat: wechat.message.send_subscribe_message(LI_MING, "T-state", notice()["data"]),
    )
    assert sent == {"errcode": 0, "errmsg": "ok"}
    told = (await receipt(service))._data["SubscribeMsgSentEvent"]["List"]
    assert (told["TemplateId"], told["ErrorCode"], told["ErrorStatus"]) == ("T-state", "0", "success")
    assert (await shown(sandbox, "messages"))[-1]["rows"] == [["状态", "已受理"]]
    assert (await call(sandbox, BIZSEND, notice()))["errcode"] == 43101


@pytest.mark.parametrize(
    ("choices", "event", "left"),
    [
        pytest.param(["accept", "accept"], "subscribe_msg_popup_event", 2, id="twice-yes"),
        pytest.param(["accept", "reject"], "subscribe_msg_popup_event", 1, id="yes-then-no"),
        pytest.param(["accept", "cancel"], "subscribe_msg_change_event", 0, id="yes-then-cancelled"),
    ],
)
async def test_choices(sandbox: TestClient, service: Service, choices: list, event: str, left: int):
    service.speaks = lambda message: "success"
    for choice in choices:
        await said(sandbox, "consent", **{"as": "li-ming", "template_id": "T-state", "choice": choice})
    assert service.messages[-1]._data["Event"] == event
    card = await shown(sandbox, "account")
    assert [(one["id"], one["consents"]) for one in card["templates"]] == [("T-state", left)]


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        pytest.param({"touser": ""}, 40003, id="nobody"),
        pytest.param({"template_id": "T-none"}, 40037, id="unknown-template"),
        pytest.param({"template_id": "T-case"}, 40037, id="template-of-messages"),
        pytest.param({"data": {"phrase1": {"value": "not Chinese"}}}, 47003, id="field"),
    ],
)
async def test_notices_refused(sandbox: TestClient, changes: dict, errcode: int):
    assert (await call(sandbox, BIZSEND, notice(**changes)))["errcode"] == errcode


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("consent", {"template_id": "T-none", "choice": "accept"}, id="unknown-template"),
        pytest.param("consent", {"template_id": "T-case", "choice": "accept"}, id="nothing-to-agree-to"),
        pytest.param("consent", {"template_id": "T-state", "choice": "maybe"}, id="unknown-choice"),
        pytest.param("mute", {"muted": True}, id="a-stranger-has-no-switch"),
        pytest.param("mute", {"muted": "yes"}, id="not-true-or-false"),
        pytest.param("scan", {"ticket": "gQnone"}, id="unknown-ticket"),
    ],
)
async def test_bad_asking(sandbox: TestClient, path: str, body: dict):
    async with sandbox.post(f"/control/{path}", json={"as": "li-ming"} | body) as response:
        assert response.status == 400
        assert (await response.json())["error"]
