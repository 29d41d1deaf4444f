"""What waits for a person, in one list; and a case whole, masked unless somebody says why not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from models.base.db import Work
from models.base.errors import BadInput
from models.post import desk
from models.violations import officer_acts, officer_queue, officer_view, silent_owners
from models.violations.officer_queue import Taken, Waits, Wanted
from models.violations.rules import State
from models.violations.tables import cases
from tests.acts.queries import audited
from tests.helpers import AUTHORITY, LI_MING, LI_PLATE, OVERLOAD, PARKING, recorded_case

ME = "officer:1"


async def waits(work: Work, **wanted) -> list[officer_queue.Entry]:
    return list(await officer_queue.waiting(work, AUTHORITY, ME, Wanted(**wanted)))


@pytest.fixture
async def desk_of_all(work: Work) -> list[str]:
    """Two tickets, a fine without a figure, and an owner with five records that lie; in the order of their deadlines."""
    sooner = await desk.open_ticket(work, "challenge", "case 1", due_on=date(2026, 2, 1))
    figure = await recorded_case(work, "F1", code=OVERLOAD)
    lying = [await recorded_case(work, f"S{each}", code=PARKING) for each in range(5)]
    late = {"state": State.NOTIFIED, "handle_by": date(2026, 1, 31)}
    await work.run(update(cases).where(cases.c.record_no.like("S%")).values(late))
    later = await desk.open_ticket(work, "refund", "order 1", due_on=date(2026, 12, 1))
    return [min(lying), sooner, figure, later]


async def test_the_nearest_deadline_first(work: Work, desk_of_all: list[str]):
    found = await waits(work)
    assert [entry.key for entry in found] == desk_of_all
    assert [entry.kind for entry in found] == ["silent", "ticket", "figure", "ticket"]
    assert [entry.due_on for entry in found] == sorted(entry.due_on for entry in found)
    assert found[0].topic == "5"


async def test_pages_follow_each_other(work: Work, desk_of_all: list[str]):
    keys, place = [], ""
    while page := await waits(work, limit=1, after=place):
        keys.append(page[0].key)
        place = page[-1].place
    assert keys == desk_of_all


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        pytest.param({"kinds": [Waits.FIGURE]}, ["figure"], id="of one kind"),
        pytest.param({"kinds": [Waits.FIGURE, Waits.SILENT]}, ["silent", "figure"], id="of two kinds"),
        pytest.param({"topic": "refund"}, ["ticket"], id="of a topic"),
        pytest.param({"due_by": date(2026, 2, 1)}, ["silent", "ticket"], id="due by a day"),
        pytest.param({"taken": Taken.MINE}, [], id="mine"),
        pytest.param({"taken": Taken.FREE}, ["silent", "ticket", "figure", "ticket"], id="nobody's"),
    ],
)
async def test_filters(work: Work, desk_of_all: list[str], wanted, kinds: list[str]):
    assert [entry.kind for entry in await waits(work, **wanted)] == kinds


async def test_what_is_taken_is_mine_and_what_is_closed_is_gone(work: Work, desk_of_all: list[str]):
    await desk.take(work, desk_of_all[1], ME)
    [mine] = await waits(work, taken=Taken.MINE)
    assert (mine.key, mine.taken_by) == (desk_of_all[1], ME)
    await desk.close(work, mine.key, ME, "done")
    assert [entry.key for entry in await waits(work)] == [desk_of_all[0], *desk_of_all[2:]]


async def test_an_announcement_waits_instead_of_its_records(work: Work, desk_of_all: list[str]):
    made = await silent_owners.propose(work, desk_of_all[0], ME, "x")
    assert await waits(work, kinds=[Waits.SILENT]) == []
    [announced] = await waits(work, kinds=[Waits.ANNOUNCED])
    assert (announced.key, announced.due_on) == (str(made.id), made.announced_until)


async def test_another_authority_sees_none_of_our_cases(work: Work, desk_of_all: list[str]):
    found = await officer_queue.waiting(work, "440300", ME, Wanted())
    assert {entry.kind for entry in found} == {"ticket"}


async def test_a_matter_opened_by_an_earlier_version_has_waited_longest(work: Work, desk_of_all: list[str]):
    await work.run(update(desk.tickets).where(desk.tickets.c.topic == "refund").values(due_on=None))
    [first, *_] = await waits(work)
    assert first.key == desk_of_all[3]


@pytest.mark.parametrize("place", ["x", "2026-02-30,ticket,1", "2026-03-01,nothing,1", ","])
async def test_a_place_that_is_none(work: Work, place: str):
    with pytest.raises(BadInput, match=r"officer\.place"):
        await waits(work, after=place)


async def test_a_case_is_shown_masked(work: Work):
    number = await recorded_case(work)
    view = await officer_view.show(work, number)
    assert (view.case.plate, view.holder) == ("粤T·***45", officer_view.Holder("李*", "138****0001", ""))
    assert [event.action for event in view.history] == ["case.recorded"]
    assert [(message.kind, message.state) for message in view.messages] == [("violation_recorded", "pending")]


async def test_looking_closer_is_on_record_with_its_reason(work: Work):
    number = await recorded_case(work)
    view = await officer_view.reveal(work, number, ME, "对照行驶证")
    claim = LI_MING.claim
    assert (view.case.plate, view.holder.name) == (LI_PLATE.number, claim.name)
    assert (view.holder.phone, view.holder.resident_id) == (claim.phone, claim.resident_id)
    assert (await audited(work, f"case {number}"))[-1] == "person.revealed"
    [act] = await officer_acts.file_of(work, number)
    assert (act.act, act.officer, act.reasons) == ("reveal", ME, "对照行驶证")


async def test_the_whole_history_of_a_case(work: Work):
    number = await recorded_case(work, code=OVERLOAD)
    ticket = await desk.open_ticket(work, "not_reached", f"case {number}")
    await officer_acts.set_figure(work, number, ME, 50000, "初犯")
    view = await officer_view.show(work, number)
    assert [event.action for event in view.history] == ["case.recorded", "case.figure_set"]
    assert view.history[-1].actor == work.actor
    assert [each.number for each in view.tickets] == [ticket]
    assert view.case.fine == 50000
    assert view.acts[0].at - work.now == timedelta()
