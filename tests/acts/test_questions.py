"""Questions of booking systems: on record before they are answered, for whoever they are about, and for as long as the tariff says."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.base.db import Work
from models.base.errors import BadInput
from models.identity import keys
from models.restrictions import questions
from models.restrictions.question_tables import questions as table
from models.restrictions.questions import Asked, Purpose, Question
from tests.acts.queries import count
from tests.helpers import LI_MING, WANG_FANG, Town, ask, listed_matter

HELD = date(2026, 3, 12)  # from when a listed matter holds
AIR = Question(LI_MING.claim.resident_id, "air", "", HELD, Purpose.BOOKING)


async def client(work: Work) -> str:
    """Of a key of a booking system."""
    return (await keys.create(work, "航班订座", ["clearance:ask"])).split("_")[1]


async def test_who_is_held_and_who_is_free(work: Work, people: Town):
    del people
    matter = await listed_matter(work)
    asker = await client(work)
    found = await ask(work, asker, AIR)
    assert (found and found.number, found and found.kind) == (matter.number, "court_debt")
    assert await ask(work, asker, replace(AIR, day=date(2026, 3, 11))) is None


async def test_the_citizen_sees_who_asked(work: Work, people: Town):
    await listed_matter(work)
    asker = await client(work)
    for klass in ("soft_sleeper", "hard_seat"):
        rail = Question(LI_MING.claim.resident_id, "rail", klass, HELD, Purpose.BOARDING)
        await ask(work, asker, rail)
    await ask(work, asker, Question(WANG_FANG.claim.resident_id, "air", "", HELD, Purpose.BOOKING))
    found, total = await questions.asked(work, people.li_ming, 1)
    assert total == 2
    assert list(found) == [
        Asked("航班订座", work.wall, "rail", "hard_seat", HELD, Purpose.BOARDING, allowed=True)
    ]
    found, _ = await questions.asked(work, people.li_ming, 9)
    assert [each.allowed for each in found] == [True, False]


async def test_what_is_on_record_is_sealed(work: Work, people: Town):
    del people
    await ask(work, await client(work), AIR)
    row = await work.first(table.select())
    assert row is not None
    kept = repr(tuple(row))
    assert not [word for word in (LI_MING.claim.resident_id, "air", "booking", "2026-03-12") if word in kept]


async def test_somebody_in_no_register_is_on_record_too(work: Work):
    unknown = Question("11010519491231002X", "air", "", HELD, Purpose.BOOKING)
    assert await ask(work, await client(work), unknown) is None
    assert await count(work, table) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"mode": "rocket"}, "clearance.mode", id="no mode"),
        pytest.param({"klass": "first"}, "clearance.class", id="air has no classes here"),
        pytest.param({"day": date(2026, 2, 28)}, "clearance.date", id="a day that is over"),
        pytest.param({"day": date(2027, 4, 7)}, "clearance.date", id="too far ahead"),
    ],
)
async def test_what_cannot_be_asked(work: Work, people: Town, change: dict[str, object], code: str):
    del people
    with pytest.raises(BadInput, match=code):
        await ask(work, "k", replace(AIR, **change))  # type: ignore[arg-type]
    assert await count(work, table) == 0


async def test_they_are_forgotten_after_their_days(work: Work, people: Town):
    asker = await client(work)
    await ask(work, asker, AIR)
    days = work.city.tariff.retention.question_days
    work.wall += timedelta(days=days)
    assert await questions.forget(work) == 0
    work.wall += timedelta(seconds=1)
    await ask(work, asker, AIR)
    assert await questions.forget(work) == 1
    assert (await questions.asked(work, people.li_ming, 9))[1] == 1
