"""The treasury's merchant account at WeChat Pay v3, through the SDK `wechatpayv3` in public-key mode."""

import asyncio
import re
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta, timezone
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import httpx
from pydantic import BaseModel, ValidationError
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType
from wechatpayv3.async_.utils import build_authorization

from bot.gateways import wechat_pay_bill as bills
from bot.gateways.signed_http import secure_url
from bot.gateways.wechat_pay_fetch import fetch
from bot.gateways.wechat_pay_shapes import (
    BillAt,
    Prepaid,
    Refunded,
    Scannable,
    Transaction,
    failure,
    read_notice,
    signed_headers,
)
from models.base.ports import (
    BillLine,
    GatewayDown,
    GatewayRefused,
    Malformed,
    RefundNews,
    Trade,
    TradeState,
    Unauthentic,
)

NO_BILL = "NO_STATEMENT_EXIST"  # neither paid nor refunded anything on that day
BILL_SECONDS = 30.0  # between two pieces of a bill
HOST = "https://api.mch.weixin.qq.com"
CHINA = timezone(timedelta(hours=8))
DESCRIPTION_LENGTH = 127

# WeChat allows | and * too, but the SDK signs the path before they are escaped: such an order could not be queried.
ORDER_NO = re.compile(r"[0-9A-Za-z_-]{6,32}")

REFUND_REASON_LENGTH = 80
REFUND_UNKNOWN = frozenset({"RESOURCE_NOT_EXISTS"})
ORDER_CLOSED = frozenset({"ORDER_CLOSED", "ORDERCLOSED"})
ORDER_UNKNOWN = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST"})

Answer = TypeVar("Answer", bound=BaseModel)


