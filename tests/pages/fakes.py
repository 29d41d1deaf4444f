"""The payment provider and WeChat's login as the pages meet them: in memory, obeying their Protocols."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.base.ports import GatewayError, GatewayRefused, Trade, TradeState, Unauthentic
from tests.helpers import APP_ID, MERCHANT_ID


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as it was asked for; `openid` is empty for one by code."""

    order_no: str
    description: str
    total: int
    expires: datetime
    openid: str = ""


@dataclass
class FakePayments:
    """Keeps what it was asked for, in order. `trouble` is raised at the next calls until it is taken away."""

    app_id: str = APP_ID
    merchant_id: str = MERCHANT_ID
    asked: list[Asked] = field(default_factory=list)
    trouble: GatewayError | None = None

    async def order_in_chat(
        self, *, order_no: str, description: str, total: int, expires: datetime, openid: str
    ) -> str:
        self._ask(Asked(order_no, description, total, expires, openid))
        return f"wx-prepay-{order_no}"

    async def order_by_code(self, *, order_no: str, description: str, total: int, expires: datetime) -> str:
        self._ask(Asked(order_no, description, total, expires))
        return f"weixin://wxpay/bizpayurl?pr={order_no}"

    def page_call(self, prepay_id: str) -> Mapping[str, str]:
        signed = {
            "appId": self.app_id,
            "timeStamp": "1",
            "nonceStr": "n",
            "signType": "RSA",
            "paySign": 'a"<b',
        }
        return signed | {"package": f"prepay_id={prepay_id}"}

    async def query(self, order_no: str) -> Trade:
        return Trade(order_no, TradeState.OPEN)

    async def close(self, order_no: str) -> None:
        del order_no

    def notification(self, headers: Mapping[str, str], body: bytes) -> Trade:
        raise Unauthentic(f"{len(headers)} headers, {len(body)} bytes")

    def _ask(self, order: Asked) -> None:
        self.asked.append(order)
        if self.trouble is not None:
            raise self.trouble


@dataclass
class FakeLogin:
    """Codes and whose they are; each is good once. `trouble` is raised instead of an answer."""

    codes: dict[str, str] = field(default_factory=dict)
    trouble: GatewayError | None = None

    def login_url(self, *, redirect: str, state: str) -> str:
        return f"https://open.test/authorize?redirect_uri={redirect}&state={state}"

    async def openid(self, code: str) -> str:
        if self.trouble is not None:
            raise self.trouble
        if code not in self.codes:
            raise GatewayRefused("40029", "invalid code")
        return self.codes.pop(code)
