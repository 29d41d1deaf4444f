"""Two of a name had the same last four, one in the ID and one in the phone: whoever gave these was asked for the last four, for ever."""

from datetime import date

from models.base.texts import ENGLISH
from models.flows import registration
from models.identity.acts import PersonEntry
from models.identity.rules import Claim
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.helpers import C1, WANG_PLATE, resident_id

NAME, BORN = "赵磊", date(1980, 1, 1)
ONE = PersonEntry(Claim(NAME, resident_id("18700101"), "13900001111"), BORN)
SHARED = ONE.claim.resident_id[-4:]
OTHER = PersonEntry(Claim(NAME, resident_id("18700202", "777"), f"1390000{SHARED}"), BORN)


async def test_another_number_tells_them_apart(world: World, li: Chat, wang: Chat):
    assert SHARED.isdigit()
    async with world.database.begin("import:people") as work:
        for entry in (ONE, OTHER):
            await registration.enter_person(work, entry, C1)
    mine, hers = await lives.recorded(world), await lives.recorded(world, "R2", plate=WANG_PLATE)
    wang.language = ENGLISH
    for chat, text in ((li, f"转给 {mine} {NAME} {SHARED}"), (wang, f"nominate {hers} {NAME} {SHARED}")):
        await chat.say(text)
        assert chat.heard("nominate.shared_ending")
    await li.say(f"转给 {mine} {NAME} {ONE.claim.phone[-4:]}")
    assert li.heard("nominate.asked")
    await wang.say(f"nominate {hers} {NAME} {OTHER.claim.resident_id[-4:]}")
    assert wang.heard("nominate.asked")