class WechatPay:
    """`PaymentGateway` over WeChat Pay; an async context manager, because the SDK keeps a connection pool.

    Keys are PEM texts, `apiv3_key` is 32 bytes, `public_key_id` is the platform key's (PUB_KEY_ID_...), `timeout`
    seconds for a whole call, `wall` seconds since 1970. Raises ValueError for keys that cannot be used.
    """

    def __init__(
        self,
        *,
        app_id: str,
        merchant_id: str,
        private_key: str,
        certificate_serial: str,
        apiv3_key: str,
        public_key: str,
        public_key_id: str,
        notify_url: str,
        host: str = HOST,
        timeout: float = 5.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        if len(apiv3_key.encode()) != 32:
            raise ValueError("the APIv3 key of WeChat Pay is 32 bytes")
        self.app_id = app_id
        self.merchant_id = merchant_id
        self._platform_key_id = public_key_id
        self._timeout = timeout
        self._wall = wall
        self._sdk = _load(
            wechatpay_type=WeChatPayType.JSAPI,
            mchid=merchant_id,
            private_key=private_key,
            cert_serial_no=certificate_serial,
            appid=app_id,
            apiv3_key=apiv3_key,
            notify_url=notify_url,
            timeout=timeout,
            public_key=public_key,
            public_key_id=public_key_id,
        )
        self._pin(str(secure_url(host)).rstrip("/"))

    async def __aenter__(self) -> Self:
        await self._sdk.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sdk.__aexit__(kind, error, trace)

    async def order_in_chat(
        self, *, order_no: str, description: str, total: int, expires: datetime, openid: str
    ) -> str:
        """Make a JSAPI order of `total` fen, payable until `expires` (aware); returns the prepay_id.

        Raises GatewayDown, GatewayRefused; ValueError for an order that cannot be one.
        """
        order = _order(order_no, description, total, expires)
        call = self._sdk.pay(pay_type=WeChatPayType.JSAPI, payer={"openid": openid}, **order)
        return (await self._ask(call, Prepaid)).prepay_id

    async def order_by_code(self, *, order_no: str, description: str, total: int, expires: datetime) -> str:
        """Make a Native order; returns the code_url. Raises as `order_in_chat` does."""
        order = _order(order_no, description, total, expires)
        call = self._sdk.pay(pay_type=WeChatPayType.NATIVE, **order)
        return (await self._ask(call, Scannable)).code_url

    def page_call(self, prepay_id: str) -> Mapping[str, str]:
        """The signed parameters of `getBrandWCPayRequest`."""
        timestamp, nonce, package = str(int(self._wall())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        return {
            "appId": self.app_id,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self._sdk.sign([self.app_id, timestamp, nonce, package]),
        }

    async def query(self, order_no: str) -> Trade:
        """Ask what became of an order. Raises GatewayDown, GatewayRefused."""
        try:
            transaction = await self._ask(self._sdk.query(out_trade_no=_checked(order_no)), Transaction)
        except GatewayRefused as refusal:
            if refusal.code in ORDER_UNKNOWN:
                return Trade(order_no, TradeState.UNKNOWN_ORDER)
            raise
        return transaction.trade()

    async def close(self, order_no: str) -> None:
        """Close an unpaid order. Raises GatewayDown, GatewayRefused (`ORDERPAID`: it was paid)."""
        try:
            await self._answer(self._sdk.close(out_trade_no=_checked(order_no)))
        except GatewayRefused as refusal:
            if refusal.code not in ORDER_CLOSED | ORDER_UNKNOWN:
                raise

    async def refund(
        self, *, refund_no: str, transaction_id: str, amount: int, total: int, reason: str
    ) -> RefundNews:
        """Give back `amount` fen of a payment of `total`. Raises as `order_in_chat` does."""
        if not 0 < amount <= total:
            raise ValueError("a refund is some of what was paid")
        call = self._sdk.refund(
            out_refund_no=_checked(refund_no),
            transaction_id=transaction_id,
            reason=reason[:REFUND_REASON_LENGTH],
            amount={"refund": amount, "total": total, "currency": "CNY"},
        )
        return (await self._ask(call, Refunded)).news()

    async def query_refund(self, refund_no: str) -> RefundNews | None:
        """Ask what became of a refund. Raises GatewayDown, GatewayRefused."""
        try:
            return (await self._ask(self._sdk.query_refund(_checked(refund_no)), Refunded)).news()
        except GatewayRefused as refusal:
            if refusal.code in REFUND_UNKNOWN:
                return None
            raise

    async def trade_bill(self, day: date) -> AsyncIterator[Sequence[BillLine]]:
        """The bill of a day in batches, from a file that was checked whole. Raises GatewayDown, GatewayRefused, Malformed."""
        try:
            asked = self._sdk.trade_bill(bill_date=day.isoformat(), bill_type="ALL", tar_type="GZIP")
            bill = await self._ask(asked, BillAt)
        except GatewayRefused as refusal:
            if refusal.code == NO_BILL:
                return
            raise
        with await asyncio.to_thread(tempfile.TemporaryFile) as file:
            await fetch(self._signed_get(bill.download_url), bill.hash_value, file)
            await asyncio.to_thread(bills.check, file, self.merchant_id)
            batches = bills.batches(file, self.merchant_id)
            while batch := await asyncio.to_thread(next, batches, None):
                yield batch

    def notification(self, headers: Mapping[str, str], body: bytes) -> Trade | RefundNews:
        """Verify, decrypt and read a notification. Raises Unauthentic, Malformed.

        Whether app, merchant, order and amount are ours is for the caller to compare.
        """
        signed = signed_headers(headers, serial=self._platform_key_id, now=self._wall())
        try:
            resource = self._sdk.decrypt_callback(signed, body)
        except Exception as error:  # the SDK has no errors of its own: anything its parsing meets
            raise Malformed("the payment SDK cannot read this notification") from error
        if not resource:
            raise Unauthentic("not signed by the platform, or not sealed with our key")
        return read_notice(body, resource)

    async def _ask(self, call: Awaitable[Any], shape: type[Answer]) -> Answer:
        try:
            return shape.model_validate_json(await self._answer(call))
        except ValidationError as error:
            raise GatewayDown("unreadable answer from WeChat Pay") from error

    async def _answer(self, call: Awaitable[Any]) -> str | bytes:
        """The body of a 2xx answer that the platform signed. Raises GatewayDown, GatewayRefused."""
        answer: str | bytes
        try:
            async with asyncio.timeout(self._timeout):
                status, answer = await call
        except (TimeoutError, httpx.HTTPError) as error:
            raise GatewayDown("no answer from WeChat Pay") from error
        except Exception as error:  # the SDK's word for a wrong signature
            raise GatewayDown("an answer that WeChat Pay did not sign") from error
        if not 200 <= status < 300:
            raise failure(status, answer)
        return answer

    def _signed_get(self, url: str) -> AbstractAsyncContextManager[httpx.Response]:
        """A download, as a stream: the SDK would hold all of it in memory. The address must be WeChat Pay's own: we sign for it."""
        core = self._sdk._core  # noqa: SLF001
        if not url.startswith(f"{core._gate_way}/"):  # noqa: SLF001
            raise GatewayDown("the bill's address is not WeChat Pay's")
        who = (core._mchid, core._cert_serial_no, core._private_key)  # noqa: SLF001
        signed = build_authorization(url.removeprefix(core._gate_way), "GET", *who)  # noqa: SLF001
        headers = {"Authorization": signed, "Wechatpay-Serial": self._platform_key_id}
        stream = core._client.stream("GET", url, headers=headers, timeout=BILL_SECONDS)  # noqa: SLF001
        return cast("AbstractAsyncContextManager[httpx.Response]", stream)

    def _pin(self, host: str) -> None:
        """The one place that reaches into the SDK: its host, and how it verifies what it is answered.

        Left alone, it meets an unknown serial by dropping its certificates and downloading others, unverified.
        """
        core = self._sdk._core  # noqa: SLF001

        async def verify(headers: Mapping[str, str], body: str) -> bool:
            signed = signed_headers(headers, serial=self._platform_key_id, now=self._wall())
            return bool(core._verify_signature(signed, body))  # noqa: SLF001

        core._gate_way = host  # noqa: SLF001
        core._verify_signature_async = verify  # noqa: SLF001


def _load(**options: Any) -> Any:
    """The SDK, without a logger: it would write down whole requests."""
    try:
        return AsyncWeChatPay(**options)
    except Exception as error:  # the SDK has no errors of its own
        raise ValueError("the keys of WeChat Pay cannot be loaded") from error


def _checked(order_no: str) -> str:
    if not ORDER_NO.fullmatch(order_no):
        raise ValueError("an order number is 6 to 32 of [0-9A-Za-z_-]")
    return order_no


def _order(order_no: str, description: str, total: int, expires: datetime) -> dict[str, Any]:
    """What every kind of order says. Raises ValueError rather than let the SDK complain half-way."""
    if not description or total <= 0 or expires.tzinfo is None:
        raise ValueError("an order has a description, an amount in fen, and an aware instant of expiry")
    return {
        "out_trade_no": _checked(order_no),
        "description": description[:DESCRIPTION_LENGTH],
        "amount": {"total": total, "currency": "CNY"},
        "time_expire": expires.astimezone(CHINA).isoformat(timespec="seconds"),
    }
