"""The register of phone numbers and their holders (docs/wires.md, "SIM register")."""

import time
from collections.abc import Callable

import aiohttp

from bot.gateways.signed_http import SignedHttp
from models.base.ports import GatewayDown, GatewayRefused


class SignedSimRegister:
    """`SimRegister` over signed HTTP. The time limit of 3 s is the wire's: a citizen waits for the answer."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        secret: str,
        timeout: float = 3.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._http = SignedHttp(session=session, base_url=base_url, secret=secret, timeout=timeout, wall=wall)

    async def matches(self, *, name: str, resident_id: str, phone: str) -> bool:
        """Is this phone registered to this person? Raises GatewayDown.

        A refusal is GatewayDown too: a wrong name, ID or phone is `match: false`, so a 4xx blames our call.
        """
        person = {"name": name, "resident_id": resident_id, "phone": phone}
        try:
            answer = await self._http.call("POST", "/v1/verify", person)
        except GatewayRefused as refusal:
            raise GatewayDown(f"refused {refusal.code}") from refusal
        match = answer.get("match")
        if not isinstance(match, bool):
            raise GatewayDown("unreadable")
        return match
