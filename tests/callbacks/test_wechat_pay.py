"""Payment notifications: booked once however often and concurrently they come, and only when everything is right."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.violations import payments, refunds, store
from models.violations.tables import payments as booked
from tests.callbacks.till import PATH, Till
from tests.gateways.wechat_pay_platform import NOW, Keys, sealed, signature_headers

PAID = ("paid", "paid")
UNPAID = ("open", "decided")


async def test_a_payment_is_booked_and_the_case_closed(till: Till) -> None:
    answer = await till.notify()
    assert (answer.status, await answer.read()) == (204, b"")
    assert await till.standing() == PAID
    assert (await till.told(), await till.topics()) == (["payment_receipt"], [])


async def test_however_often_it_comes_it_is_booked_once(till: Till) -> None:
    assert [(await till.notify()).status for _ in range(3)] == [204, 204, 204]
    assert await bookings(till) == 1


async def test_ten_at_once_are_booked_once(till: Till) -> None:
    answers = await asyncio.gather(*(till.notify() for _ in range(10)))
    assert [answer.status for answer in answers] == [204] * 10
    assert (await bookings(till), await till.told()) == (1, ["payment_receipt"])


async def bookings(till: Till) -> int:
    async with till.database.read() as work:
        return len(await work.all(booked.select()))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount": {"total": 19999, "currency": "CNY"}}, id="a fen too little"),
        pytest.param({"amount": {"total": 20001, "currency": "CNY"}}, id="a fen too much"),
        pytest.param({"amount": {"total": 20000, "currency": "HKD"}}, id="another currency"),
        pytest.param({"appid": "wx-somebody-else"}, id="another app"),
        pytest.param({"mchid": "1900000999"}, id="another merchant"),
        pytest.param({"out_trade_no": "OF-SOMEBODY-ELSE"}, id="another order"),
    ],
)
async def test_what_does_not_match_is_not_accepted_and_goes_to_the_desk(
    till: Till, changes: dict[str, Any]
) -> None:
    for _ in range(2):  # it will be repeated
        answer = await till.notify(till.notice(**changes))
        assert (answer.status, (await answer.json())["code"]) == (422, "FAIL")
    assert (await till.standing(), await bookings(till)) == (UNPAID, 0)
    assert (await till.topics(), await till.told()) == (["payment_mismatch"], [])


async def test_after_a_mismatch_the_right_one_is_booked(till: Till) -> None:
    await till.notify(till.notice(mchid="1900000999"))
    assert (await till.notify()).status == 204
    assert await till.standing() == PAID


async def test_a_second_payment_of_a_case_is_surplus_and_goes_back(till: Till) -> None:
    """Two people scanned: both orders are real, both are accepted, one of them is refunded."""
    first = till.order
    async with till.database.begin("citizen") as work:
        case = await store.case(work, first.case_number)
        assert case is not None
        till.order = await payments.prepare_order(work, case, "o-1")
    assert (await till.notify()).status == 204
    till.order = first
    assert (await till.notify()).status == 204
    assert (await till.told(), await till.topics()) == (["payment_receipt", "payment_surplus"], [])


async def test_paid_in_time_and_told_late(till: Till) -> None:
    body = till.notice()
    till.wall.move(hours=20)
    assert (await till.notify(body)).status == 204
    assert await till.standing() == PAID


Headers = Callable[[Keys, str], dict[str, str]]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(lambda keys, body: {}, id="unsigned"),
        pytest.param(lambda keys, body: signature_headers(keys.stranger, body), id="forged"),
        pytest.param(lambda keys, body: signature_headers(keys.platform, body + " "), id="of another body"),
        pytest.param(lambda keys, body: signature_headers(keys.platform, body, NOW - 301), id="old"),
        pytest.param(
            lambda keys, body: signature_headers(keys.platform, body, NOW - 86400), id="replayed next day"
        ),
        pytest.param(
            lambda keys, body: (
                signature_headers(keys.platform, body, NOW - 86400) | {"Wechatpay-Timestamp": str(NOW)}
            ),
            id="replayed under a fresh time",
        ),
        pytest.param(
            lambda keys, body: signature_headers(keys.platform, body) | {"Wechatpay-Serial": "PUB_KEY_ID_0"},
            id="another key",
        ),
    ],
)
async def test_what_wechat_pay_did_not_just_sign_is_refused_and_nothing_stored(
    till: Till, headers: Headers
) -> None:
    body, before = till.notice(), await till.rows()
    answer = await till.notify(body, headers(till.keys, body))
    assert (answer.status, (await answer.json())["code"]) == (401, "FAIL")
    assert (await till.rows(), await till.standing()) == (before, UNPAID)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{", id="broken off"),
        pytest.param("[]", id="a list"),
    ],
)
async def test_signed_but_unreadable(till: Till, body: str) -> None:
    before = await till.rows()
    answer = await till.notify(body)
    assert (answer.status, (await answer.json())["code"]) == (400, "FAIL")
    assert await till.rows() == before


async def test_sealed_with_another_key(till: Till) -> None:
    whole = json.loads(till.notice())
    body = json.dumps(whole | {"resource": sealed({}, key="f" * 32)})
    assert ((await till.notify(body)).status, await till.standing()) == (401, UNPAID)


async def test_a_body_over_64_kib_is_not_read(till: Till) -> None:
    assert (await till.http.post(PATH, data=b" " * 70_000)).status == 413


async def test_an_answer_names_nobody(till: Till) -> None:
    answer = await till.notify(till.notice(payer={"openid": "o-of-the-payer"}, mchid="1"))
    said = await answer.text() + str(answer.headers)
    assert "o-of-the-payer" not in said
    assert till.order.number not in said


async def test_too_late_to_hold(till: Till) -> None:
    """Paid after its order expired, when the bill was the same: booked, because nothing else is owed."""
    till.wall.move(minutes=45)
    assert till.order.expires_at < till.wall.now() - timedelta(minutes=10)
    assert (await till.notify()).status == 204
    assert await till.standing() == PAID


def news_of(refund_no: str, event: str) -> str:
    """A notification about a refund of 20,000 fen."""
    status = event.removeprefix("REFUND.")
    resource = sealed({"out_refund_no": refund_no, "refund_status": status, "amount": {"refund": 20000}})
    kinds = {"event_type": event, "resource_type": "encrypt-resource"}
    return json.dumps({"id": "EV-2", **kinds, "resource": resource})


@pytest.mark.parametrize("event", ["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"])
async def test_news_of_a_refund_that_is_none_of_ours_is_taken_and_changes_nothing(
    till: Till, event: str
) -> None:
    """Made by hand in the merchant's console, say: the daily bill tells."""
    before = await till.rows()
    assert (await till.notify(news_of("R1", event))).status == 204
    assert (await till.rows(), await till.standing()) == (before, UNPAID)


@pytest.mark.parametrize(
    ("event", "state", "topics"),
    [
        pytest.param("REFUND.SUCCESS", "done", [], id="arrived"),
        pytest.param("REFUND.ABNORMAL", "failed", ["refund_failed"], id="the card is gone"),
        pytest.param("REFUND.CLOSED", "failed", ["refund_failed"], id="closed"),
    ],
)
async def test_news_of_a_refund_of_ours_ends_it_once(
    till: Till, event: str, state: str, topics: list[str]
) -> None:
    await till.notify()
    async with till.database.begin("test") as work:
        assert await refunds.pay_back(work, till.order.case_number, till.people.li_ming) == 20000
        [owed] = await refunds.of_case(work, till.order.case_number)
    for _ in range(2):
        assert (await till.notify(news_of(owed.number, event))).status == 204
    async with till.database.read() as work:
        [ended] = await refunds.of_case(work, till.order.case_number)
    assert (ended.state, await till.topics()) == (state, topics)
