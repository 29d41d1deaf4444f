"""WeChat Pay's trade bill, line by line: what is read, what is not believed, and that nothing else ever comes of it."""

import gzip
import io
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.gateways.wechat_pay_bill import batches, check, fen, read
from bot.gateways.wechat_pay_fetch import PIECE, Unpacking
from models.base.ports import BillLine, GatewayDown, Malformed

MERCHANT = "1900000109"
COLUMNS = (
    *(
        "交易时间",
        "公众账号ID",
        "商户号",
        "特约商户号",
        "设备号",
        "微信订单号",
        "商户订单号",
        "用户标识",
        "交易类型",
    ),
    *(
        "交易状态",
        "付款银行",
        "货币种类",
        "应结订单金额",
        "代金券金额",
        "微信退款单号",
        "商户退款单号",
        "退款金额",
    ),
    *(
        "充值券退款金额",
        "退款类型",
        "退款状态",
        "商品名称",
        "商户数据包",
        "手续费",
        "费率",
        "订单金额",
        "申请退款金额",
    ),
    "费率备注",
)
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
PAID = dict.fromkeys(COLUMNS, "") | {
    "交易时间": "2026-12-01 09:30:12",
    "商户号": MERCHANT,
    "微信订单号": "4200002345202612010000000001",
    "商户订单号": "F20261201-0007",
    "交易状态": "SUCCESS",
    "货币种类": "CNY",
    "微信退款单号": "0",
    "商户退款单号": "0",
    "商品名称": "交通违法罚款",
    "订单金额": "206.00",
    "申请退款金额": "0.00",
}
BACK = PAID | {
    "交易状态": "REFUND",
    "微信退款单号": "50300002345202612010000000001",
    "商户退款单号": "R20261201-0007",
    "退款状态": "SUCCESS",
    "订单金额": "0.00",
    "申请退款金额": "6.00",
}
PAYMENT = BillLine("payment", "4200002345202612010000000001", "F20261201-0007", 20600, "SUCCESS")
REFUND = BillLine("refund", "R20261201-0007", "F20261201-0007", 600, "SUCCESS")


def row(cells: dict[str, str]) -> str:
    return ",".join(f"`{cells[name]}" for name in COLUMNS)


def sums(count: str, paid: str, refunded: str) -> list[str]:
    return [SUMS, ",".join(f"`{cell}" for cell in (count, paid, refunded, "0.00", "0.00", paid, refunded))]


HEAD = ",".join(COLUMNS)
WHOLE = [HEAD, row(PAID), row(BACK), *sums("2", "206.00", "6.00")]


