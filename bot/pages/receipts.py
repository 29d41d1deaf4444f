"""Receipts: the owner's page and PDF, and the public page on which anybody verifies a code.

GET /r/{token}               the receipt; the token is told in its owner's chat only, and runs out
GET /r/{token}/receipt.pdf   the same as a file, made in a thread: 2 ms, a quarter of a second for the first
GET /verify?code=            of a code: a masked number, the amount, the day, whether it still holds
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import segno
from aiohttp import web

from bot.pages import receipt_pdf
from bot.pages.language import language_of
from bot.pages.press import PRESS
from bot.services import SERVICES
from models.base.money import Fen
from models.base.texts import Texts, texts
from models.violations import receipts
from models.violations.receipts import Receipt

HOUR = 3600.0
# Of one code: whoever holds a receipt looks once or twice. Wrong codes are told from right ones without the database; how fast
# one address may ask is nginx's to limit.
LOOKS_PER_HOUR = 60
GAPS = re.compile(r"[\s\-]")
Handle = Callable[[web.Request, Receipt, str], Awaitable[web.StreamResponse]]


def owner(handle: Handle) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Without a right token, or with one that has run out, it is a page that says how to get another (404)."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        async with request.app[SERVICES].database.read() as work:
            found = await receipts.by_link(work, request.match_info["token"])
            check = receipts.verification(work, found) if found else ""
        if found is None:
            return request.app[PRESS].problem(request, "receipt_link", HTTPStatus.NOT_FOUND)
        return await handle(request, found, check)

    return guarded


async def show(request: web.Request, receipt: Receipt, check: str) -> web.Response:
    """The receipt as a page, with its code to scan."""
    words = texts(language_of(request))
    code = segno.make(check, error="m", micro=False).svg_data_uri(scale=4, border=2, light="white")
    path = f"/r/{request.match_info['token']}/receipt.pdf"
    says = lines(request, words, receipt)
    return request.app[PRESS].page(
        request,
        "payment_receipt.html",
        receipt=receipt,
        amount=Fen(receipt.total),
        lines=says,
        code=code,
        pdf=path,
        **_notes(request, words),
    )


async def pdf(request: web.Request, receipt: Receipt, check: str) -> web.Response:
    """The same on paper."""
    words = texts(language_of(request))
    sheet = receipt_pdf.Sheet(
        title=words.say("page.receipt.title"),
        state=words.say("page.receipt.returned") if receipt.returned else "",
        amount=str(Fen(receipt.total)),
        lines=lines(request, words, receipt),
        notes=tuple(words.say(key, **_notes(request, words)) for key in ("page.receipt.no_invoice",)),
        verify=words.say("page.receipt.verify", code=spaced(receipt.code)),
        address=check,
    )
    content = await asyncio.to_thread(receipt_pdf.draw, sheet)
    return request.app[PRESS].file(content, "application/pdf", f"receipt-{receipt.case_number}.pdf")


async def verify(request: web.Request) -> web.Response:
    """Anybody may ask; what comes back names nobody."""
    press = request.app[PRESS]
    code = GAPS.sub("", request.query.get("code", "")).upper()[:32]
    if not code:
        return press.page(request, "verify.html", code="", found=None, asked=False)
    services = request.app[SERVICES]
    if services.database.city.links.is_code(code) and (
        await services.ephemeral.count(f"pages.verify:{code}", HOUR) > LOOKS_PER_HOUR
    ):
        return press.problem(request, "verify_often", HTTPStatus.TOO_MANY_REQUESTS)
    async with services.database.read() as work:
        found = await receipts.by_code(work, code)
    shown = _public(found) if found else None
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    return press.page(request, "verify.html", status, code=spaced(code), found=shown, asked=True)


def lines(request: web.Request, words: Texts, receipt: Receipt) -> tuple[tuple[str, str], ...]:
    """Labels and values, as both the page and the paper have them."""
    tariff = request.app[SERVICES].database.city.tariff
    say, show = words.say, words.show
    rows = [
        (say("page.receipt.payer"), receipt.payer),
        (say("page.case.number"), receipt.case_number),
        (say("page.receipt.authority"), tariff.authority),
        (say("page.receipt.principal"), str(Fen(receipt.principal))),
        (say("page.receipt.surcharge"), str(Fen(receipt.surcharge))),
    ]
    if receipt.decided_on:
        rows.insert(
            3, (say("page.receipt.decided"), say("page.receipt.day", day=receipt.decided_on.isoformat()))
        )
    for paid in receipt.payments:
        at = f"{paid.city_time:%Y-%m-%d}" if paid.at_counter else f"{paid.city_time:%Y-%m-%d %H:%M:%S}"
        label = "page.receipt.counter" if paid.at_counter else "page.receipt.transaction"
        rows += [(say("page.receipt.at"), at), (say(label), paid.at_counter or paid.transaction_id)]
    rows.append((say("page.receipt.code"), spaced(receipt.code)))
    return tuple((label, show(value)) for label, value in rows)


def spaced(code: str) -> str:
    """In groups of four, to be read out."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def _notes(request: web.Request, words: Texts) -> dict[str, Any]:
    tariff = request.app[SERVICES].database.city.tariff
    return {"counter": words.pick(tariff.handling.counter, tariff.handling.counter_en)}


def _public(receipt: Receipt) -> dict[str, Any]:
    """All that a stranger is shown."""
    return {
        "number": receipts.mask_number(receipt.case_number),
        "amount": Fen(receipt.total),
        "day": receipt.paid_on.isoformat(),
        "returned": receipt.returned,
    }
