"""Naming who drove: nothing moves before the driver consents; then the case is the driver's, or an officer looks first."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from models.base.errors import Refusal
from models.flows import decision, nomination, registration
from models.identity import acts as identity
from models.identity import names
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.identity.tables import people
from models.licences import acts as licences
from models.licences.standing import Standing, Told, enter_standing
from models.post.desk import tickets
from models.violations import acts as violations
from models.violations import nomination_store, nominations, store
from models.violations.nomination_rules import NominationState
from models.violations.nominations import Nomination
from models.violations.rules import State
from models.violations.tables import nominations as table
from tests.acts.queries import audited, count
from tests.flows.life import Life
from tests.helpers import C1, HORN, OVERLOAD, resident_id

WANG, CHEN = "王芳", "陈晓"
OTHERS = [
    PersonEntry(Claim("赵六", resident_id("18800101", f"{n:03}"), f"1370000000{n}"), date(1980, 1, 1))
    for n in (1, 2, 3)
]


async def act(life: Life, what: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    """What an act returns, or the key of its refusal."""
    async with life.database.begin("citizen") as work:
        try:
            return await what(work, *args)
        except Refusal as refusal:
            return refusal.key


async def named(life: Life, number: str, name: str = WANG, ending: str = "") -> Any:
    """Li Ming names somebody; the nomination, or why not."""
    told = await act(life, nomination.nominate, life.people.li_ming, number, name, ending)
    return told if isinstance(told, str) else told.nomination


async def agreed(life: Life, asked: Nomination) -> Any:
    return await act(life, nomination.consent, asked.driver_id, asked.code)


async def now(life: Life, asked: Nomination) -> NominationState:
    found: Nomination = await life.read(nomination_store.by_id, asked.id)
    return found.state


async def topics(life: Life) -> list[str]:
    async with life.database.read() as work:
        return [row.topic for row in await work.all(tickets.select().order_by(tickets.c.number))]


async def test_the_case_is_the_drivers_once_she_agrees(life: Life) -> None:
    number = await life.record()
    await life.days(3)
    asked = await named(life, number)
    assert (await life.case(number)).liable_id == life.people.li_ming, "nothing moves by asking"
    await life.deliver_all()
    told = life.last("nomination_asked")
    assert told.person_id == life.people.wang_fang
    assert (told.params["asker"], told.params["points"], told.params["code"]) == ("李*", 3, asked.code)
    await agreed(life, asked)
    case = await life.case(number)
    assert (case.liable_id, case.state) == (life.people.wang_fang, State.NOTIFIED)
    assert (case.notified_on, case.handle_by) == (date(2026, 3, 5), date(2026, 4, 4)), "days of her own"
    await life.deliver_all()
    assert life.last("nomination_taken").params["name"] == "王*"
    await life.accept(number)
    assert (await life.read(licences.balance, life.people.wang_fang)).points == 3
    assert (await life.read(licences.balance, life.people.li_ming)).points == 0
    actions = ["nomination.filed", "case.handed_over", "nomination.verified", "case.decided"]
    assert [each for each in await life.read(audited, f"case {number}") if each in actions] == actions


@pytest.mark.parametrize(
    "code", [pytest.param(OVERLOAD, id="a range"), pytest.param(HORN, id="unknown points")]
)
@pytest.mark.parametrize("ok", [True, False], ids=["verified", "rejected"])
async def test_what_is_not_for_consent_alone_an_officer_verifies(life: Life, code: str, ok: bool) -> None:
    number = await life.record(code=code)
    asked = await named(life, number)
    await agreed(life, asked)
    assert await now(life, asked) is NominationState.CONSENTED
    assert (await life.case(number)).liable_id == life.people.li_ming
    assert await topics(life) == ["nomination_verify"]
    await act(life, nomination.verify, asked.id, "officer:1", ok, "监控画面清楚")
    await life.deliver_all()
    liable = life.people.wang_fang if ok else life.people.li_ming
    assert (await life.case(number)).liable_id == liable
    for_both = ("nomination_taken", "nomination_moved") if ok else ("nomination_rejected", "nomination_over")
    assert [life.last(kind).person_id for kind in for_both] == [life.people.li_ming, life.people.wang_fang]
    assert await act(life, nomination.verify, asked.id, "officer:2", not ok, "") == "officer.nomination_ended"


@pytest.mark.parametrize(
    ("end", "kind", "state"),
    [
        pytest.param(nominations.decline, "nomination_declined", NominationState.DECLINED, id="declined"),
        pytest.param(None, "nomination_lapsed", NominationState.LAPSED, id="not answered"),
    ],
)
async def test_it_comes_back_to_the_owner_who_is_told(
    life: Life, end: Any, kind: str, state: NominationState
) -> None:
    number = await life.record()
    asked = await named(life, number)
    assert asked.expires_on == date(2026, 3, 9)
    if end:
        await act(life, end, asked.driver_id, asked.code)
    else:
        await life.days(7)
        assert await now(life, asked) is NominationState.OPEN, "the last day counts"
        await life.days(1)
    await life.deliver_all()
    told = life.last(kind)
    assert (told.person_id, told.params["by"]) == (life.people.li_ming, (await life.case(number)).handle_by)
    assert await now(life, asked) is state
    assert await agreed(life, asked) == f"takeover.is.{state}"
    await life.decide(number)


async def test_taken_back_before_it_was_sent_nobody_is_asked(life: Life) -> None:
    number = await life.record()
    asked = await named(life, number)
    await act(life, nominations.withdraw, life.people.li_ming, number)
    assert await life.deliver() == ["nomination_over"]
    assert await agreed(life, asked) == "takeover.is.withdrawn"
    assert await act(life, nominations.withdraw, life.people.li_ming, number) == "withdraw.nothing"


async def test_while_it_is_open_the_owner_neither_accepts_nor_is_reminded(life: Life) -> None:
    number = await life.record()
    await life.days(15)
    asked = await named(life, number)
    assert await act(life, decision.accept, life.people.li_ming, number) == "accept.nominated"
    await life.days(7)
    assert "undecided_reminder" not in [kind for _, kind in life.told]
    await act(life, nominations.decline, asked.driver_id, asked.code)
    assert await act(life, decision.accept, life.people.li_ming, number) != "accept.nominated"


async def test_what_was_taken_over_is_the_drivers_to_be_reminded_of_and_not_to_be_passed_on(
    life: Life,
) -> None:
    number = await life.record()
    await agreed(life, await named(life, number))
    await life.days(20)
    assert life.last("undecided_reminder").person_id == life.people.wang_fang
    told = await act(life, nomination.nominate, life.people.wang_fang, number, "李明")
    assert told == "nominate.came_to_you"


async def standing(life: Life, told: Told) -> None:
    """What the authority says of Wang Fang's licence."""
    await act(life, enter_standing, life.people.wang_fang, told)


YESTERDAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        pytest.param(Told(Standing.HELD), "licence_held", id="held"),
        pytest.param(Told(Standing.SUSPENDED), "licence_suspended", id="suspended"),
        pytest.param(Told(Standing.REVOKED), "licence_revoked", id="revoked"),
        pytest.param(Told(valid_until=YESTERDAY), "licence_expired", id="overdue"),
    ],
)
async def test_a_licence_that_may_not_be_used(life: Life, told: Told, why: str) -> None:
    """Neither named, nor, where it came up since, agreed to."""
    first, second = [await life.record(record) for record in ("R1", "R2")]
    asked = await named(life, first)
    await standing(life, told)
    assert await named(life, second) == f"nominate.{why}"
    assert await agreed(life, asked) == f"takeover.{why}"
    await standing(life, Told(valid_until=YESTERDAY + timedelta(days=1)))
    assert not isinstance(await agreed(life, asked), str)


async def nine_points(life: Life) -> None:
    await act(life, licences.post_decision, life.people.wang_fang, 9, "442012003481")


async def other_people(life: Life) -> None:
    for entry in OTHERS[:2]:
        await act(life, registration.enter_person, entry, C1)


async def a_truck_drivers_licence_is_missing(life: Life) -> None:
    await act(life, licences.enter_licence, life.people.wang_fang, "D", date(2015, 6, 1))


async def a_new_pair_today(life: Life) -> None:
    """Chen Xiao names Wang Fang for the other car."""
    number = await life.record("R9", plate=Plate("02", "粤T66888"))
    await act(life, nomination.nominate, life.people.chen_xiao, number, WANG)


async def decided(life: Life) -> None:
    await life.decide(
        "".join(case.number for case in await life.read(violations.open_cases, life.people.li_ming))
    )


async def too_late(life: Life) -> None:
    await life.days(30)


async def nothing(life: Life) -> None:
    """Nothing happened before."""


