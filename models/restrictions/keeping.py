"""What a matter holds, as it is written: its scopes and days, the same on the matter and on its restrictions. For a matter that is held."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import insert, update

from models.base.db import Work
from models.base.errors import Refusal
from models.base.tariff import MatterRule
from models.restrictions import listed, matter_rules
from models.restrictions.listed import Listed
from models.restrictions.matter_rules import Scopes
from models.restrictions.tables import matters, restrictions


def check_scopes(kind: str, rule: MatterRule, scopes: Scopes) -> None:
    """Raises Refusal for none, and for one outside the table."""
    if not scopes:
        raise Refusal("matter.no_scope")
    if beyond := matter_rules.outside(rule, scopes):
        raise Refusal("matter.outside", kind=kind, scope=beyond)


async def put(
    work: Work, matter: Listed, rule: MatterRule, mode: str, classes: Collection[str], since: date
) -> None:
    """A scope in force, or in force again."""
    values = {
        "person_id": matter.person_id,
        "classes": " ".join(sorted(classes)),
        "authority": matter.authority,
        "legal_basis": rule.legal_basis,
        "reference": matter.number,
        "since": since,
        "until": matter.span.until,
        "lifted_at": None,
    }
    named = {"measure": mode, "basis": matter.basis}
    mine = (restrictions.c.measure == mode) & (restrictions.c.basis == matter.basis)
    if not (await work.run(update(restrictions).where(mine).values(values))).rowcount:
        await work.run(insert(restrictions).values({**named, **values}))


async def rescope(work: Work, matter: Listed, rule: MatterRule, scopes: Scopes) -> None:
    """Hold these scopes from now on: what goes is free at once, what is new takes effect as a new name does. Raises Refusal."""
    check_scopes(matter.kind, rule, scopes)
    since = max(matter.span.since, matter_rules.takes_effect_on(work.city.calendar, work.today, rule))
    now = {scope.mode: scope for scope in matter.scopes}
    for mode in sorted(scopes.keys() | now.keys()):
        if mode not in scopes:
            mine = (restrictions.c.measure == mode) & (restrictions.c.basis == matter.basis)
            await work.run(update(restrictions).where(mine).values(lifted_at=work.now))
        elif mode not in now:
            await put(work, matter, rule, mode, scopes[mode], since)
        elif set(now[mode].classes) != set(scopes[mode]):
            narrower = set(scopes[mode]) and (
                not now[mode].classes or set(scopes[mode]) < set(now[mode].classes)
            )
            began = now[mode].span.since if narrower else since
            await put(work, matter, rule, mode, scopes[mode], began)


async def set_until(work: Work, matter: Listed, rule: MatterRule, until: date) -> None:
    """Another last day. Raises Refusal beyond what the table allows."""
    if wrong := matter_rules.wrong_until(rule, matter.span.since, until):
        latest = matter_rules.longest(rule, matter.span.since) or ""
        raise Refusal(f"matter.{wrong}", kind=matter.kind, latest=latest, since=matter.span.since)
    await change(work, matter.number, until=until)


async def postpone(work: Work, matter: Listed, since: date) -> None:
    """It takes effect later; its last day stays."""
    await work.run(update(matters).where(matters.c.number == matter.number).values(since=since))
    mine = (restrictions.c.basis == matter.basis) & (restrictions.c.since < since)
    await work.run(update(restrictions).where(mine).values(since=since))


async def change(work: Work, number: str, **values: Any) -> None:
    """Of the matter; its last day is that of its restrictions, too."""
    await work.run(update(matters).where(matters.c.number == number).values(**values))
    if "until" in values:
        mine = restrictions.c.basis == listed.basis_of(number)
        await work.run(update(restrictions).where(mine).values(until=values["until"]))
