"""During an upgrade the old version met the chat's record of the new one, did not know a part of it, and called every message an
accident."""

import pytest

from bot.memory import Memory
from handlers.routing import Reply
from models.base.db import City
from models.base.ephemeral import MemoryEphemeral
from tests.conftest import FixedClock


class Elsewhere(MemoryEphemeral):
    """Another process's, so that what is kept is sealed."""

    local = False


@pytest.mark.parametrize("ephemeral", [MemoryEphemeral(), Elsewhere()], ids=["in this process", "sealed"])
async def test_what_only_a_newer_version_knows_is_passed_over(
    ephemeral: MemoryEphemeral, city: City, wall: FixedClock
):
    memory = Memory(ephemeral, city.vault, wall)
    known = await memory.recall("o-li", "m-1")
    await memory.keep("o-li", "m-1", Reply("two cases", ("case 1", "case 2")), known, command="fines")
    newer = memory._open(await ephemeral.get("talk:o-li")) | {"mood": "hurried"}
    await ephemeral.put("talk:o-li", memory._seal(newer), 60)

    known = await memory.recall("o-li", "m-2")
    assert known.chat.choices == ("case 1", "case 2")
    duplicate = (await memory.recall("o-li", "m-1")).reply
    assert duplicate
    assert duplicate.text == "two cases"