@pytest.mark.parametrize(
    ("before", "name", "ending", "why"),
    [
        pytest.param(nothing, "李明", "", "own_name", id="oneself"),
        pytest.param(nothing, "钱七", "", "unknown_name", id="nobody of this name"),
        pytest.param(nothing, WANG, "0000", "unknown_name", id="nobody of this name with this ending"),
        pytest.param(other_people, "赵六", "", "shared_name", id="two of this name"),
        pytest.param(nothing, CHEN, "", "minor", id="a minor"),
        pytest.param(nine_points, WANG, "", "points_full", id="12 points would be reached"),
        pytest.param(a_truck_drivers_licence_is_missing, WANG, "", "wrong_class", id="another class"),
        pytest.param(a_new_pair_today, WANG, "", "pair_today", id="another new pair today"),
        pytest.param(decided, WANG, "", "decided", id="decided"),
        pytest.param(too_late, WANG, "", "term_over", id="the term is over"),
    ],
)
async def test_who_cannot_be_named(life: Life, before: Any, name: str, ending: str, why: str) -> None:
    number = await life.record()
    await before(life)
    assert await named(life, number, name, ending) == f"nominate.{why}"
    assert await life.read(nominations.live, number) is None


@pytest.mark.parametrize("ending", ["0001", OTHERS[0].claim.resident_id[-4:]], ids=["phone", "ID"])
async def test_one_of_several_of_a_name_is_told_by_the_last_four(life: Life, ending: str) -> None:
    number = await life.record()
    await other_people(life)
    asked = await named(life, number, "赵六", ending)
    [wanted] = await life.read(names.named, "赵六", ending)
    assert asked.driver_id == wanted.id


async def test_a_case_is_put_to_one_driver_at_a_time(life: Life) -> None:
    number = await life.record(code=OVERLOAD)
    asked = await named(life, number)
    assert await named(life, number) == "nominate.already"
    await agreed(life, asked)
    assert await named(life, number) == "nominate.being_checked"
    assert await act(life, nominations.withdraw, life.people.li_ming, number) == "withdraw.being_checked"
    assert await act(life, decision.accept, life.people.li_ming, number) == "accept.nomination_checked"


async def test_nobody_finds_out_about_others_by_naming_them(life: Life) -> None:
    number = await life.record()
    tries = [await named(life, number, WANG, f"{ending:04}") for ending in range(100, 111)]
    assert tries == ["nominate.unknown_name"] * 10 + ["nominate.too_many_tries"]
    await life.days(1)
    assert not isinstance(await named(life, number), str)


async def test_consent_is_no_verification_where_points_may_have_been_sold(life: Life) -> None:
    """For a third unrelated owner: an officer gets the evidence, and the system decides nothing."""
    asked = []
    for place, entry in enumerate(OTHERS):
        plate = Plate("02", f"粤T7777{place}")
        await act(life, registration.enter_person, entry, None)
        await act(
            life,
            identity.enter_vehicle,
            VehicleEntry(plate, "小型汽车", entry.claim.resident_id, date(2020, 1, 1)),
        )
        number = await life.record(f"R{place}", plate=plate)
        liable = (await life.case(number)).liable_id
        filed = await act(life, nomination.nominate, liable, number, WANG)
        asked.append(filed.nomination)
        await agreed(life, filed.nomination)
        await life.days(2)
    states = [await now(life, each) for each in asked]
    assert states == [NominationState.VERIFIED, NominationState.VERIFIED, NominationState.CONSENTED]
    third = await life.read(nomination_store.by_id, asked[2].id)
    evidence = [each.id for each in asked]
    signals = ["many_owners", "near_limit"]  # nine points of three strangers in five days
    assert third.flags == [{"signal": signal, "nominations": evidence} for signal in signals]
    assert await topics(life) == ["nomination_flagged"]


async def test_names_that_an_earlier_release_wrote_are_made_findable(life: Life) -> None:
    async with life.database.begin("system:index_names") as work:
        await work.run(people.update().values(name_index=None))
        assert await names.named(work, WANG) == []
        assert (await names.index_some(work), await names.index_some(work)) == (3, 0)
        assert [each.id for each in await names.named(work, WANG)] == [life.people.wang_fang]


async def test_a_case_that_was_erased_meanwhile_is_nobodys(life: Life) -> None:
    number = await life.record()
    asked = await named(life, number)
    await act(life, store.move, number, State.ERASED)
    assert await agreed(life, asked) == "takeover.case_over"
    await life.days(8)
    assert "nomination_lapsed" not in [kind for _, kind in life.told]
    async with life.database.read() as work:
        assert await count(work, table, state="lapsed") == 1
