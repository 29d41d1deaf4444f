"""What a challenge stops, what its answer does to case, points and measures, and what goes on once the record stands."""

from datetime import date

import pytest

from models.base.errors import Refusal
from models.flows import challenge
from models.licences import acts as licences
from models.post import desk
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import challenges, officer_acts
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.challenges import Photo
from models.violations.grounds import EraseGround, Ground, VoidGround
from models.violations.rules import State
from models.violations.tables import ledger
from tests.acts.queries import audited, count
from tests.flows.challenges import OFFICER, REASON, decide, file, refusal, served, withdraw
from tests.flows.life import Life


async def surcharge(life: Life, number: str) -> int:
    async with life.database.read() as work:
        case = await violations.case_of(work, life.people.li_ming, number)
        return violations.bill_of(work, case).surcharge


async def test_while_it_is_open_nothing_is_pressed_for(life: Life):
    number = await served(life)
    await life.days(10)
    await file(life, number)
    before = len(life.diary)
    await life.days(20)
    assert len(life.diary) == before
    assert (await life.case(number)).state is State.SERVED
    assert await surcharge(life, number) == 0


async def test_an_undecided_record_is_not_remembered_either(life: Life):
    number = await life.record()
    await file(life, number)
    before = len(life.diary)
    await life.days(28)
    assert len(life.diary) == before


async def test_once_it_stands_the_days_go_on_and_those_of_the_challenge_never_count(life: Life):
    """Due on the 17th, filed on the 12th, answered on the 20th: the 21st is the first day that counts."""
    number = await served(life)
    await life.days(10)
    filed = await file(life, number)
    await life.days(8)
    await decide(life, filed, ChallengeState.UPHELD)
    await life.deliver_all()
    assert await surcharge(life, number) == 0
    await life.days(1)
    case = await life.case(number)
    assert (case.state, case.due_on) == (State.OVERDUE, date(2026, 3, 17))
    assert await surcharge(life, number) == 600
    assert life.last("overdue_warning").params["surcharge"] == 600


async def test_a_warning_that_ran_is_sent_anew_and_runs_from_then(life: Life):
    number = await served(life)
    await life.days(16)  # overdue and warned on the 18th
    assert life.told[-1][1] == "overdue_warning"
    filed = await file(life, number)
    await life.days(10)
    assert not await life.read(restrictions.in_force, life.people.li_ming)
    await decide(life, filed, ChallengeState.UPHELD)
    await life.deliver_all()
    assert [kind for _, kind in life.told].count("overdue_warning") == 2
    assert life.last("overdue_warning").params["last_day"] == date(
        2026, 4, 3
    )  # the 28th and seven days, less one
    await life.days(6)
    assert not await life.read(restrictions.in_force, life.people.li_ming)
    await life.days(1)
    [lock] = await life.read(restrictions.in_force, life.people.li_ming)
    assert lock.case_number == number


async def test_withdrawing_sets_the_warning_going_again(life: Life):
    number = await served(life)
    await life.days(16)
    await file(life, number)
    await withdraw(life, number)
    await life.deliver_all()
    assert [kind for _, kind in life.told].count("overdue_warning") == 2
    await life.days(7)
    assert await life.read(restrictions.in_force, life.people.li_ming)


async def test_a_warning_on_its_way_when_it_is_filed_is_not_sent(life: Life):
    number = await served(life)
    await life.days(15)
    for clock in life.clocks:
        clock.move(days=1)
    await life.jobs()
    assert "overdue_warning" in await life.waiting()
    await file(life, number)
    await life.deliver_all()
    assert "overdue_warning" not in [kind for _, kind in life.told]


async def test_a_lock_that_was_in_force_stays_until_the_decision_goes(life: Life):
    number = await served(life)
    await life.days(23)
    assert await life.read(restrictions.in_force, life.people.li_ming)
    filed = await file(life, number, Kind.REVIEW)
    await life.days(3)
    assert await life.read(restrictions.in_force, life.people.li_ming)
    await decide(life, filed, ChallengeState.VOIDED)
    assert not await life.read(restrictions.in_force, life.people.li_ming)
    assert "wallet_unlock" in await life.waiting()


