"""What is on record about a driver who is about to consent: evidence for `nomination_flags.flags`, in three statements."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from models.base import bulk
from models.base.db import Work
from models.identity.tables import accounts
from models.violations import nomination_rules as rules
from models.violations.nomination_flags import Consent, Evidence
from models.violations.nomination_store import Nomination
from models.violations.tables import cases, nominations, orders, parts

AGREED = nominations.c.state.in_(sorted(rules.AGREED))
# Who paid the part that closed a case is the one who sees to it; a case has at most one such part.
CLOSED_IT = parts.c.whole & (parts.c.paid_principal > 0)
CONSENTS = (
    select(
        nominations.c.id,
        nominations.c.owner_id,
        nominations.c.driver_id,
        nominations.c.answered_at,
        cases.c.points,
        accounts.c.person_id.label("payer_id"),
    )
    .select_from(
        nominations.join(cases)
        .outerjoin(parts, (parts.c.case_number == cases.c.number) & CLOSED_IT)
        .outerjoin(orders, (orders.c.number == parts.c.order_number))
        .outerjoin(accounts, accounts.c.openid == orders.c.openid)
    )
    .where(AGREED)
    .order_by(nominations.c.id)
)


async def evidence(work: Work, asked: Nomination, points: int, left: int) -> Evidence:
    """What is known at this moment; `left` are the points that would be left of the cycle's."""
    since = work.now - timedelta(days=work.city.tariff.nomination.signals.days)
    recent = nominations.c.answered_at > since
    now = Consent(asked.id, asked.owner_id, asked.driver_id, work.now, points)
    earlier = await _consents(work, recent & (nominations.c.driver_id == asked.driver_id))
    payers = {each.payer_id for each in earlier if each.payer_id is not None}
    paid = await _consents(work, recent & bulk.among(work, accounts.c.person_id, payers)) if payers else []
    people = payers | {asked.driver_id, asked.owner_id} | {each.owner_id for each in (*earlier, *paid)}
    return Evidence(now, earlier, paid, await _kin(work, people), left)


async def _consents(work: Work, which: ColumnElement[bool]) -> list[Consent]:
    return [_consent(row) for row in await work.all(CONSENTS.where(which))]


async def _kin(work: Work, people: Collection[int]) -> set[tuple[int, int]]:
    """Who of these people took over for whom: (owner, driver)."""
    among = bulk.among(work, nominations.c.owner_id, people) & bulk.among(
        work, nominations.c.driver_id, people
    )
    rows: Iterable[Row[Any]] = await work.all(
        select(nominations.c.owner_id, nominations.c.driver_id).where(AGREED, among).distinct()
    )
    return {(row.owner_id, row.driver_id) for row in rows}


def _consent(row: Row[Any]) -> Consent:
    return Consent(row.id, row.owner_id, row.driver_id, row.answered_at, row.points or 0, row.payer_id)
