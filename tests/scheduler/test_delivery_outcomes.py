"""What follows from each answer of a provider."""

from datetime import timedelta

import pytest

from models.base.ports import Outcome, SendResult
from models.violations.rules import State
from scheduler.results import GIVE_UP_AFTER, retry_after
from tests.conftest import START
from tests.helpers import LI_MING, decided_case
from tests.pages.lives import pay
from tests.pages.world import World
from tests.scheduler.post_office import BUSY, NEVER, NO_ANSWER, PostOffice

RECORDED = "violation_recorded"


@pytest.mark.parametrize(
    ("answer", "row", "case", "tickets"),
    [
        pytest.param(
            SendResult(Outcome.SENT, "biz-9"), ("sent", "biz-9", None), State.NOTIFIED, [], id="sent"
        ),
        pytest.param(NEVER, ("failed", None, "wrong_number"), State.RECORDED, ["not_reached"], id="refused"),
        pytest.param(BUSY, ("pending", None, "busy"), State.RECORDED, [], id="later"),
        pytest.param(NO_ANSWER, ("pending", None, "no_answer"), State.RECORDED, [], id="unknown"),
    ],
)
async def test_an_answer_is_recorded_with_what_follows_from_it(
    office: PostOffice,
    answer: SendResult,
    row: tuple[str, str | None, str | None],
    case: State,
    tickets: list[str],
) -> None:
    number = await office.record_case()
    office.fakes.sms.answers = [answer]
    assert await office.worker.run_once() == 1
    kept = await office.notice(RECORDED)
    assert (kept.state, kept.provider_id, kept.reason) == row
    assert await office.case_state(number) is case
    assert await office.tickets() == tickets
    assert await office.worker.run_once() == 0, "nothing is due any more"


async def test_a_text_goes_to_the_owner_with_the_values_of_the_moment(office: PostOffice) -> None:
    number = await office.record_case()
    await office.worker.drain()
    [sms] = office.fakes.sms.sent
    assert (sms.phone, sms.template, sms.locale) == (LI_MING.claim.phone, RECORDED, "zh_CN")
    assert (sms.params["plate"], sms.params["amount"], sms.params["handle_by"]) == (
        "粤T·***45",
        "¥200.00",
        "4月1日(周三)",
    )
    assert sms.key == f"{RECORDED}.{number}.recorded.sms"


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 5), (2, 10), (3, 20), (7, 320), (8, 640), (9, 900), (GIVE_UP_AFTER, 900), (10**6, 900)],
)
def test_the_delay_grows_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert retry_after(attempts) == timedelta(seconds=seconds)


async def test_a_busy_carrier_is_asked_less_and_less_often(office: PostOffice) -> None:
    await office.record_case()
    office.fakes.sms.answers = [BUSY, BUSY, BUSY]
    due: list[timedelta] = []
    while not due or (await office.notice(RECORDED)).state == "pending":
        await office.worker.drain()
        due.append((await office.notice(RECORDED)).due_at - START)
        office.civic.instant = (await office.notice(RECORDED)).due_at.astimezone(START.tzinfo)
    assert [span.total_seconds() for span in due] == [5, 15, 35, 35]
    assert len(office.fakes.sms.sent) == 4


async def test_a_carrier_that_is_away_for_a_working_day_is_given_up_on_and_an_officer_told(
    office: PostOffice,
) -> None:
    await office.record_case()
    office.fakes.sms.answers = [BUSY] * (GIVE_UP_AFTER + 1)
    for _ in range(GIVE_UP_AFTER):
        assert (await office.notice(RECORDED)).state == "pending"
        await office.worker.drain()
        office.pass_time(minutes=15)
    assert (await office.notice(RECORDED)).state == "failed"
    assert (len(office.fakes.sms.sent), await office.tickets()) == (GIVE_UP_AFTER, ["not_reached"])


async def test_nobody_to_text(office: PostOffice) -> None:
    """A person without a phone is not reached: an officer's list, no call to the carrier."""
    await office.record_case()
    async with office.database.begin("system:test") as work:
        await work.writing.exec_driver_sql("UPDATE people SET phone = NULL, phone_index = NULL")
    await office.worker.drain()
    assert ((await office.notice(RECORDED)).reason, office.fakes.sms.sent) == ("no_phone", [])
    assert await office.tickets() == ["not_reached"]


@pytest.fixture
async def paid(office: PostOffice) -> PostOffice:
    """A case was decided and paid, so that a receipt waits, for the chat first."""
    async with office.database.begin("citizen") as work:
        number = await decided_case(work, office.people.li_ming)
    world = World(
        office.database, office.fakes.payments, office.fakes.login, office.civic, office.wall, office.people
    )
    await pay(world, number)
    return office


async def test_a_receipt_goes_to_the_chat(paid: PostOffice) -> None:
    await paid.bind_li_ming()
    await paid.worker.drain()
    [(openid, text)] = paid.fakes.chat.sent
    assert openid == "o-li"
    assert "¥200.00" in text
    assert ((await paid.notice("payment_receipt", "chat")).state, paid.texts()) == ("sent", [])


@pytest.mark.parametrize(
    ("bound", "pushes"),
    [
        pytest.param(True, 1, id="the window is closed"),
        pytest.param(False, 0, id="no chat account"),
    ],
)
async def test_what_the_chat_refuses_goes_by_text(paid: PostOffice, bound: bool, pushes: int) -> None:
    if bound:
        await paid.bind_li_ming()
        paid.fakes.chat.answers = [NEVER]
    await paid.worker.drain()
    assert (len(paid.fakes.chat.sent), paid.texts()) == (pushes, ["payment_receipt"])
    assert (await paid.notice("payment_receipt")).state == "sent"


async def test_nothing_goes_to_the_chat_of_somebody_who_left(paid: PostOffice) -> None:
    await paid.bind_li_ming()
    async with paid.database.begin("citizen") as work:
        await work.writing.exec_driver_sql("UPDATE chat_accounts SET following = false")
    await paid.worker.drain()
    assert (paid.fakes.chat.sent, paid.texts()) == ([], ["payment_receipt"])
