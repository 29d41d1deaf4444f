"""What points to bought and sold points, as pure functions on the evidence (PM 30). The system never decides that they were."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.base.tariff import Signals


class Signal(StrEnum):
    """What points to bought and sold points (PM 30). An officer looks; the system never decides."""

    MANY_OWNERS = "many_owners"
    SHARED_PAYER = "shared_payer"
    QUICK = "quick"
    NEAR_LIMIT = "near_limit"


@dataclass(frozen=True, slots=True)
class Consent:
    """A driver who took over, or is about to. `payer_id`: whose account paid it, where that is known."""

    nomination_id: int
    owner_id: int
    driver_id: int
    at: datetime
    points: int
    payer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A signal with its evidence: the nominations that gave it."""

    signal: Signal
    nominations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known when a driver is about to consent.

    `earlier`: the driver's consents, `paid`: what the accounts that paid for some of them paid, `kin`: who took over for whom (owner,
    driver) among all these people, `left`: points that would be left of the cycle's once this case is decided.
    """

    now: Consent
    earlier: Sequence[Consent]
    paid: Sequence[Consent]
    kin: Collection[tuple[int, int]]
    left: int


def flags(evidence: Evidence, signals: Signals) -> list[Flag]:
    """Every signal there is."""
    now = evidence.now
    recent = [*(each for each in evidence.earlier if each.at > now.at - timedelta(days=signals.days)), now]
    quick = _since(recent, now.at - timedelta(seconds=signals.quick_seconds))
    burst = _since(recent, now.at - timedelta(days=signals.burst_days))
    near = evidence.left <= signals.burst_left and sum(each.points for each in burst) >= signals.burst_points
    found = (
        (Signal.MANY_OWNERS, recent, signals.unrelated_owners),
        (Signal.QUICK, quick, 2),
        (Signal.NEAR_LIMIT, burst if near else (), 2),
    )
    of_driver = [
        _flag(signal, consents)
        for signal, consents, enough in found
        if strangers(now.driver_id, [each.owner_id for each in consents], evidence.kin) >= enough
    ]
    return of_driver + _shared_payers(evidence, signals)


def strangers(person_id: int, owners: Iterable[int], kin: Collection[tuple[int, int]]) -> int:
    """How many groups of owners have nothing to do with one another, or with this person.

    Related are those of whom one took over for the other. That this person took over for them does not count: it is what is asked about.
    """
    group: dict[int, int] = {each: each for each in (person_id, *owners)}

    def leader(each: int) -> int:
        while group[each] != each:
            each = group[each]
        return each

    for owner, driver in kin:
        if driver != person_id and owner in group and driver in group:
            group[leader(owner)] = leader(driver)
    return len({leader(each) for each in group} - {leader(person_id)})


def _shared_payers(evidence: Evidence, signals: Signals) -> list[Flag]:
    """One account that pays for people who have nothing to do with it, or with one another."""
    payers = {each.payer_id for each in evidence.earlier if each.payer_id is not None}
    found = []
    for payer in sorted(payers - {evidence.now.driver_id}):
        paid = [each for each in evidence.paid if each.payer_id == payer and payer != each.driver_id]
        if strangers(payer, [each.owner_id for each in paid], evidence.kin) >= signals.unrelated_owners:
            found.append(_flag(Signal.SHARED_PAYER, paid))
    return found


def _since(consents: Sequence[Consent], instant: datetime) -> list[Consent]:
    return [each for each in consents if each.at >= instant]


def _flag(signal: Signal, consents: Iterable[Consent]) -> Flag:
    return Flag(signal, tuple(sorted(each.nomination_id for each in consents)))
