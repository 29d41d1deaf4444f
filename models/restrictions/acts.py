"""What may be done with restrictions: warn, impose, lift, tell. The wallet is told through the outbox only.

A person's wallet has at most one lock (`reference`), however many restrictions it rests on; it goes when the last of them is lifted,
in the same unit of work. The wallet's acknowledgement queues the citizen's confirmation, never anything earlier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from models.base import audit, bulk
from models.base.db import Work
from models.base.tariff import Measure
from models.identity import acts as identity
from models.post import desk, outbox
from models.post.notices import Channel, Kind, Notice, each
from models.restrictions import rules
from models.restrictions.clearance import Matter as Matter
from models.restrictions.clearance import holding as holding
from models.restrictions.tables import restrictions, warnings

WALLET = "wallet"


@dataclass(frozen=True, slots=True)
class Restriction:
    """One in force. `basis` names what it rests on (`case 442012003481`)."""

    measure: str
    basis: str
    authority: str
    legal_basis: str
    since: date

    @property
    def case_number(self) -> str:
        """The case it rests on."""
        return self.basis.removeprefix("case ")


@dataclass(frozen=True, slots=True)
class Warned:
    """One announced; `takes_hold_on` only once the warning was served."""

    measure: str
    basis: str
    person_id: int
    takes_hold_on: date | None

    @property
    def case_number(self) -> str:
        """The case it is about."""
        return self.basis.removeprefix("case ")


async def warn(work: Work, basis: str, person_id: int) -> None:
    """A warning is on its way; its days run from the day it is served."""
    row = {"measure": WALLET, "basis": basis, "person_id": person_id, "queued_on": work.today}
    await work.insert_new(warnings, row)


async def warn_anew(work: Work, basis: str, person_id: int) -> bool:
    """What had stopped the warning, or lifted the measure, is over: it is to be sent again. False where none was sent or the measure is
    in force."""
    in_force = (restrictions.c.basis == basis) & restrictions.c.lifted_at.is_(None)
    if await work.scalar(select(restrictions.c.id).where(in_force).limit(1)):
        return False
    mine = (warnings.c.basis == basis) & (warnings.c.person_id == person_id)
    again = {"queued_on": work.today, "served_on": None, "ended_at": None}
    return bool((await work.run(update(warnings).where(mine).values(**again))).rowcount)


async def warning_served(work: Work, basis: str) -> None:
    """The person has been warned today."""
    unserved = (warnings.c.basis == basis) & warnings.c.served_on.is_(None)
    if (await work.run(update(warnings).where(unserved).values(served_on=work.today))).rowcount:
        await audit.record(work, "warning.served", basis)


async def warned_by_letter(work: Work, basis: str, person_id: int, served_on: date) -> Warned:
    """An officer has the proof that the warning was served on that day, on paper: its days run from then."""
    row = {"measure": WALLET, "basis": basis, "person_id": person_id, "queued_on": work.today}
    await work.insert_new(warnings, row)
    mine = (warnings.c.measure == WALLET) & (warnings.c.basis == basis)
    served = {"person_id": person_id, "served_on": served_on, "ended_at": None}
    await work.run(update(warnings).where(mine).values(served))
    await audit.record(work, "warning.served", basis, person_id=person_id, by="letter")
    return _warned(await work.first(select(warnings).where(mine)), work.city.tariff.measures.wallet)


async def warning_failed(work: Work, basis: str) -> None:
    """The carrier says later that the warning never arrived: its days do not run."""
    served = (warnings.c.basis == basis) & warnings.c.served_on.is_not(None) & warnings.c.ended_at.is_(None)
    if (await work.run(update(warnings).where(served).values(served_on=None))).rowcount:
        await audit.record(work, "warning.failed", basis)


async def stop_warning(work: Work, basis: str) -> bool:
    """What it is about is in dispute: its days do not run. False when there is no warning, or a measure followed it."""
    current = (warnings.c.basis == basis) & warnings.c.ended_at.is_(None)
    return bool((await work.run(update(warnings).where(current).values(served_on=None))).rowcount)


async def ripe(work: Work) -> Sequence[Warned]:
    """Warnings whose days have run and which nothing has ended."""
    measure = work.city.tariff.measures.wallet
    served_by = work.today - timedelta(days=measure.days_after_warning)
    due = warnings.c.ended_at.is_(None) & (warnings.c.served_on <= served_by)
    return [
        _warned(row, measure)
        for row in await work.all(select(warnings).where(due).order_by(warnings.c.basis))
    ]


async def impose(work: Work, warning: Warned, params: Mapping[str, Any]) -> None:
    """Put the measure in force and tell the wallet, unless it holds a lock for this person already.

    `params` go into the citizen's notice. A measure without a legal basis is inert: nothing happens.
    """
    measure = work.city.tariff.measures.wallet
    if measure.inert:
        return
    await identity.hold(work, warning.person_id)
    held: str | None = await work.scalar(
        select(restrictions.c.reference).where(_in_force(warning.person_id)).limit(1)
    )
    reference = held or work.city.ids.reference()
    row = {
        "person_id": warning.person_id,
        "measure": WALLET,
        "basis": warning.basis,
        "authority": measure.authority,
        "legal_basis": measure.legal_basis,
        "reference": reference,
        "since": work.today,
    }
    if not await _put(work, row):
        return
    await _end_warning(work, warning.basis)
    await audit.record(work, "restriction.imposed", warning.basis, person_id=warning.person_id)
    if held is None:
        person = warning.person_id
        await outbox.queue(work, LOCK, subject=reference, once="lock", person_id=person, params=params)


async def _put(work: Work, row: Mapping[str, Any]) -> bool:
    """In force, for the first time, or again where it was lifted and warned of anew since; else False."""
    if await work.insert_new(restrictions, row):
        return True
    mine = (restrictions.c.measure == row["measure"]) & (restrictions.c.basis == row["basis"])
    warned = (warnings.c.basis == row["basis"]) & warnings.c.ended_at.is_(None)
    lifted = mine & restrictions.c.lifted_at.is_not(None) & select(warnings.c.basis).where(warned).exists()
    again = update(restrictions).where(lifted).values(**row, lifted_at=None)
    return bool((await work.run(again)).rowcount)


async def lift(work: Work, basis: str) -> None:
    """The basis is gone: lift what rests on it, and tell the wallet when nothing else holds the lock. Again changes nothing."""
    await _end_warning(work, basis)
    gone = (restrictions.c.basis == basis) & restrictions.c.lifted_at.is_(None)
    for row in await work.all(select(restrictions.c.person_id).where(gone)):
        await identity.hold(work, row.person_id)  # else two payments at once would each see the other's basis
    lifted = update(restrictions).where(gone).values(lifted_at=work.now)
    for row in await work.all(lifted.returning(restrictions.c.person_id, restrictions.c.reference)):
        await audit.record(work, "restriction.lifted", basis, person_id=row.person_id)
        if not await _holds(work, [row.reference]):
            await outbox.queue(work, UNLOCK, subject=row.reference, once="unlock", person_id=row.person_id)


async def in_force(work: Work, person_id: int) -> Sequence[Restriction]:
    """What this person is restricted in."""
    rows = await work.all(
        select(restrictions).where(_in_force(person_id)).order_by(restrictions.c.since, restrictions.c.id)
    )
    return [Restriction(row.measure, row.basis, row.authority, row.legal_basis, row.since) for row in rows]


async def announced(work: Work, person_id: int) -> Sequence[Warned]:
    """What this person has been warned of."""
    mine = (warnings.c.person_id == person_id) & warnings.c.ended_at.is_(None)
    measure = work.city.tariff.measures.wallet
    return [
        _warned(row, measure)
        for row in await work.all(select(warnings).where(mine).order_by(warnings.c.basis))
    ]


async def _lock_still_held(work: Work, notices: Sequence[Notice]) -> set[int]:
    holding = await _holds(work, [notice.subject for notice in notices])
    return {notice.id for notice in notices if notice.subject in holding}


async def _tell_locked(work: Work, notice: Notice) -> None:
    person = notice.person_id
    await outbox.queue(
        work, LOCKED, subject=notice.subject, once="locked", person_id=person, params=notice.params
    )


async def _tell_unlocked(work: Work, notice: Notice) -> None:
    """The wallet acknowledged. Who was never locked, because the payment came first, is not told of an unlock."""
    await audit.record(work, "wallet.released", f"lock {notice.subject}", person_id=notice.person_id)
    if not await outbox.was_sent(work, LOCK, notice.subject):
        return
    await outbox.queue(work, UNLOCKED, subject=notice.subject, once="unlocked", person_id=notice.person_id)


async def _wallet_refused(work: Work, notice: Notice) -> None:
    await desk.open_ticket(work, "wallet_refused", f"lock {notice.subject}", notice.person_id)


async def _what_to_lock(work: Work, notices: Sequence[Notice]) -> Mapping[int, Mapping[str, Any]]:
    """Read at the moment of sending, so that the resident ID is never stored with a notice. Each lock is told by what it rests on
    longest; raises KeyError for one that rests on nothing."""
    mine = bulk.among(work, restrictions.c.reference, {notice.subject for notice in notices})
    resting = select(restrictions).where(mine, restrictions.c.lifted_at.is_(None))
    newest_first = resting.order_by(restrictions.c.since.desc(), restrictions.c.id.desc())
    basis = {row.reference: row for row in await work.all(newest_first)}
    resident_ids = await identity.resident_ids(work, {row.person_id for row in basis.values()})
    rows = {notice.id: basis[notice.subject] for notice in notices}
    named = ("authority", "legal_basis", "since")
    return {
        key: {"resident_id": resident_ids[row.person_id], **{name: getattr(row, name) for name in named}}
        for key, row in rows.items()
    }


def lock_order(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the wallet needs to know, out of a LOCK notice's parameters at the moment of sending."""
    return {name: params[name] for name in ("resident_id", "authority", "legal_basis", "since")}


