"""谁查过我 / who asked: the citizen sees who asked whether they may travel."""

from datetime import date

import pytest

from models.identity import keys
from models.restrictions.questions import Purpose, Question
from tests.handlers.chat import Chat, World
from tests.helpers import LI_MING, ask


@pytest.fixture
async def asked(world: World) -> None:
    """Two systems asked about Li Ming, one of them in vain."""
    async with world.database.begin("operator") as work:
        rail = (await keys.create(work, "铁路售票", ["clearance:ask"])).split("_")[1]
        number, day = LI_MING.claim.resident_id, date(2026, 3, 12)
        await ask(work, rail, Question(number, "rail", "hard_seat", day, Purpose.BOARDING))


async def test_nobody_asked(li: Chat):
    await li.say("谁查过我")
    assert li.heard("question.none")


async def test_who_asked(li: Chat, asked: None):
    reply = await li.say("谁查过我")
    assert li.heard("question.some")
    assert li.heard("question.line")
    assert "铁路售票" in reply
    assert LI_MING.claim.resident_id not in reply


async def test_in_english(li: Chat, asked: None):
    await li.say("English")
    english = Chat(li.inbox, li.openid, "en", said=li.said)
    reply = await english.say("who asked")
    assert english.heard("question.line")
    assert "trains" in reply
