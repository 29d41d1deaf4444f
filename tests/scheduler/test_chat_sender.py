"""A notice for the chat: what the gateway is given, and what follows where neither a text nor a template is let in."""

from datetime import date

import pytest

from models.base.money import Fen
from models.base.ports import Outcome, SendResult
from models.violations import acts
from tests.helpers import decided_case
from tests.pages.lives import pay
from tests.pages.world import World
from tests.scheduler.post_office import PostOffice

RECEIPT = "payment_receipt"


async def paid_case(office: PostOffice) -> tuple[str, str]:
    """A decided case, paid: its number and the link to its page."""
    async with office.database.begin("citizen") as work:
        number = await decided_case(work, office.people.li_ming)
        link = acts.link(work, number)
    fakes = office.fakes
    await pay(
        World(office.database, fakes.payments, fakes.login, office.civic, office.wall, office.people), number
    )
    return number, link


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_gateway_gets_the_sentence_and_what_a_template_needs(
    office: PostOffice, language: str
) -> None:
    number, link = await paid_case(office)
    await office.bind_li_ming(language=language)
    await office.worker.drain()
    [told] = office.fakes.chat.told
    assert (told.kind, told.locale, told.key) == (
        RECEIPT,
        language,
        (await office.notice(RECEIPT, "chat")).key,
    )
    assert {name: told.params[name] for name in ("number", "amount", "day", "link")} == {
        "number": number,
        "amount": Fen(20000),
        "day": date(2026, 3, 2),
        "link": link,
    }
    [(_, text)] = office.fakes.chat.sent
    assert number in text


@pytest.mark.parametrize(
    ("answer", "texts", "state"),
    [
        pytest.param(SendResult(Outcome.SENT, "3141592653589793238"), [], "sent", id="by template"),
        pytest.param(
            SendResult(Outcome.REFUSED, reason="window_closed"), [RECEIPT], "sent", id="no template"
        ),
        pytest.param(SendResult(Outcome.REFUSED, reason="43101"), [RECEIPT], "sent", id="not agreed to"),
        pytest.param(
            SendResult(Outcome.REFUSED, reason="template_field"), [RECEIPT], "sent", id="not filled"
        ),
        pytest.param(SendResult(Outcome.LATER, reason="45009"), [], "pending", id="quota of the day"),
    ],
)
async def test_what_follows_from_the_gateways_answer(
    office: PostOffice, answer: SendResult, texts: list[str], state: str
) -> None:
    await paid_case(office)
    await office.bind_li_ming()
    office.fakes.chat.answers = [answer]
    await office.worker.drain()
    [row] = [row for row in await office.notices() if row.kind == RECEIPT]
    assert (row.state, office.texts()) == (state, texts)


async def test_a_template_message_is_known_by_its_number(office: PostOffice) -> None:
    await paid_case(office)
    await office.bind_li_ming()
    office.fakes.chat.answers = [SendResult(Outcome.SENT, "3141592653589793238")]
    await office.worker.drain()
    assert (await office.notice(RECEIPT, "chat")).provider_id == "3141592653589793238"


async def test_what_the_law_has_sent_by_text_asks_no_chat(office: PostOffice) -> None:
    await office.bind_li_ming()
    await office.record_case()
    await office.worker.drain()
    assert (office.texts(), office.fakes.chat.told) == (["violation_recorded"], [])
