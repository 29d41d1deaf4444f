"""WeChat Pay's trade bill, as a file and as lines. A bill is read whole before any line of it is believed.

﻿交易时间,公众账号ID,商户号,...            names of the columns; newer ones may be added
`2026-12-01 09:30:12,`wx01...,`1900...      a payment or a refund; cells begin with a backtick, amounts are yuan
总交易单数,应结订单总金额,...               names of the sums
`2,`412.00,...                              and the sums, which must be those of the lines
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from models.base.ports import BillLine, Malformed

LINES, PAID, REFUNDED = "总交易单数", "订单总金额", "申请退款总金额"
# Of a payment the whole price, of a refund what was asked for: vouchers of third parties are not subtracted.
MERCHANT, TRANSACTION, ORDER, STATE = "商户号", "微信订单号", "商户订单号", "交易状态"
AMOUNT, CURRENCY = "订单金额", "货币种类"
THEIR_REFUND, OUR_REFUND, REFUND_AMOUNT, REFUND_STATE = (
    "微信退款单号",
    "商户退款单号",
    "申请退款金额",
    "退款状态",
)
NEEDED = frozenset(
    {
        *(MERCHANT, TRANSACTION, ORDER, STATE, AMOUNT, CURRENCY),
        *(THEIR_REFUND, OUR_REFUND, REFUND_AMOUNT, REFUND_STATE),
    }
)
YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")
NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
WORD = re.compile(r"[A-Z_]{1,16}")
COUNT = re.compile(r"[0-9]{1,9}")
REFUND = "REFUND"  # the state of a line that tells of a refund
NOTHING = frozenset({"", "0"})  # how a line without one writes it
BATCH = 500
LONGEST_LINE = 8192  # bytes; a line of a bill is about 400


def read(rows: Iterable[str], merchant_id: str) -> Iterator[BillLine]:
    """The lines of a bill. Raises Malformed at the first thing that is not as it should be: the end included, where sums are compared."""
    bill = enumerate((row.rstrip("\r\n") for row in rows), 1)
    names = _names(next(bill, (1, ""))[1].removeprefix("\ufeff"))
    if not names.keys() >= NEEDED:
        raise Malformed("the bill lacks columns")
    wanted = {name: names[name] for name in NEEDED}
    paid = refunded = 0
    for number, row in bill:
        if row.startswith(LINES):
            _check_sums(row, next(bill, (0, ""))[1], number - 2, paid, refunded)
            break
        cells = _cells(row, number, len(names))
        line = {name: cells[place] for name, place in wanted.items()}
        paid += fen(line[AMOUNT], number)
        refunded += fen(line[REFUND_AMOUNT], number)
        yield _line(line, merchant_id, number)
    else:
        raise Malformed("the bill ends without its sums")
    if any(row for _, row in bill):
        raise Malformed("the bill goes on behind its sums")


def check(file: BinaryIO, merchant_id: str) -> None:
    """Read to its end once, so that no line is believed of a bill that is wrong further on. Raises Malformed (blocking)."""
    for _ in read(_rows(file), merchant_id):
        pass


def batches(file: BinaryIO, merchant_id: str) -> Iterator[Sequence[BillLine]]:
    """Its lines, so many at a time, from the beginning. Raises Malformed (blocking)."""
    lines = read(_rows(file), merchant_id)
    while batch := list(islice(lines, BATCH)):
        yield batch


def _rows(file: BinaryIO) -> Iterator[str]:
    """Its lines of text. Raises Malformed for what is no text."""
    file.seek(0)
    while row := file.readline(LONGEST_LINE):
        try:
            yield row.decode()
        except UnicodeDecodeError as error:
            raise Malformed("the bill is no text") from error


def fen(cell: str, number: int) -> int:
    """Yuan as fen. Raises Malformed."""
    amount = YUAN.fullmatch(cell)
    if amount is None:
        raise Malformed(f"line {number} of the bill: not an amount")
    return int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0"))


def _names(row: str) -> dict[str, int]:
    names = row.split(",")
    if len(set(names)) != len(names):
        raise Malformed("the bill names a column twice")
    return {name: place for place, name in enumerate(names)}


def _cells(row: str, number: int, wanted: int) -> list[str]:
    """A name of goods may hold a comma, so that cells are parted by comma and backtick."""
    cells = row[1:].split(",`") if row.startswith("`") else []
    if len(cells) != wanted:
        raise Malformed(f"line {number} of the bill: {len(cells)} cells, not {wanted}")
    return cells


def _line(line: dict[str, str], merchant_id: str, number: int) -> BillLine:
    if line[MERCHANT] != merchant_id:
        raise Malformed(f"line {number} of the bill: another merchant's")
    if line[CURRENCY] != "CNY":
        raise Malformed(f"line {number} of the bill: another currency")
    order = _fits(NUMBER, line[ORDER], number)
    if line[STATE] == REFUND:
        ours = line[OUR_REFUND] if line[OUR_REFUND] not in NOTHING else line[THEIR_REFUND]
        named, state = _fits(NUMBER, ours, number), _fits(WORD, line[REFUND_STATE], number)
        return BillLine("refund", named, order, fen(line[REFUND_AMOUNT], number), state)
    named, state = _fits(NUMBER, line[TRANSACTION], number), _fits(WORD, line[STATE], number)
    return BillLine("payment", named, order, fen(line[AMOUNT], number), state)


def _fits(shape: re.Pattern[str], cell: str, number: int) -> str:
    if not shape.fullmatch(cell):
        raise Malformed(f"line {number} of the bill: a number or a word is not one")
    return cell


def _check_sums(names: str, row: str, count: int, paid: int, refunded: int) -> None:
    places = _names(names)
    if not places.keys() >= {LINES, PAID, REFUNDED}:
        raise Malformed("the bill lacks sums")
    cells = _cells(row, 0, len(places))
    if not COUNT.fullmatch(cells[places[LINES]]):
        raise Malformed("the bill does not count its lines")
    told = int(cells[places[LINES]]), fen(cells[places[PAID]], 0), fen(cells[places[REFUNDED]], 0)
    if told != (count, paid, refunded):
        raise Malformed("the bill's sums are not those of its lines")
