"""A city whose tariff names no legal basis for the wallet lock: the plain notice, and nothing after it (domain 5)."""

from dataclasses import replace

import pytest

from models.base.db import City
from models.base.tariff import load_tariff
from models.restrictions import acts as restrictions
from models.violations.rules import State
from tests.flows.life import Life


@pytest.fixture
def city(city: City) -> City:
    """With the tariff as shipped."""
    return replace(city, tariff=load_tariff())


async def test_an_inert_measure_warns_of_nothing(life: Life):
    await life.consent(life.people.li_ming)
    number = await life.record()
    await life.accept(number)
    await life.days(40)
    assert (await life.case(number)).state is State.OVERDUE
    kinds = [kind for _, kind in life.told]
    assert "overdue" in kinds
    assert not {"overdue_warning", "wallet_lock"} & set(kinds)
    assert await life.read(restrictions.announced, life.people.li_ming) == []
