"""Matters as they are kept, read and held; what may be done with them is in `matters`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from models.base import bulk
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.base.ids import is_case_no
from models.base.texts import Texts
from models.identity import acts as identity
from models.identity.rules import tidy
from models.restrictions.clearance import UNANSWERED
from models.restrictions.matter_rules import Span
from models.restrictions.tables import exemptions, matters, restrictions

DOCUMENT = "matters.document"
FACTS = "matters.facts"


@dataclass(frozen=True, slots=True)
class Scope:
    """A mode of travel, and the classes of it that are held: none are all. `free` are the days on which the court lifts it."""

    mode: str
    classes: tuple[str, ...]
    span: Span
    free: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A matter whole. `until` and `closed_on` are None while it runs without an end; `contested`: an objection holds it back."""

    number: str
    person_id: int
    kind: str
    owner: str
    authority: str
    facts: str
    occurred_on: date
    listed_on: date
    span: Span
    performed_on: date | None
    delete_by: date | None
    closed_on: date | None
    ending: str | None
    contested: bool
    scopes: tuple[Scope, ...]

    @property
    def basis(self) -> str:
        """What its restrictions rest on."""
        return basis_of(self.number)

    @property
    def open(self) -> bool:
        return self.closed_on is None

    def announced(self, today: date) -> bool:
        """Listed, and not in force yet."""
        return self.open and (self.contested or today < self.span.since)


def basis_of(number: str) -> str:
    """As restrictions and audit name a matter."""
    return f"matter {number}"


def read_number(text: str) -> str:
    """12 digits with a right check digit, gaps and full-width digits forgiven. Raises BadInput `matter.unknown`."""
    number = re.sub(r"[\s\-]", "", tidy(text))
    if not is_case_no(number):
        raise BadInput("matter.unknown", number=number[:12])
    return number


async def of_person(work: Work, person_id: int) -> Sequence[Listed]:
    """Somebody's that are open, the oldest first."""
    return await found(work, (matters.c.person_id == person_id) & matters.c.closed_on.is_(None))


async def by_number(work: Work, number: str, owner: str = "") -> Listed:
    """The matter of this number; of this owner, where one is named. Raises Refusal `matter.unknown`."""
    mine = matters.c.number == number
    known = await found(work, mine & (matters.c.owner == owner) if owner else mine)
    if not known:
        raise Refusal("matter.unknown", number=number)
    return known[0]


async def held(work: Work, number: str, owner: str = "") -> Listed:
    """The same, while nobody else can change it: the person before the matter, as everywhere."""
    await identity.hold(work, (await by_number(work, number, owner)).person_id)
    await work.run(select(matters.c.number).where(matters.c.number == number).with_for_update())
    return await by_number(work, number, owner)


async def found(work: Work, which: ColumnElement[bool]) -> Sequence[Listed]:
    """Matters with their scopes, the oldest first."""
    contested = UNANSWERED.label("contested")
    rows = await work.all(
        select(matters, contested).where(which).order_by(matters.c.listed_on, matters.c.number)
    )
    scopes = await _scopes(work, [row.number for row in rows])
    return [_listed(work, row, scopes.get(row.number, ())) for row in rows]


def scopes_in(texts: Texts, scopes: Sequence[Scope]) -> str:
    """`飞机、火车(软卧、高铁一等座)` / `planes, trains (soft sleeper, high-speed first class)`: what is held, for a person to read."""
    separator = texts.say("travel.separator")
    return separator.join(_scope_in(texts, scope, separator) for scope in scopes)


def _scope_in(texts: Texts, scope: Scope, separator: str) -> str:
    mode = texts.say(f"travel.{scope.mode}")
    if not scope.classes:
        return mode
    named = separator.join(texts.say(f"travel.{scope.mode}.{each}") for each in scope.classes)
    return texts.say("travel.classes", mode=mode, classes=named)


async def _scopes(work: Work, numbers: Sequence[str]) -> Mapping[str, tuple[Scope, ...]]:
    """What is held by each, in the order in which it was put in force; what was lifted is left out."""
    if not numbers:
        return {}
    free: dict[tuple[str, str], list[Span]] = {}
    granted = select(exemptions).where(bulk.among(work, exemptions.c.matter_number, numbers))
    for row in await work.all(granted.order_by(exemptions.c.since)):
        free.setdefault((row.matter_number, row.measure), []).append(Span(row.since, row.until))
    mine = bulk.among(work, restrictions.c.basis, [basis_of(number) for number in numbers])
    in_force = (
        select(restrictions).where(mine, restrictions.c.lifted_at.is_(None)).order_by(restrictions.c.id)
    )
    scopes: dict[str, tuple[Scope, ...]] = {}
    for row in await work.all(in_force):
        span, spans = Span(row.since, row.until), free.get((row.reference, row.measure), ())
        scope = Scope(row.measure, tuple(row.classes.split()), span, tuple(spans))
        scopes[row.reference] = (*scopes.get(row.reference, ()), scope)
    return scopes


def _listed(work: Work, row: Row[Any], scopes: tuple[Scope, ...]) -> Listed:
    return Listed(
        number=row.number,
        person_id=row.person_id,
        kind=row.kind,
        owner=row.owner,
        authority=row.authority,
        facts=work.open(row.facts, FACTS),
        occurred_on=row.occurred_on,
        listed_on=row.listed_on,
        span=Span(row.since, row.until),
        performed_on=row.performed_on,
        delete_by=row.delete_by,
        closed_on=row.closed_on,
        ending=row.ending,
        contested=bool(row.contested),
        scopes=scopes,
    )
