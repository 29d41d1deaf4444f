"""The daily bill: where it can be fetched and what its hash is, then the file. Payments stand on the day they were paid, refunds on the
day they were asked for, in the order of time.
"""

import gzip
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from aiohttp import web

from sandbox import wall
from sandbox.pay.door import Answered, raw_signed, refused, signed
from sandbox.state import Order, Refund
from sandbox.world import WORLD, World

COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,"
    "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
TYPES = frozenset({"ALL", "SUCCESS", "REFUND"})
OLDEST = timedelta(days=90)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
STATES = {"SUCCESS": "SUCCESS", "PROCESSING": "PROCESSING", "CLOSED": "FAIL", "ABNORMAL": "FAIL"}


async def trade_bill(request: web.Request, _raw: bytes) -> Answered:
    """`GET /v3/bill/tradebill?bill_date=&bill_type=&tar_type=`."""
    world = request.app[WORLD]
    day, kind = _day(request, world), request.query.get("bill_type", "ALL")
    packed = request.query.get("tar_type")
    if kind not in TYPES or packed not in (None, "GZIP"):
        raise refused(400, "PARAM_ERROR", "参数错误: bill_type")
    fault = world.faults.take("bill").what
    rows = _rows(world, day, kind)
    if not rows or fault == "none":
        raise refused(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    plain = text(rows).encode()
    told = hashlib.sha1(plain if fault != "hash" else b"", usedforsecurity=False).hexdigest()
    content = gzip.compress(plain) if packed else plain
    token = secrets.token_urlsafe(24)
    until = wall.seconds() + world.timing.bill_lives
    world.bills[token] = (until, content[: len(content) // 2] if fault == "torn" else content)
    url = f"{request.url.origin()}/v3/billdownload/file?token={token}"
    return 200, {"hash_type": "SHA1", "hash_value": told, "download_url": url}


async def download(request: web.Request) -> web.Response:
    """`GET /v3/billdownload/file?token=`, signed like any call; the file itself is not."""
    until, content = request.app[WORLD].bills.get(request.query.get("token", ""), (0.0, b""))
    if until < wall.seconds():
        raise refused(400, "INVALID_REQUEST", "下载链接已失效")
    return web.Response(body=content, content_type="application/octet-stream")


def text(rows: Iterable[str]) -> str:
    """The whole file, with the sums of its rows."""
    lines = list(rows)
    cells = [line[1:].split(",`") for line in lines]
    paid, settled = _total(cells, 24), _total(cells, 12)
    refunded, asked = _total(cells, 16), _total(cells, 25)
    sums = (str(len(lines)), settled, refunded, "0.00", "0.00000", paid, asked)
    return "\r\n".join(("\ufeff" + COLUMNS, *lines, SUMS, _row(sums), ""))


def _total(cells: list[list[str]], place: int) -> str:
    return yuan(sum(int(row[place].replace(".", "")) for row in cells))


def yuan(fen: int) -> str:
    """As the bill writes it."""
    return f"{fen // 100}.{fen % 100:02d}"


def _day(request: web.Request, world: World) -> date:
    """The day that is asked for. Raises Refusal for none, one that is not over, one whose bill is not made yet."""
    asked = request.query.get("bill_date", "")
    try:
        day = date.fromisoformat(asked) if DAY.fullmatch(asked) else None
    except ValueError:
        day = None
    now = wall.now()
    if day is None or not now.date() - OLDEST <= day < now.date():
        raise refused(400, "PARAM_ERROR", "参数错误: bill_date")
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), wall.CHINA)
    if (now - midnight).total_seconds() < world.timing.bill_from:
        raise refused(400, "STATEMENT_CREATING", "账单生成中")
    return day


def _rows(world: World, day: date, kind: str) -> list[str]:
    """The lines of a day, by time."""
    dated: list[tuple[datetime, str]] = []
    if kind != "REFUND":
        dated += [(at, _paid(world, order, at)) for at, order in _payments(world, day)]
    if kind != "SUCCESS":
        dated += [(at, _refunded(world, refund, at)) for at, refund in _refunds(world, day)]
    return [row for _, row in sorted(dated)]


def _payments(world: World, day: date) -> Iterator[tuple[datetime, Order]]:
    for order in world.state.orders:
        if order.paid_at and (at := _here(order.paid_at)).date() == day:
            yield at, order


def _refunds(world: World, day: date) -> Iterator[tuple[datetime, Refund]]:
    for refund in world.state.refunds:
        if refund.made_at and (at := _here(refund.made_at)).date() == day:
            yield at, refund


def _here(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp).astimezone(wall.CHINA)


def _paid(world: World, order: Order, at: datetime) -> str:
    total = yuan(order.total)
    money = (total, "0.00", "0", "0", "0.00", "0.00", "", "")
    return _line(world, order, at, "SUCCESS", money, (total, "0.00"))


def _refunded(world: World, refund: Refund, at: datetime) -> str:
    order = world.state.orders.get(refund.order_no)
    assert order is not None
    back = yuan(refund.amount)
    ids = (refund.refund_id, refund.no)
    money = ("0.00", "0.00", *ids, back, "0.00", "ORIGINAL", STATES[refund.status])
    return _line(world, order, at, "REFUND", money, ("0.00", back))


def _line(
    world: World, order: Order, at: datetime, state: str, money: tuple[str, ...], asked: tuple[str, str]
) -> str:
    pay = world.config.pay
    head = (f"{at:%Y-%m-%d %H:%M:%S}", pay.app_id, pay.merchant_id, "0", "", order.transaction_id, order.no)
    who = (order.payer, order.trade_type, state, "OTHERS", "CNY")
    goods = (order.asked["description"], order.asked.get("attach", ""), "0.00000", "0.00%")
    return _row((*head, *who, *money, *goods, *asked, ""))


def _row(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


ROUTES = [
    web.get("/v3/bill/tradebill", signed(trade_bill)),
    web.get("/v3/billdownload/file", raw_signed(download)),
]