LOCK = Kind(
    "wallet_lock",
    channels=(Channel.WALLET,),
    in_quiet_hours=True,
    still_true=_lock_still_held,
    moment=_what_to_lock,
    on_sent=each(_tell_locked),
    on_failed=_wallet_refused,
)
UNLOCK = Kind(
    "wallet_unlock",
    channels=(Channel.WALLET,),
    in_quiet_hours=True,
    on_sent=each(_tell_unlocked),
    on_failed=_wallet_refused,
)
LOCKED = Kind("wallet_locked", still_true=_lock_still_held)
UNLOCKED = Kind("wallet_unlocked", channels=(Channel.CHAT, Channel.SMS), in_quiet_hours=True)
KINDS = (LOCK, UNLOCK, LOCKED, UNLOCKED)


def _in_force(person_id: int) -> Any:
    mine = (restrictions.c.person_id == person_id) & (restrictions.c.measure == WALLET)
    return mine & restrictions.c.lifted_at.is_(None)


async def _holds(work: Work, references: Sequence[str]) -> set[str]:
    """Which of these locks something still rests on."""
    resting = bulk.among(work, restrictions.c.reference, references) & restrictions.c.lifted_at.is_(None)
    return {row.reference for row in await work.all(select(restrictions.c.reference).where(resting))}


async def _end_warning(work: Work, basis: str) -> None:
    current = (warnings.c.basis == basis) & warnings.c.ended_at.is_(None)
    await work.run(update(warnings).where(current).values(ended_at=work.now))


def _warned(row: Any, measure: Measure) -> Warned:
    holds = rules.takes_hold_on(row.served_on, measure) if row.served_on else None
    return Warned(row.measure, row.basis, row.person_id, holds)
