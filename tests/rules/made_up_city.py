"""A made-up city whose people take over one another's cases: honest families and their friends, and rings that sell points.

It knows who is who; the rules see only what the service would have on record. Everything comes of one seed.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from models.base.tariff import Signals
from models.violations.nomination_flags import Consent, Evidence, Flag, flags
from tests.conftest import START

POINTS = (0, 0, 1, 1, 3, 3, 3, 6)
LIMIT = 12


@dataclass(frozen=True, slots=True)
class Household:
    """People who drive one another's cars; the owners among them; one of them may see to the money. `friend` drove once."""

    people: Sequence[int]
    owners: Sequence[int]
    payer: int | None
    friend: int | None


@dataclass(frozen=True, slots=True)
class Ring:
    """Sellers who take over for strangers, in one of the known ways."""

    sellers: Sequence[int]
    way: str


@dataclass
class Seen:
    """What is on record, as `nomination_signals.evidence` reads it: the cases of earlier consents have been paid by now."""

    of_driver: dict[int, list[Consent]] = field(default_factory=lambda: defaultdict(list))
    of_payer: dict[int | None, list[Consent]] = field(default_factory=lambda: defaultdict(list))
    kin_of: dict[int, set[tuple[int, int]]] = field(default_factory=lambda: defaultdict(set))

    def add(self, consent: Consent) -> None:
        self.of_driver[consent.driver_id].append(consent)
        self.of_payer[consent.payer_id].append(consent)
        self.kin_of[consent.owner_id].add((consent.owner_id, consent.driver_id))

    def evidence(self, now: Consent) -> Evidence:
        year = now.at - timedelta(days=365)
        earlier = [each for each in self.of_driver[now.driver_id] if each.at > year]
        payers = {each.payer_id for each in earlier if each.payer_id is not None}
        paid = [each for payer in payers for each in self.of_payer[payer] if each.at > year]
        people = payers | {now.driver_id, now.owner_id} | {each.owner_id for each in (*earlier, *paid)}
        kin = {pair for person in people for pair in self.kin_of[person] if pair[1] in people}
        left = LIMIT - sum(each.points for each in earlier) - now.points
        return Evidence(replace(now, payer_id=None), earlier, paid, kin, left)


@dataclass
class MadeUpCity:
    """Who lives there, and what they took over in two years, in order."""

    random: Random
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    households: list[Household] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    def settle(self, households: int, rings: int) -> None:
        """People move in, and live for two years."""
        self.households = [self._household() for _ in range(households)]
        self.rings = [self._ring(way) for way in sorted(WAYS) for _ in range(rings)]
        for household in self.households:
            self._live(household)
        for ring in self.rings:
            WAYS[ring.way](self, ring)
        self.consents.sort(key=lambda consent: consent.at)

    def flagged(self, signals: Signals) -> dict[int, list[Flag]]:
        """By driver: every flag that the rules would have raised, each consent seen with what was on record before it."""
        seen = Seen()
        found: dict[int, list[Flag]] = {}
        for consent in self.consents:
            found.setdefault(consent.driver_id, []).extend(flags(seen.evidence(consent), signals))
            seen.add(consent)
        return found

    def _household(self) -> Household:
        people = [next(self.ids) for _ in range(self.random.choice((2, 2, 3, 3, 4, 5)))]
        owners = people[: self.random.choice((1, 1, 1, 2, 2, min(3, len(people))))]
        payer = people[0] if self.random.random() < 0.4 else None
        friend = next(self.ids) if self.random.random() < 0.15 else None
        return Household(people, owners, payer, friend)

    def _live(self, household: Household) -> None:
        for owner in household.owners:
            for _ in range(self.random.randint(0, 4)):
                driver = self.random.choice([person for person in household.people if person != owner])
                at = self._some_time()
                self._take_over(owner, driver, at, payer=household.payer)
                if self.random.random() < 0.05:  # two requests are answered in one go
                    other = self.random.choice(household.owners)
                    if other != driver:
                        self._take_over(other, driver, at + timedelta(seconds=self.random.randint(5, 90)))
        if household.friend is not None:
            self._take_over(self.random.choice(household.owners), household.friend, self._some_time())

    def _ring(self, way: str) -> Ring:
        return Ring([next(self.ids) for _ in range(self.random.randint(3, 6))], way)

    def sell_often(self, ring: Ring) -> None:
        """Each takes over for three strangers, weeks apart."""
        for seller in ring.sellers:
            begin = self._some_time()
            for turn in range(3):
                at = begin + timedelta(days=turn * self.random.randint(5, 60), hours=turn)
                self._take_over(next(self.ids), seller, at, payer=seller)

    def sell_in_one_sitting(self, ring: Ring) -> None:
        """Each answers for two strangers within seconds, the broker beside."""
        for seller in ring.sellers:
            at = self._some_time()
            for turn in range(2):
                after = timedelta(seconds=turn * self.random.randint(5, 50))
                self._take_over(next(self.ids), seller, at + after, payer=seller)

    def sell_through_a_broker(self, ring: Ring) -> None:
        """Each takes over for two strangers only; one account pays for all of them. The first sellers cannot be told yet."""
        broker, begin = next(self.ids), self._some_time()
        for turn in range(2):
            for place, seller in enumerate(ring.sellers):
                at = begin + timedelta(days=20 * turn + place, minutes=self.random.randint(0, 600))
                self._take_over(next(self.ids), seller, at, payer=broker)

    def sell_all_at_once(self, ring: Ring) -> None:
        """Each sells nine points and more to two strangers within a month."""
        for seller in ring.sellers:
            at = self._some_time()
            for turn, points in enumerate((6, self.random.choice((3, 3, 6)))):
                later = at + timedelta(days=turn * self.random.randint(1, 25))
                self._take_over(next(self.ids), seller, later, points=points, payer=seller)

    def _some_time(self) -> datetime:
        return START + timedelta(minutes=self.random.randint(0, 600 * 24 * 60))

    def _take_over(
        self, owner: int, driver: int, at: datetime, *, points: int | None = None, payer: int | None = None
    ) -> None:
        points = self.random.choice(POINTS) if points is None else points
        self.consents.append(Consent(next(self.numbers), owner, driver, at, points, payer))


WAYS = {
    "often": MadeUpCity.sell_often,
    "in one sitting": MadeUpCity.sell_in_one_sitting,
    "through a broker": MadeUpCity.sell_through_a_broker,
    "all at once": MadeUpCity.sell_all_at_once,
}
