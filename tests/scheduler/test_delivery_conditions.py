"""Nothing is sent that no longer holds, nothing at night but what must be, and everything in the reader's language."""

from datetime import date, datetime, time

import pytest

from models.base.clock import at
from models.base.db import Database
from models.base.tariff import Quiet
from models.identity import binding
from models.violations.rules import State
from scheduler.letters import quiet_until
from tests.conftest import FixedClock
from tests.helpers import LI_MING
from tests.scheduler.post_office import NO_ANSWER, PostOffice

QUIET = Quiet(begins=time(21), ends=time(8))


@pytest.mark.parametrize(
    "ended",
    [pytest.param(State.ERASED, id="erased"), pytest.param(State.DECIDED, id="decided at the counter")],
)
async def test_what_is_no_longer_true_is_dropped(office: PostOffice, ended: State) -> None:
    number = await office.record_case()
    await office.move_case(number, ended)
    await office.worker.drain()
    kept = await office.notice("violation_recorded")
    assert (kept.state, kept.reason, office.texts()) == ("dropped", "no longer true", [])


async def test_what_became_untrue_while_the_carrier_was_silent_is_not_sent_again(office: PostOffice) -> None:
    number = await office.record_case()
    office.fakes.sms.answers = [NO_ANSWER]
    await office.worker.drain()
    await office.move_case(number, State.ERASED)
    office.pass_time(minutes=1)
    await office.worker.drain()
    assert ((await office.notice("violation_recorded")).state, len(office.texts())) == ("dropped", 1)


async def test_of_a_batch_only_what_is_untrue_is_dropped(office: PostOffice) -> None:
    numbers = [await office.record_case(record_no) for record_no in ("R1", "R2", "R3")]
    await office.move_case(numbers[1], State.ERASED)
    await office.worker.drain()
    states = {row.subject: row.state for row in await office.notices()}
    assert states == dict(zip(numbers, ("sent", "dropped", "sent"), strict=True))


def moment(day: int, clock: str) -> datetime:
    return at(date(2026, 3, day), time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        pytest.param(moment(2, "08:00:00"), None, id="08:00 is day"),
        pytest.param(moment(2, "12:00:00"), None, id="noon"),
        pytest.param(moment(2, "20:59:59"), None, id="the last second of the day"),
        pytest.param(moment(2, "21:00:00"), moment(3, "08:00"), id="21:00 is night"),
        pytest.param(moment(2, "23:59:59"), moment(3, "08:00"), id="before midnight"),
        pytest.param(moment(3, "00:00:00"), moment(3, "08:00"), id="midnight"),
        pytest.param(moment(3, "07:59:59"), moment(3, "08:00"), id="the last second of the night"),
    ],
)
def test_quiet_hours_are_from_21_to_8(now: datetime, morning: datetime | None) -> None:
    assert quiet_until(now, QUIET) == morning


async def test_a_text_waits_for_the_morning(office: PostOffice) -> None:
    office.pass_time(hours=11)
    await office.record_case()
    await office.worker.drain()
    office.pass_time(hours=10, minutes=59, seconds=59)
    await office.worker.drain()
    assert office.texts() == []
    office.pass_time(seconds=1)
    await office.worker.drain()
    assert office.texts() == ["violation_recorded"]


async def test_a_text_whose_fate_was_unknown_in_the_evening_is_not_sent_twice_in_the_morning(
    office: PostOffice,
) -> None:
    """Carriers keep submissions by day, so yesterday is asked about, too."""
    office.pass_time(hours=10, minutes=59, seconds=58)
    await office.record_case()
    office.fakes.sms.answers = [NO_ANSWER]
    await office.worker.drain()
    office.pass_time(hours=11, minutes=1)
    await office.worker.drain()
    assert [(day.month, day.day) for _, _, day in office.fakes.sms.looked_up] == [(3, 3), (3, 2)]


async def test_codes_go_at_night(office: PostOffice) -> None:
    office.pass_time(hours=13)
    await send_code(office.database)
    await office.worker.drain()
    [sms] = office.fakes.sms.sent
    assert (sms.phone, sms.template) == (LI_MING.claim.phone, "bind_code")
    assert len(sms.params["code"]) == 6


async def send_code(database: Database) -> None:
    async with database.begin("citizen:o-1") as work:
        await binding.send_code(work, "o-1", LI_MING.claim)


@pytest.mark.parametrize(
    ("language", "day"),
    [pytest.param("zh_CN", "3月1日(周日)", id="Chinese"), pytest.param("en", "Sun 1 Mar", id="English")],
)
async def test_everyone_is_told_in_their_language(office: PostOffice, language: str, day: str) -> None:
    await office.bind_li_ming(language=language)
    await office.record_case()
    await office.worker.drain()
    [sms] = office.fakes.sms.sent
    assert (sms.locale, sms.params["day"]) == (language, day)


async def test_the_language_is_that_of_the_moment_of_sending(office: PostOffice, civic: FixedClock) -> None:
    await office.bind_li_ming()
    await office.record_case()
    await office.bind_li_ming(language="en")
    await office.worker.drain()
    assert office.fakes.sms.sent[0].locale == "en"
