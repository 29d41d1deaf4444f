"""A citizen pays: in the chat's page, or by scanning a code."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

from sandbox import wall
from sandbox.pay.notices import tell
from sandbox.residents import Resident
from sandbox.state import Order
from sandbox.wechat import chat
from sandbox.world import World


class NotPaid(Exception):
    """The payment failed; the message is what the citizen is told."""


def pay_in_chat(world: World, citizen: Resident, call: Mapping[str, str]) -> None:
    """What `getBrandWCPayRequest` does with its signed parameters once the citizen confirms. Raises NotPaid."""
    lines = [call.get(key, "") for key in ("appId", "timeStamp", "nonceStr", "package")]
    signed = "\n".join(lines) + "\n"
    if call.get("signType") != "RSA" or not world.pay_keys.merchant_signed(signed, call.get("paySign", "")):
        raise NotPaid("支付验证签名失败")
    if call["appId"] != world.config.pay.app_id:
        raise NotPaid("appId 不是该商户的")
    order = _find(world, "prepay_id", call["package"].removeprefix("prepay_id="))
    if order.asked["payer"]["openid"] != citizen.openid:
        raise NotPaid("该订单属于另一位用户")
    _pay(world, citizen, order)


def pay_by_code(world: World, citizen: Resident, code_url: str) -> None:
    """Scan a Native order's code and confirm. Raises NotPaid."""
    _pay(world, citizen, _find(world, "code_url", code_url))


def _find(world: World, field: str, value: str) -> Order:
    for order in world.state.orders:
        if value and getattr(order, field) == value:
            return order
    raise NotPaid("订单不存在")


def _pay(world: World, citizen: Resident, order: Order) -> None:
    if order.state == "SUCCESS":
        raise NotPaid("订单已支付")
    if order.state == "CLOSED":
        raise NotPaid("订单已关闭")
    if order.expires <= wall.seconds():
        raise NotPaid("订单已过期")
    paid = replace(
        order,
        state="SUCCESS",
        transaction_id=f"4200{wall.now():%Y%m%d}{secrets.randbelow(10**16):016d}",
        payer=citizen.openid,
        paid_at=wall.now().isoformat(timespec="seconds"),
    )
    world.state.orders.put(paid)
    chat.open_window(world.state, citizen.openid, "payment")
    world.tasks.start(tell(world, paid))
