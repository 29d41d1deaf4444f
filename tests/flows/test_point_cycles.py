"""The end of a cycle (PM 15): points clear, or carry over with what is unpaid; what is taken back goes from where it is (PM 16)."""

from datetime import date

from models.identity import acts as identity
from models.licences import acts as licences
from scheduler.jobs import close_point_cycles
from tests.acts.queries import audited
from tests.flows import driving
from tests.flows.driving import NEW_CYCLE, decided
from tests.flows.life import Life
from tests.helpers import RED_LIGHT


async def told(life: Life) -> list[str]:
    """What is told of points, once it is sent."""
    await life.deliver_all()
    return [kind for _, kind in life.told if kind.startswith(("points", "licence"))]


async def test_paid_points_clear_on_the_first_day_of_the_next_cycle(life: Life):
    number = await decided(life, "R1")
    await life.pay(number)
    assert await driving.close(life, date(2026, 5, 31)) == 0
    assert await driving.points(life) == 3
    assert await driving.close(life) == 1
    assert (await driving.points(life), await told(life)) == (0, ["points_cleared"])
    assert await driving.books(life) == {"issued": -3, "cleared": 3}


async def test_unpaid_but_not_overdue_clears_as_well(life: Life):
    """Nobody consented to electronic service, and no letter was recorded: the fine's days do not run."""
    await decided(life, "R1")
    await driving.close(life)
    assert await driving.points(life) == 0


async def test_with_an_overdue_fine_the_points_of_all_unpaid_ones_carry_over(life: Life):
    await life.consent(life.people.li_ming)
    paid, overdue = await decided(life, "R1"), await decided(life, "R2", RED_LIGHT)
    await life.pay(paid)
    assert await driving.close(life) == 1
    assert await driving.lots(life) == [(overdue, 6, True)]
    assert await told(life) == ["points_carried"]
    assert life.last("points_carried").params == {
        "day": NEW_CYCLE,
        "cleared": 3,
        "carried": 6,
        "number": overdue,
    }
    assert await driving.books(life) == {"issued": -9, "cleared": 3, "driver:1": 6}


async def test_what_carried_over_clears_at_the_end_of_the_next_one_once_it_is_paid(life: Life):
    await life.consent(life.people.li_ming)
    overdue = await decided(life, "R1")
    await driving.close(life)
    assert await driving.lots(life) == [(overdue, 3, True)]
    assert (await life.pay(overdue)).value == "booked"
    assert await driving.points(life) == 3, "paying late does not clear at once"
    assert await driving.close(life, date(2027, 6, 1)) == 1
    assert await driving.points(life) == 0


async def test_the_job_again_closes_nothing_again(life: Life):
    await decided(life, "R1")
    assert [await driving.close(life) for _ in range(2)] == [1, 0]
    assert (await told(life)).count("points_cleared") == 1
    events = await life.read(audited, f"licence {life.people.li_ming}")
    assert events.count("points.cycle_closed") == 1


async def test_only_those_whose_cycle_ended_are_touched(life: Life):
    await decided(life, "R1")
    async with life.database.begin("import:licences") as work:
        await identity.hold(work, life.people.li_ming)
        await licences.enter_licence(work, life.people.li_ming, "C1", date(2016, 2, 29))
    assert await driving.close(life) == 0, "cycles of 29 February end with February"
    assert await driving.close(life, date(2027, 2, 28)) == 0
    assert await driving.close(life, date(2027, 3, 1)) == 1


async def test_whoever_decides_before_a_late_job_decides_into_the_new_cycle(life: Life):
    """Nine points of the old one would make twelve with it."""
    for record in ("R1", "R2", "R3"):
        await decided(life, record)
    driving.set_clock(life, NEW_CYCLE)
    late = await decided(life, "R4")
    assert await driving.lots(life) == [(late, 3, False)]
    assert await driving.hold(life) is None
    assert await driving.close(life) == 0, "it was closed already"
    assert await driving.points(life) == 3


async def test_cycles_that_nobody_closed_are_closed_each_on_its_own_in_order(life: Life):
    """Nine of one cycle and six of the next were never twelve together. An overdue fine carries its points through both."""
    await life.consent(life.people.li_ming)
    kept, paid = await decided(life, "R1"), await decided(life, "R2", RED_LIGHT)
    await life.pay(paid)
    driving.set_clock(life, date(2026, 7, 1))
    async with life.database.begin("officer:1") as work:
        await licences.post_decision(work, life.people.li_ming, 6, "442012003480")
    driving.set_clock(life, date(2028, 1, 1))
    async with life.database.begin("system:close_point_cycles") as work:
        assert await close_point_cycles.JOB.run(work) == 1
    assert await driving.lots(life) == [(kept, 3, True)]
    assert await driving.hold(life) is None
    assert await told(life) == ["points_carried", "points_carried", "licence_released"]
    events = await life.read(audited, f"licence {life.people.li_ming}")
    assert events.count("points.cycle_closed") == 2


async def test_a_decision_that_is_taken_back_after_its_points_cleared(life: Life):
    number = await decided(life, "R1")
    await driving.close(life)
    await driving.void(life, number)
    assert (await driving.points(life), await driving.books(life)) == (0, {})


async def test_a_decision_that_is_taken_back_after_its_points_carried_over(life: Life):
    await life.consent(life.people.li_ming)
    first, second = await decided(life, "R1"), await decided(life, "R2", RED_LIGHT)
    await driving.close(life)
    await driving.void(life, second)
    assert await driving.lots(life) == [(first, 3, True)]
    assert await driving.books(life) == {"issued": -3, "driver:1": 3}


async def test_points_that_are_held_do_not_clear_and_are_released_as_of_the_end_of_their_cycle(life: Life):
    """Fifteen at the end of the cycle; six are taken back in the next one: the nine that are left cleared with theirs."""
    numbers = [await decided(life, f"R{each}", RED_LIGHT) for each in range(2)]
    await decided(life, "R3")
    assert await driving.close(life) == 0
    assert (await driving.hold(life)) is not None
    await driving.void(life, numbers[0])
    assert (await driving.points(life), await driving.hold(life)) == (0, None)
    assert "licence_released" in await told(life)