async def test_erased(life: Life):
    number = await life.record()
    await decide(life, await file(life, number), ChallengeState.ERASED, EraseGround.RESCUE)
    case = await life.case(number)
    assert (case.state, case.closed_on) == (State.ERASED, date(2026, 3, 2))
    assert await life.read(audited, f"case {number}") == [
        *("case.recorded", "case.notified", "challenge.filed", "challenge.erased", "case.erased"),
    ]
    assert await life.waiting() == ["challenge_erased"]


async def test_voided_before_it_was_paid(life: Life):
    number = await served(life)
    await decide(life, await file(life, number), ChallengeState.VOIDED)
    assert (await life.case(number)).state is State.VOIDED
    assert (await life.read(licences.balance, life.people.li_ming)).points == 0
    assert await life.read(ledger.balance, f"fine:{number}") == 0
    assert await life.read(ledger.balance, "imposed") == 0
    assert await life.waiting() == ["challenge_voided"]


@pytest.mark.parametrize(
    ("outcome", "ground", "key"),
    [
        pytest.param(ChallengeState.VOIDED, VoidGround.OTHER, "officer.wrong_outcome", id="nothing to void"),
        pytest.param(ChallengeState.OPEN, VoidGround.OTHER, "officer.wrong_outcome", id="no answer"),
        pytest.param(ChallengeState.WITHDRAWN, VoidGround.OTHER, "officer.wrong_outcome", id="not theirs"),
        pytest.param(
            ChallengeState.ERASED,
            VoidGround.PROCEDURE,
            "officer.wrong_ground",
            id="a ground of decisions only",
        ),
    ],
)
async def test_answers_that_do_not_fit(life: Life, outcome: ChallengeState, ground: Ground, key: str):
    number = await life.record()
    filed = await file(life, number)
    assert await refusal(life, filed, outcome, ground) == key
    assert (await life.case(number)).challenged


async def test_it_is_answered_once(life: Life):
    number = await life.record()
    filed = await file(life, number)
    await decide(life, filed, ChallengeState.UPHELD)
    assert await refusal(life, filed, ChallengeState.ERASED, EraseGround.OTHER) == "officer.challenge_ended"
    async with life.database.begin("citizen") as work:
        with pytest.raises(Refusal, match=r"object\.nothing_open"):
            await challenge.withdraw(work, life.people.li_ming, number)
    assert await life.waiting() == ["challenge_record_upheld"]


async def test_a_case_that_an_officer_erases_takes_its_challenge_along(life: Life):
    number = await life.record()
    await file(life, number)
    case = await life.case(number)
    async with life.database.begin(OFFICER) as work:
        await officer_acts.erase(work, case, OFFICER, EraseGround.UNCLEAR, "blurred")
    [ended] = await life.read(challenges.of_case, number)
    assert (ended.state, ended.closed_on) == (ChallengeState.ERASED, date(2026, 3, 2))
    async with life.database.read() as work:
        assert await count(work, desk.tickets, subject=f"case {number}", closed_at=None) == 0


async def test_photos_belong_to_whoever_filed_and_while_it_is_open(life: Life):
    number = await life.record()
    filed = await file(life, number)
    photo = Photo("a" * 32, "image/jpeg", 100)
    async with life.database.begin("citizen") as work:
        with pytest.raises(Refusal, match=r"object\.no_photo_now"):
            await challenges.add_photo(work, life.people.wang_fang, filed.id, photo)
        assert await challenges.add_photo(work, life.people.li_ming, filed.id, photo) == 1
    await withdraw(life, number)
    async with life.database.begin("citizen") as work:
        with pytest.raises(Refusal, match=r"object\.no_photo_now"):
            await challenges.add_photo(work, life.people.li_ming, filed.id, Photo("b" * 32, "image/jpeg", 1))
    assert await life.read(challenges.photos_of, filed.id) == [photo]


async def test_reason_and_answer_are_sealed(life: Life):
    number = await life.record()
    filed = await file(life, number)
    await decide(life, filed, ChallengeState.UPHELD)
    async with life.database.read() as work:
        [row] = await work.all(challenges.CHALLENGE)
    assert REASON not in row.reason
    assert "lane" not in row.answer
    [kept] = await life.read(challenges.of_case, number)
    assert (kept.reason, kept.answer) == (REASON, "the lane was marked")
