"""The wallet that carries out a lock (docs/wires.md, "Wallet")."""

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import aiohttp

from bot.gateways.signed_http import SignedHttp
from models.base.ports import GatewayDown, GatewayRefused, Malformed, Outcome, SendResult

REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")


class SignedWallet:
    """`WalletGateway` over signed HTTP.

    Both calls that change something are idempotent, so a lost answer is mended by asking again: no answer is LATER, never UNKNOWN.
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

    async def held(self) -> AsyncIterator[Sequence[str]]:
        """Page after page; each must go on where the one before ended, so that no wallet can keep us reading."""
        last = ""
        while True:
            answer = await self._http.call("GET", f"/v1/held-locks/{last}".rstrip("/"))
            batch = _references(answer, last)
            yield batch
            following = answer.get("next")
            if following is None:
                return
            if not batch or following != batch[-1]:
                raise Malformed("the wallet's list does not go on where it ended")
            last = batch[-1]

    async def holds(self, *, reference: str) -> bool:
        """A reference that it never saw holds nothing."""
        try:
            answer = await self._http.call("GET", f"/v1/locks/{_checked(reference)}")
        except GatewayRefused as refusal:
            if refusal.code == "unknown":
                return False
            raise
        if answer.get("reference") != reference or answer.get("state") not in ("locked", "released"):
            raise Malformed("the wallet's answer is none about this lock")
        return bool(answer["state"] == "locked")

    async def _change(
        self, method: str, reference: str, body: Mapping[str, str] | None, state: str
    ) -> SendResult:
        """Ask for `state`. Raises ValueError for a reference that is not one: it stands in the path."""
        path = f"/v1/locks/{_checked(reference)}"
        try:
            answer = await self._http.call(method, path, body)
        except GatewayRefused as refusal:
            return SendResult(Outcome.REFUSED, reference, refusal.code)
        except GatewayDown as down:
            return SendResult(Outcome.LATER, reference, str(down))
        if (answer.get("reference"), answer.get("state")) != (reference, state):
            return SendResult(Outcome.LATER, reference, "unreadable")
        return SendResult(Outcome.SENT, reference)


def _checked(reference: str) -> str:
    if not REFERENCE.fullmatch(reference):
        raise ValueError("a lock's reference is 1 to 64 of [0-9A-Za-z-]")
    return reference


def _references(answer: Mapping[str, Any], last: str) -> list[str]:
    """Of one page, in order and all of them behind the last one. Raises Malformed."""
    locks = answer.get("locks")
    if not isinstance(locks, list) or not all(isinstance(lock, dict) for lock in locks):
        raise Malformed("the wallet's list is none")
    references = [lock.get("reference") for lock in locks]
    if not all(isinstance(each, str) and REFERENCE.fullmatch(each) for each in references):
        raise Malformed("the wallet's list has a reference that is none")
    if any(one >= other for one, other in pairwise([last, *references])):
        raise Malformed("the wallet's list is not in order")
    return references
