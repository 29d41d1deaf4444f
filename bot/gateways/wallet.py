"""The wallet that carries out a lock (docs/wires.md, "Wallet")."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import date

import aiohttp

from bot.gateways.signed_http import SignedHttp
from models.base.ports import GatewayDown, GatewayRefused, Outcome, SendResult

REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")


class SignedWallet:
    """`WalletGateway` over signed HTTP.

    Both calls are idempotent, so a lost answer is mended by asking again: no answer is LATER, never UNKNOWN.
    SENT is the wallet's acknowledgement and nothing less.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        secret: str,
        timeout: float = 5.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._http = SignedHttp(session=session, base_url=base_url, secret=secret, timeout=timeout, wall=wall)

    async def lock(
        self, *, reference: str, resident_id: str, authority: str, legal_basis: str, since: date
    ) -> SendResult:
        """Lock the wallet of a person. REFUSED `released`: this reference was lifted and stays lifted."""
        body = {
            "resident_id": resident_id,
            "measure": "wallet",
            "authority": authority,
            "legal_basis": legal_basis,
            "since": since.isoformat(),
        }
        return await self._change("PUT", reference, body, "locked")

    async def unlock(self, *, reference: str) -> SendResult:
        """Lift a lock; one that was never seen counts as lifted."""
        return await self._change("DELETE", reference, None, "released")

    async def _change(
        self, method: str, reference: str, body: Mapping[str, str] | None, state: str
    ) -> SendResult:
        """Ask for `state`. Raises ValueError for a reference that is not one: it stands in the path."""
        if not REFERENCE.fullmatch(reference):
            raise ValueError("a lock's reference is 1 to 64 of [0-9A-Za-z-]")
        try:
            answer = await self._http.call(method, f"/v1/locks/{reference}", body)
        except GatewayRefused as refusal:
            return SendResult(Outcome.REFUSED, reference, refusal.code)
        except GatewayDown as down:
            return SendResult(Outcome.LATER, reference, str(down))
        if (answer.get("reference"), answer.get("state")) != (reference, state):
            return SendResult(Outcome.LATER, reference, "unreadable")
        return SendResult(Outcome.SENT, reference)
