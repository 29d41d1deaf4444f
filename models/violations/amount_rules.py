"""What a decided case costs on a day, as pure functions: the surcharge, what was paid, how money is spread over cases (domain 2).

Each fen of the principal bears its surcharge from the day after the last one to pay until the day on which it is paid, and never more
than itself (APL 72). So a part that is paid stops its own surcharge and no other; two parts of one day cost what one part would; and
what was added together never exceeds the fine (docs/decisions/0017).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.base.calendar import ONE_DAY
from models.base.money import percent
from models.base.tariff import Payment

PER_CENT = 100


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days that add no surcharge, from the first to the last, both included; `until` is None while they go on (APL 73; city)."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid on a case on one civic day, in fen."""

    on: date
    principal: int
    surcharge: int = 0

    @property
    def total(self) -> int:
        return self.principal + self.surcharge


@dataclass(frozen=True, slots=True)
class Bill:
    """What is open on a decided case on a day, and what was paid on it before, in fen."""

    principal: int
    surcharge: int
    paid: int = 0

    @property
    def total(self) -> int:
        """What is to be paid on this day, so that nothing is left."""
        return self.principal + self.surcharge


def days_late(due: date, today: date, suspensions: Iterable[Suspension] = ()) -> int:
    """The days after the last one to pay, without those that are suspended."""
    late, seen = (today - due).days, due
    for each in sorted(suspensions, key=lambda suspension: suspension.since):
        first, last = max(each.since, seen + ONE_DAY), min(each.until or today, today)
        if first <= last:
            late, seen = late - (last - first).days - 1, last
    return max(late, 0)


def surcharge(
    principal: int,
    due: date | None,
    today: date,
    payment: Payment,
    suspensions: Sequence[Suspension] = (),
    paid: Sequence[Paid] = (),
) -> int:
    """Fen added by `today`, what was paid of them included: 3 % a day of what was open then, each fen's own at most (APL 72).

    Rounded down to the fen once, for all of it: many small parts cost no less and no more than one.
    """
    if due is None:
        return 0
    parts = [(each.principal, each.on) for each in paid]
    left = principal - sum(amount for amount, _ in parts)
    hundredths = sum(
        amount * _rate(due, day, payment, suspensions) for amount, day in (*parts, (left, today))
    )
    return hundredths // PER_CENT


def _rate(due: date, day: date, payment: Payment, suspensions: Sequence[Suspension]) -> int:
    """Per cent that were added by this day."""
    by_days = payment.surcharge_percent_per_day * days_late(due, day, suspensions)
    return min(by_days, payment.surcharge_cap_percent)


def bill(
    principal: int,
    due: date | None,
    today: date,
    payment: Payment,
    suspensions: Sequence[Suspension] = (),
    paid: Sequence[Paid] = (),
) -> Bill:
    """The whole of what is open today. What was added and paid, and is suspended afterwards, is never asked for again."""
    added = surcharge(principal, due, today, payment, suspensions, paid)
    open_surcharge = max(0, added - sum(each.surcharge for each in paid))
    open_principal = principal - sum(each.principal for each in paid)
    return Bill(open_principal, open_surcharge, sum(each.total for each in paid))


@dataclass(frozen=True, slots=True)
class Part:
    """What an order pays on one case, in fen. `whole`: nothing is left then, if it is paid while the order's amount holds."""

    case_number: str
    principal: int
    surcharge: int
    whole: bool

    @property
    def total(self) -> int:
        return self.principal + self.surcharge


def spread(amount: int, bills: Iterable[tuple[str, Bill]]) -> list[Part]:
    """An amount over cases in the order given: the principal before the surcharge within each, nothing on those it does not reach."""
    parts: list[Part] = []
    for number, open_ in bills:
        principal = min(amount, open_.principal)
        added = min(amount - principal, open_.surcharge)
        amount -= principal + added
        if principal + added:
            parts.append(Part(number, principal, added, whole=principal + added == open_.total))
    return parts


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a part that was paid, in fen: they add up to it. `closes`: nothing is left on the case."""

    principal: int
    surcharge: int
    surplus: int
    closes: bool

    @property
    def paid(self) -> int:
        return self.principal + self.surcharge


def take(part: Part, open_: Bill | None, *, in_time: bool) -> Taken:
    """Book a part on what is open by now (None: the case was closed). `in_time`: it was paid while the order's amount held.

    What was to close the case, and came too late for it, goes back whole. Never is more taken than is open.
    """
    if open_ is None or (part.whole and not in_time and part.total != open_.total):
        return Taken(0, 0, part.total, closes=False)
    principal = min(part.total, open_.principal)
    added = min(part.total - principal, open_.surcharge)
    closes = part.whole or principal + added == open_.total
    return Taken(principal, added, part.total - principal - added, closes)


def part_fits(amount: int, open_: Bill, payment: Payment) -> bool:
    """May somebody pay this much of a bill? From the tariff's smallest part on; nought there: nobody may."""
    return 0 < payment.smallest_part <= amount < open_.total


def capped_on(due: date, payment: Payment, suspensions: Iterable[Suspension] = ()) -> date | None:
    """From which day on nothing more is added; None while a suspension goes on: then nobody knows."""
    known = tuple(suspensions)
    if any(each.until is None for each in known):
        return None
    needed = -(-payment.surcharge_cap_percent // payment.surcharge_percent_per_day)
    day = due + timedelta(days=needed)
    while (missing := needed - days_late(due, day, known)) > 0:
        day += timedelta(days=missing)
    return day


@dataclass(frozen=True, slots=True)
class Lateness:
    """What paying late makes of what is open, in fen: so much a day, so much at most. `capped_on`: see `capped_on`."""

    daily: int
    most: int
    capped_on: date | None


def lateness(
    principal: int,
    due: date | None,
    payment: Payment,
    suspensions: Sequence[Suspension] = (),
    paid: Sequence[Paid] = (),
) -> Lateness:
    """Of a fine, whether or not it is decided; with its last day, on which day it ends to grow."""
    left = principal - sum(each.principal for each in paid)
    last = capped_on(due, payment, suspensions) if due else None
    most = left + percent(left, payment.surcharge_cap_percent)
    if last:
        most = bill(principal, due, last, payment, suspensions, paid).total
    return Lateness(percent(left, payment.surcharge_percent_per_day), most, last)
