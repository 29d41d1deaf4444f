"""Payment notifications: only what the platform signed just now, with the pinned key, is believed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from bot.gateways.wechat_pay import WechatPay
from models.base.ports import Malformed, Unauthentic
from tests.gateways.conftest import gateway
from tests.gateways.test_wechat_pay import PAID, PAID_TRADE
from tests.gateways.wechat_pay_platform import NOW, Keys, sealed, signature_headers


@pytest.fixture(scope="module")
def pay(keys: Keys) -> WechatPay:
    return gateway(keys, "https://pay.example")


def notice(content: object = PAID, **changes: Any) -> str:
    whole = {
        "id": "EV-2018022511223320873",
        "create_time": "2026-12-01T10:34:57+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": sealed(content),
    }
    return json.dumps(whole | changes, ensure_ascii=False)


@pytest.mark.parametrize("skew", [-300, 0, 300])
@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(dict, id="a dict as the platform spells it"),
        pytest.param(
            lambda headers: {name.lower(): value for name, value in headers.items()}, id="lower case"
        ),
        pytest.param(
            lambda headers: {name.upper(): value for name, value in headers.items()}, id="upper case"
        ),
        pytest.param(lambda headers: CIMultiDictProxy(CIMultiDict(headers)), id="as aiohttp has it"),
    ],
)
def test_a_payment_is_read(
    pay: WechatPay, keys: Keys, spell: Callable[[dict[str, str]], Any], skew: int
) -> None:
    body = notice()
    headers = signature_headers(keys.platform, body, NOW + skew)
    assert pay.notification(spell(headers), body.encode()) == PAID_TRADE


def spoiled(**changes: str) -> Callable[[Keys, str], dict[str, str]]:
    """Headers of a right signature, some of them replaced; names as in `Signature_Type`."""
    named = {f"Wechatpay-{name.replace('_', '-')}": value for name, value in changes.items()}
    return lambda keys, body: signature_headers(keys.platform, body) | named


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(lambda keys, body: {}, id="none"),
        pytest.param(lambda keys, body: signature_headers(keys.stranger, body), id="a stranger's signature"),
        pytest.param(lambda keys, body: signature_headers(keys.merchant, body), id="our own signature"),
        pytest.param(lambda keys, body: signature_headers(keys.platform, body + " "), id="of another body"),
        pytest.param(lambda keys, body: signature_headers(keys.platform, body, NOW - 301), id="too old"),
        pytest.param(
            lambda keys, body: signature_headers(keys.platform, body, NOW + 301), id="from the future"
        ),
        pytest.param(spoiled(Timestamp=""), id="no time"),
        pytest.param(spoiled(Timestamp=str(NOW + 1)), id="a time that was not signed"),
        pytest.param(spoiled(Timestamp=f"+{NOW}"), id="a time with a sign"),
        pytest.param(spoiled(Timestamp="１７９０００００００"), id="a time in full-width digits"),
        pytest.param(spoiled(Timestamp="9" * 5000), id="a time without end"),
        pytest.param(spoiled(Nonce="another"), id="another nonce"),
        pytest.param(spoiled(Signature=""), id="no signature"),
        pytest.param(spoiled(Signature="not base64 !"), id="a signature that is none"),
        pytest.param(spoiled(Signature="WECHATPAY/SIGNTEST/c2lnbg=="), id="a signature probe"),
        pytest.param(spoiled(Signature_Type="WECHATPAY2-SM2-WITH-SM3"), id="another signature type"),
        pytest.param(spoiled(Signature_Type=""), id="no signature type"),
    ],
)
def test_what_the_platform_did_not_sign_is_not_read(
    pay: WechatPay, keys: Keys, headers: Callable[[Keys, str], dict[str, str]]
) -> None:
    body = notice()
    with pytest.raises(Unauthentic):
        pay.notification(headers(keys, body), body.encode())


@pytest.mark.parametrize(
    "serial",
    [
        pytest.param("", id="no serial"),
        pytest.param("PUB_KEY_ID_0000000000000000", id="another public key"),
        pytest.param("5157F09EFDC096DE15EBE81A47057A72", id="a certificate's serial"),
    ],
)
def test_only_the_pinned_key_counts(pay: WechatPay, keys: Keys, serial: str) -> None:
    body = notice()
    with pytest.raises(Unauthentic, match="pinned"):
        pay.notification(spoiled(Serial=serial)(keys, body), body.encode())


def test_an_old_notification_is_not_revived_by_the_sdks_other_spelling(pay: WechatPay, keys: Keys) -> None:
    """The SDK prefers Django's names; an old signature under them must not pass behind fresh-looking headers."""
    body = notice()
    old = signature_headers(keys.platform, body, NOW - 86_400)
    django = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in old.items()}
    fresh = signature_headers(keys.stranger, body)
    with pytest.raises(Unauthentic):
        pay.notification(fresh | django, body.encode())


def test_what_is_sealed_with_another_key_is_not_read(pay: WechatPay, keys: Keys) -> None:
    body = notice(resource=sealed(PAID, key="f" * 32))
    with pytest.raises(Unauthentic):
        pay.notification(signature_headers(keys.platform, body), body.encode())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{", id="broken off"),
        pytest.param("[]", id="not an object"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param(notice(event_type="REFUND.SUCCESS"), id="of a refund"),
        pytest.param(notice(event_type=None), id="of nothing"),
        pytest.param(notice(resource={**sealed(PAID), "algorithm": "ROT13"}), id="another algorithm"),
        pytest.param(notice(resource={**sealed(PAID), "nonce": "x"}), id="a nonce that is none"),
        pytest.param(notice(resource={**sealed(PAID), "ciphertext": "中"}), id="a ciphertext that is none"),
        pytest.param(notice(resource="text"), id="a resource that is none"),
        pytest.param(notice([]), id="sealed: not an object"),
        pytest.param(notice(PAID | {"trade_state": "NOTPAY"}), id="sealed: not paid"),
        pytest.param(notice(PAID | {"out_trade_no": None}), id="sealed: of no order"),
        pytest.param(notice(PAID | {"mchid": 1900000109}), id="sealed: a merchant as a number"),
        pytest.param(notice(PAID | {"transaction_id": ""}), id="sealed: without a number"),
        pytest.param(notice(PAID | {"success_time": "yesterday"}), id="sealed: at no time"),
        pytest.param(notice(PAID | {"success_time": 1_790_000_000}), id="sealed: a time as a number"),
        pytest.param(notice(PAID | {"amount": {}}), id="sealed: no amount"),
        pytest.param(notice(PAID | {"amount": {"total": "20000"}}), id="sealed: an amount as text"),
        pytest.param(notice(PAID | {"amount": {"total": 20000.0}}), id="sealed: an amount as a fraction"),
        pytest.param(notice(PAID | {"amount": {"total": True}}), id="sealed: an amount as a truth value"),
        pytest.param(notice(PAID | {"amount": {"total": -1}}), id="sealed: less than nothing"),
    ],
)
def test_signed_but_not_a_payment_is_malformed(pay: WechatPay, keys: Keys, body: str) -> None:
    with pytest.raises(Malformed) as caught:
        pay.notification(signature_headers(keys.platform, body), body.encode())
    assert "oUpF8uMuAJO" not in f"{caught.value} {caught.value.__cause__}", "no personal data in the log"


HEADER_NAMES = st.sampled_from(
    [
        "Wechatpay-Serial",
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "wechatpay-signature",
        "Wechatpay-Signature-Type",
        "HTTP_WECHATPAY_SIGNATURE",
    ]
)


@given(
    body=st.binary(),
    headers=st.dictionaries(HEADER_NAMES, st.text(st.characters(codec=None))),
    as_if_right=st.booleans(),
)
def test_no_stranger_breaks_the_reader(
    pay: WechatPay, keys: Keys, body: bytes, headers: dict[str, str], as_if_right: bool
) -> None:
    given_headers = (signature_headers(keys.stranger, "") if as_if_right else {}) | headers
    with pytest.raises((Unauthentic, Malformed)):
        pay.notification(given_headers, body)


@given(content=st.recursive(st.none() | st.text() | st.integers(), st.lists), extra=st.binary(max_size=8))
def test_no_signed_body_breaks_the_reader(pay: WechatPay, keys: Keys, content: Any, extra: bytes) -> None:
    text = notice(content) + extra.decode("latin-1")
    with pytest.raises((Unauthentic, Malformed)):
        pay.notification(signature_headers(keys.platform, text), text.encode())
