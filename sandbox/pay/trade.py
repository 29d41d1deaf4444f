"""An order as WeChat Pay tells it, in answers and in notifications."""

from typing import Any

from sandbox.config import PayConfig
from sandbox.state import Order

DESCRIBED = {"NOTPAY": "订单未支付", "SUCCESS": "支付成功", "REFUND": "转入退款", "CLOSED": "订单已关闭"}


def trade(pay: PayConfig, order: Order, *, refunded: bool = False) -> dict[str, Any]:
    """The order's facts; transaction_id, success_time, bank and payer are there once it is paid."""
    state = "REFUND" if refunded else order.state
    facts = {
        "appid": pay.app_id,
        "mchid": pay.merchant_id,
        "out_trade_no": order.no,
        "trade_type": order.trade_type,
        "trade_state": state,
        "trade_state_desc": DESCRIBED[state],
        "attach": order.asked.get("attach", ""),
        "amount": {"total": order.total, "currency": "CNY"},
    }
    return facts | _payment(order) if order.state == "SUCCESS" else facts


def _payment(order: Order) -> dict[str, Any]:
    return {
        "transaction_id": order.transaction_id,
        "bank_type": "OTHERS",
        "success_time": order.paid_at,
        "payer": {"openid": order.payer},
        "amount": {
            "total": order.total,
            "payer_total": order.total,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }
