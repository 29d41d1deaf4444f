"""The other wires: do WeChat Pay, the SMS carrier, the wallet and the SIM register answer us, and take our credentials?

Each is asked about something that does not exist: whoever says "unknown" has accepted who asks. Nothing is changed by it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp

from bot.doctor.finding import Finding, fail, ok
from bot.gateways.signed_http import SignedHttp
from bot.services import Services
from bot.settings import Settings, Signed, WrongSettings
from bot.wiring import assemble
from models.base.clock import CITY_ZONE, SystemWall
from models.base.ports import GatewayDown, GatewayRefused
from models.base.tariff import WrongTariff

NO_ORDER = "doctor0000000000"
NO_LOCK = "doctor"
CARRIERS_OWN = "13800138000"  # the number of a carrier's shop, to which we have never written
SECONDS = 5.0
UNSIGNED = "http_401"  # the answer to a wrong secret or clock (docs/wires.md)


async def look(settings: Settings) -> Sequence[Finding]:
    """All of them side by side."""
    try:
        async with assemble(settings) as shimin, aiohttp.ClientSession() as session:
            services = shimin.services
            return await asyncio.gather(
                _pay(services),
                _sms(services),
                _signed(session, "the wallet", "WALLET", settings.wallet, ("GET", f"/v1/locks/{NO_LOCK}")),
                _signed(
                    session,
                    "the SIM register",
                    "SIM_REGISTER",
                    settings.sim_register,
                    ("POST", "/v1/verify", {}),
                ),
            )
    except (WrongSettings, WrongTariff) as problem:
        first, *_ = str(problem).splitlines()
        return [fail(f"nobody can be asked: {first}", "mend it, then ask again")]


async def _pay(services: Services) -> Finding:
    return await _heard(
        lambda: services.payments.query(NO_ORDER),
        who="WeChat Pay",
        credentials="SHIMIN_PAY__MERCHANT_ID, _MERCHANT_SERIAL and the two key files",
        address="SHIMIN_PAY__API_BASE",
    )


async def _sms(services: Services) -> Finding:
    today = SystemWall().now().astimezone(CITY_ZONE).date()
    return await _heard(
        lambda: services.sms.find(phone=CARRIERS_OWN, key="doctor", day=today),
        who="the SMS carrier",
        credentials="SHIMIN_SMS__ACCESS_KEY_ID and _SECRET, and the account at the carrier",
        address="SHIMIN_SMS__API_BASE",
    )


async def _signed(
    session: aiohttp.ClientSession,
    who: str,
    group: str,
    wire: Signed,
    call: tuple[str, str] | tuple[str, str, Mapping[str, str]],
) -> Finding:
    """Any 4xx but 401 comes from somebody who has read our signature."""
    asked = SignedHttp(
        session=session, base_url=wire.api_base, secret=wire.secret.get_secret_value(), timeout=SECONDS
    )
    try:
        await asked.call(*call)
    except GatewayRefused:
        return ok(f"{who} takes our signature")
    except GatewayDown as problem:
        if str(problem) == UNSIGNED:
            return fail(
                f"{who} refuses our signature", f"check SHIMIN_{group}__SECRET and this machine's clock"
            )
        return fail(
            f"{who} does not answer: {problem}", f"check SHIMIN_{group}__API_BASE and the way out to it"
        )
    return ok(f"{who} takes our signature")


async def _heard(ask: Callable[[], Awaitable[Any]], *, who: str, credentials: str, address: str) -> Finding:
    """A refusal is about who we are; silence may be about the way to them, and some say so with a code of theirs."""
    try:
        await ask()
    except GatewayRefused as problem:
        return fail(f"{who} refuses: {problem.code}", f"check {credentials}")
    except GatewayDown as problem:
        return fail(
            f"{who} does not take the call: {problem}",
            f"check {address}, the way out to it, and {credentials}",
        )
    return ok(f"{who} answers, and takes our key")
