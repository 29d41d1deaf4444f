"""May this person travel so on that day? One indexed look at what the person is restricted in, and the tariff."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from models.base.db import Work
from models.base.prepared import Prepared
from models.restrictions import matter_rules
from models.restrictions.matter_rules import Span
from models.restrictions.tables import PLEADED, exemptions, matters, pleas, restrictions


@dataclass(frozen=True, slots=True)
class Matter:
    """What holds somebody, as far as others may know: its number, and the kind, of which `matter.resolve.<kind>` in `locales/` says how to
    resolve it. The rest is for the person alone."""

    number: str
    kind: str
    authority: str
    since: date
    until: date | None


_THAT_DAY = (exemptions.c.since <= bindparam("day")) & (bindparam("day") <= exemptions.c.until)
_FREE = (
    select(exemptions.c.id)
    .where(
        exemptions.c.matter_number == matters.c.number,
        exemptions.c.measure == restrictions.c.measure,
        _THAT_DAY,
    )
    .exists()
)
# An objection to a new name keeps it from taking effect until it is answered (RAIL, AIR: no valid objection).
UNANSWERED = (
    select(pleas.c.id)
    .where(pleas.c.matter_number == matters.c.number, pleas.c.kind == "objection", PLEADED)
    .exists()
)
HELD = Prepared(
    select(
        *(matters.c.number, matters.c.kind, restrictions.c.authority),
        *(restrictions.c.classes, restrictions.c.since, restrictions.c.until),
    )
    .select_from(restrictions.join(matters, matters.c.number == restrictions.c.reference))
    .where(
        restrictions.c.person_id == bindparam("person"),
        restrictions.c.measure == bindparam("mode"),
        restrictions.c.lifted_at.is_(None),
        restrictions.c.since <= bindparam("day"),
        ~_FREE,
        ~UNANSWERED,
    )
    .order_by(restrictions.c.since, restrictions.c.id)
)


async def holding(work: Work, person_id: int, mode: str, klass: str, day: date) -> Matter | None:
    """The matter that keeps this person from this mode of travel, in this class of it, on this day; None where nothing does.

    `mode` and `klass` are those of the tariff (`travel.modes`). No class ("") asks of the mode as a whole: it is held where all of it is.
    An id of nobody is free. A matter whose legal basis the tariff no longer names holds nobody.
    """
    rows = await work.all(HELD, {"person": person_id, "mode": mode, "day": day})
    return next((_matter(row) for row in rows if _holds(work, row, klass, day)), None)


def _holds(work: Work, row: Any, klass: str, day: date) -> bool:
    rule = work.city.tariff.travel.matters.get(row.kind)
    in_force = rule is not None and not rule.inert and Span(row.since, row.until).covers(day)
    return in_force and matter_rules.held(row.classes.split(), klass)


def _matter(row: Any) -> Matter:
    return Matter(row.number, row.kind, row.authority, row.since, row.until)
