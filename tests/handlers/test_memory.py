"""What a chat keeps for duplicates: its last few replies, for as long as a push could come again."""

from bot.memory import Memory
from handlers.routing import Reply
from models.base.db import City
from models.base.ephemeral import MemoryEphemeral
from tests.conftest import FixedClock


async def test_the_last_replies_of_a_chat_are_kept_for_duplicates_and_no_more(city: City, wall: FixedClock):
    memory = Memory(MemoryEphemeral(), city.vault, wall)
    for number in range(6):
        known = await memory.recall("o-li", f"m-{number}")
        await memory.keep("o-li", f"m-{number}", Reply(f"answer {number}"), known, command="fines")
    kept = [(await memory.recall("o-li", f"m-{number}")).reply for number in range(6)]
    assert [reply and reply.text for reply in kept] == [None, None, *(f"answer {n}" for n in range(2, 6))]
    wall.move(seconds=331)
    assert (await memory.recall("o-li", "m-5")).reply is None
