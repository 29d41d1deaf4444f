"""What points to bought points: each signal alone, and all of them in a made-up city whose rings are known."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from random import Random

import pytest

from models.base.tariff import load_tariff
from models.violations.nomination_flags import Consent, Evidence, Signal, flags, strangers
from tests.conftest import START
from tests.rules.made_up_city import WAYS, MadeUpCity

SIGNALS = load_tariff().nomination.signals
DRIVER, ANNA, BEN, CORA, DAN = 1, 11, 12, 13, 14


def consent(
    owner: int, *, driver: int = DRIVER, points: int = 1, payer: int | None = None, **ago: float
) -> Consent:
    """Of this driver, for this owner, so long ago."""
    return Consent(owner * 100 + driver, owner, driver, START - timedelta(**ago), points, payer)


def raised(
    *earlier: Consent,
    now: Consent | None = None,
    paid: Sequence[Consent] = (),
    kin: Collection[tuple[int, int]] = (),
    left: int = 12,
) -> set[Signal]:
    """By a consent for Anna, now, after these."""
    evidence = Evidence(now or consent(ANNA), earlier, paid, kin, left)
    return {flag.signal for flag in flags(evidence, SIGNALS)}


@pytest.mark.parametrize(
    ("owners", "kin", "groups"),
    [
        pytest.param([ANNA], [], 1, id="one"),
        pytest.param([ANNA, ANNA], [], 1, id="one, twice"),
        pytest.param([ANNA, BEN, CORA], [], 3, id="three who never met"),
        pytest.param([ANNA, BEN, CORA], [(ANNA, BEN)], 2, id="two of them are related"),
        pytest.param([ANNA, BEN, CORA], [(ANNA, BEN), (CORA, BEN)], 1, id="all of them are"),
        pytest.param([ANNA, BEN], [(DRIVER, ANNA)], 1, id="one drove the driver's own car"),
        pytest.param(
            [ANNA, BEN], [(ANNA, DRIVER), (BEN, DRIVER)], 2, id="what is asked about proves nothing"
        ),
    ],
)
def test_who_has_nothing_to_do_with_one_another(
    owners: list[int], kin: list[tuple[int, int]], groups: int
) -> None:
    assert strangers(DRIVER, owners, kin) == groups


@pytest.mark.parametrize(
    ("earlier", "kin", "signals"),
    [
        pytest.param([], [], set(), id="the first"),
        pytest.param([consent(BEN, days=9)], [], set(), id="two owners"),
        pytest.param([consent(BEN, days=9), consent(CORA, days=5)], [], {Signal.MANY_OWNERS}, id="three"),
        pytest.param(
            [consent(BEN, days=9), consent(CORA, days=5)], [(BEN, CORA)], set(), id="a couple, and one"
        ),
        pytest.param([consent(BEN, days=366), consent(CORA, days=5)], [], set(), id="one of them long ago"),
        pytest.param([consent(ANNA, seconds=9)], [], set(), id="seconds apart, for one owner"),
        pytest.param([consent(BEN, seconds=60)], [], {Signal.QUICK}, id="a minute apart, for two"),
        pytest.param([consent(BEN, seconds=61)], [], set(), id="a second later"),
        pytest.param([consent(BEN, seconds=9)], [(ANNA, BEN)], set(), id="seconds apart, for a couple"),
    ],
)
def test_many_owners_and_quick_answers(
    earlier: list[Consent], kin: list[tuple[int, int]], signals: set[Signal]
) -> None:
    assert raised(*earlier, kin=kin) == signals


@pytest.mark.parametrize(
    ("points", "days_ago", "left", "signals"),
    [
        pytest.param(6, 30, 3, {Signal.NEAR_LIMIT}, id="6 and 3 in a month, 3 left"),
        pytest.param(6, 31, 3, set(), id="in more than a month"),
        pytest.param(6, 30, 4, set(), id="4 left"),
        pytest.param(2, 30, 1, set(), id="5 points taken over"),
    ],
)
def test_bursts_near_the_limit(points: int, days_ago: int, left: int, signals: set[Signal]) -> None:
    earlier = consent(BEN, points=points, days=days_ago)
    assert raised(earlier, now=consent(ANNA, points=3), left=left) == signals


@pytest.mark.parametrize(
    ("payer", "kin", "signals"),
    [
        pytest.param(DAN, [], {Signal.SHARED_PAYER}, id="a stranger pays for three"),
        pytest.param(
            DAN, [(ANNA, DAN), (BEN, DAN), (CORA, DAN)], {Signal.SHARED_PAYER}, id="who drove for them"
        ),
        pytest.param(DAN, [(DAN, ANNA), (DAN, BEN)], set(), id="whose car two of them drove"),
        pytest.param(DAN, [(ANNA, BEN), (BEN, CORA)], set(), id="three of one family"),
        pytest.param(DRIVER, [], set(), id="the driver pays"),
    ],
)
def test_one_account_pays_for_strangers(payer: int, kin: list[tuple[int, int]], signals: set[Signal]) -> None:
    """Of the driver's own there is one; the others were other drivers'."""
    mine = consent(BEN, days=9, payer=payer)
    others = [consent(owner, driver=owner + 50, days=5, payer=payer) for owner in (ANNA, CORA)]
    assert raised(mine, now=consent(BEN), paid=[mine, *others], kin=kin) == signals


def test_the_evidence_names_the_nominations() -> None:
    earlier = [consent(BEN, days=9), consent(CORA, days=5)]
    [flag] = flags(Evidence(consent(ANNA), earlier, (), (), 12), SIGNALS)
    assert flag.nominations == (ANNA * 100 + 1, BEN * 100 + 1, CORA * 100 + 1)


@pytest.fixture(scope="module", params=[3, 17, 2026], ids="seed {}".format)
def city(request: pytest.FixtureRequest) -> MadeUpCity:
    """Three cities, each of 1,500 households and 40 rings."""
    made = MadeUpCity(Random(request.param))
    made.settle(households=1500, rings=10)
    return made


def test_rings_are_found_and_families_left_in_peace(city: MadeUpCity) -> None:
    """At least 95 of 100 sellers, at most 1 of 100 honest drivers."""
    found = city.flagged(SIGNALS)
    sellers = {seller for ring in city.rings for seller in ring.sellers}
    honest = found.keys() - sellers
    caught = {seller for seller in sellers if found.get(seller)}
    wronged = {driver for driver in honest if found[driver]}
    print(f"{len(caught)} of {len(sellers)} sellers, {len(wronged)} of {len(honest)} honest drivers")
    assert len(caught) >= 0.95 * len(sellers)
    assert len(wronged) <= 0.01 * len(honest)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_way_of_selling_is_missed(city: MadeUpCity, way: str) -> None:
    found = city.flagged(SIGNALS)
    of_way = [ring for ring in city.rings if ring.way == way]
    assert all(any(found.get(seller) for seller in ring.sellers) for ring in of_way)
