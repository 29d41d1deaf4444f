"""When a measure may take hold: seven natural days after its warning was served (domain 5)."""

from datetime import date

from models.base.tariff import load_tariff
from models.restrictions.rules import last_day, takes_hold_on
from tests.conftest import TOWN_TARIFF

WARNED = date(2026, 3, 2)


def test_not_before_seven_days_after_the_warning():
    wallet = load_tariff(TOWN_TARIFF).measures.wallet
    assert last_day(WARNED, wallet) == date(2026, 3, 8)
    assert takes_hold_on(WARNED, wallet) == date(2026, 3, 9)


def test_a_measure_is_inert_without_a_legal_basis():
    """The shipped tariff names none for the wallet; the demo town's names its own."""
    assert load_tariff().measures.wallet.inert
    assert not load_tariff(TOWN_TARIFF).measures.wallet.inert
