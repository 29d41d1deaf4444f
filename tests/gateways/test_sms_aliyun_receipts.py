"""Aliyun's delivery reports: unsigned, so only under the secret address, and only when they can be read whole."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base.ports import Malformed, Receipt, ReceiptStatus, Unauthentic
from tests.gateways.test_sms_aliyun import PHONE, sms

SECRET = "秘密-path"
READER = sms(None, "https://sms.example")
REPORT: dict[str, Any] = {
    "phone_number": PHONE,
    "send_time": "2026-12-01 10:00:00",
    "report_time": "2026-12-01 10:00:07",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "9006^0",
    "out_id": "notice-0017",
}
AT = datetime(2026, 12, 1, 2, 0, 7, tzinfo=UTC)


def body_of(*changes: dict[str, Any]) -> bytes:
    return json.dumps([{**REPORT, **change} for change in changes], ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("change", "receipt"),
    [
        pytest.param({}, Receipt("9006^0", "notice-0017", ReceiptStatus.DELIVERED, AT), id="delivered"),
        pytest.param(
            {"success": False, "err_code": "MK:0001"},
            Receipt("9006^0", "notice-0017", ReceiptStatus.FAILED, AT, "MK:0001"),
            id="failed",
        ),
        pytest.param(
            {"out_id": None},
            Receipt("9006^0", "", ReceiptStatus.DELIVERED, AT),
            id="sent by hand at the carrier's console",
        ),
    ],
)
def test_a_report_is_read(change: dict[str, Any], receipt: Receipt) -> None:
    assert READER.receipts(SECRET, body_of(change)) == [receipt]


def test_reports_come_many_at_once_and_in_order() -> None:
    receipts = READER.receipts(SECRET, body_of(*({"out_id": str(n)} for n in range(1000))))
    assert [receipt.key for receipt in receipts] == [str(n) for n in range(1000)]
    assert READER.receipts(SECRET, b"[]") == []


@pytest.mark.parametrize("secret", ["", "秘密", "秘密-path ", "秘密-Path", "\udcff"])
def test_a_report_under_another_address_is_not_read(secret: str) -> None:
    with pytest.raises(Unauthentic):
        READER.receipts(secret, b"not even looked at")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="not an array"),
        pytest.param(b"[1]", id="not objects"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(body_of(*[{}] * 1001), id="too many"),
        pytest.param(body_of({"success": "true"}), id="success as text"),
        pytest.param(body_of({"biz_id": 9006}), id="biz_id as a number"),
        pytest.param(json.dumps([{"phone_number": PHONE}]).encode(), id="hardly anything there"),
        pytest.param(body_of({"report_time": "2026-12-01T10:00:07Z"}), id="another form of time"),
        pytest.param(body_of({"report_time": "2026-02-30 10:00:00"}), id="no such day"),
        pytest.param(body_of({"report_time": "0001-01-01 00:00:00"}), id="before time began in UTC"),
        pytest.param(body_of({}, {"report_time": ""}), id="one bad item among good ones"),
    ],
)
def test_anything_odd_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        READER.receipts(SECRET, body)
    assert PHONE not in f"{caught.value} {caught.value.__cause__}", "no personal data in the log"


@given(
    st.binary()
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_body_breaks_the_reader(body: bytes) -> None:
    try:
        READER.receipts(SECRET, body)
    except Malformed:
        return
    assert json.loads(body) == []