def lines(rows: Sequence[str]) -> list[BillLine]:
    return list(read(rows, MERCHANT))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(WHOLE, [PAYMENT, REFUND], id="a payment and a refund"),
        pytest.param(
            [f"{line}\r\n" for line in WHOLE], [PAYMENT, REFUND], id="ends of lines as Windows has them"
        ),
        pytest.param(["\ufeff" + WHOLE[0], *WHOLE[1:]], [PAYMENT, REFUND], id="a mark of the byte order"),
        pytest.param([*WHOLE, "", "\n"], [PAYMENT, REFUND], id="empty lines at the end"),
        pytest.param([HEAD, *sums("0", "0.00", "0.00")], [], id="nothing"),
        pytest.param(
            [HEAD, row(PAID | {"商品名称": "罚款,两笔`"}), *sums("1", "206.00", "0")],
            [PAYMENT],
            id="a comma in the goods",
        ),
        pytest.param(
            [HEAD + ",新列", row(PAID) + ",`x", *sums("1", "206", "0.0")],
            [PAYMENT],
            id="a column that is new",
        ),
        pytest.param(
            [HEAD, row(BACK | {"商户退款单号": ""}), *sums("1", "0", "6")],
            [BillLine("refund", BACK["微信退款单号"], REFUND.order_no, 600, "SUCCESS")],
            id="a refund that was made by hand has their number only",
        ),
    ],
)
def test_what_is_read(rows: list[str], expected: list[BillLine]):
    assert lines(rows) == expected


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param([], "columns", id="an empty file"),
        pytest.param(['{"code":"PARAM_ERROR"}'], "columns", id="an error instead"),
        pytest.param([HEAD.replace("订单金额", "交易金额"), *WHOLE[1:]], "columns", id="a column is missing"),
        pytest.param([HEAD + ",商户号", *WHOLE[1:]], "twice", id="a column twice"),
        pytest.param(WHOLE[:-2], "without its sums", id="torn off before the sums"),
        pytest.param(WHOLE[:-1], "cells", id="torn off in the sums"),
        pytest.param([HEAD, row(PAID)[:-9], *WHOLE[3:]], "cells", id="torn off in a line"),
        pytest.param([HEAD, row(PAID)[1:], *WHOLE[3:]], "cells", id="no backtick"),
        pytest.param([HEAD, "", *WHOLE[1:]], "cells", id="an empty line in between"),
        pytest.param([*WHOLE, row(PAID)], "behind its sums", id="a line behind the sums"),
        pytest.param([*WHOLE[:3], *sums("3", "206.00", "6.00")], "sums are not", id="another count"),
        pytest.param([*WHOLE[:3], *sums("2", "206.01", "6.00")], "sums are not", id="another sum"),
        pytest.param([*WHOLE[:3], *sums("2", "206.00", "0.00")], "sums are not", id="another sum of refunds"),
        pytest.param([*WHOLE[:3], *sums("two", "206.00", "6.00")], "count", id="a count that is none"),
        pytest.param([*WHOLE[:3], "总交易单数", "`2"], "lacks sums", id="sums are missing"),
    ],
)
def test_what_is_not_believed(rows: list[str], says: str):
    with pytest.raises(Malformed, match=says):
        lines(rows)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("商户号", "1900000001", "another merchant", id="somebody else's line"),
        pytest.param("货币种类", "HKD", "another currency", id="another currency"),
        pytest.param("微信订单号", "", "not one", id="no transaction"),
        pytest.param("微信订单号", "x" * 65, "not one", id="a long one"),
        pytest.param("商户订单号", "罚单", "not one", id="a number of no order"),
        pytest.param("交易状态", "success", "not one", id="a state that is none"),
        pytest.param("订单金额", "206.001", "not an amount", id="a tenth of a fen"),
        pytest.param("订单金额", "-206.00", "not an amount", id="less than nothing"),
        pytest.param("订单金额", "2,06", "not an amount", id="a comma"),
        pytest.param("订单金额", "２０６", "not an amount", id="other digits"),
        pytest.param("申请退款金额", "", "not an amount", id="no amount"),
    ],
)
def test_a_cell_that_is_wrong(name: str, value: str, says: str):
    with pytest.raises(Malformed, match=says):
        lines([HEAD, row(PAID | {name: value}), *WHOLE[3:]])


@pytest.mark.parametrize(
    ("yuan", "amount"), [("0", 0), ("0.0", 0), ("0.01", 1), ("0.1", 10), ("206", 20600), ("206.5", 20650)]
)
def test_yuan_as_fen(yuan: str, amount: int):
    assert fen(yuan, 1) == amount


@given(st.lists(st.sampled_from([*WHOLE, "", "`", ",`", SUMS, HEAD]) | st.text(max_size=30), max_size=8))
@example([HEAD, SUMS, "`" * 7])
def test_nothing_but_its_own_error_ever_comes_of_a_bill(rows: list[str]):
    try:
        found = lines(rows)
    except Malformed:
        return
    assert all(line.amount >= 0 for line in found)


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda torn: "\n".join(WHOLE).encode() + torn))
def test_nor_of_bytes(content: bytes):
    try:
        check(io.BytesIO(content), MERCHANT)
    except Malformed:
        return
    assert [line for batch in batches(io.BytesIO(content), MERCHANT) for line in batch] == [PAYMENT, REFUND]


@given(st.binary(max_size=300), st.integers(1, 300), st.booleans())
def test_whatever_is_fetched_is_unpacked_as_it_was(plain: bytes, piece: int, packed: bool):
    sent = gzip.compress(plain) if packed else plain
    if not packed and plain.startswith(b"\x1f\x8b"):
        return
    file = io.BytesIO()
    unpacking = Unpacking(file)
    for place in range(0, len(sent), max(piece, 2)):
        unpacking.take(sent[place : place + max(piece, 2)])
    unpacking.hash()
    assert file.getvalue() == plain


def test_what_unpacks_to_more_than_a_bill_is_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.gateways.wechat_pay_fetch.MOST_BYTES", 10 * PIECE)
    with pytest.raises(GatewayDown, match="too long"):
        Unpacking(io.BytesIO()).take(gzip.compress(bytes(11 * PIECE)))


def test_what_cannot_be_unpacked():
    with pytest.raises(GatewayDown, match="unpacked"):
        Unpacking(io.BytesIO()).take(b"\x1f\x8bnot a gzip file")
