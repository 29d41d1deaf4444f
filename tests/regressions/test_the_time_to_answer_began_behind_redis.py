"""WeChat waits from the moment it has pushed; the clock began when Redis had been asked, so a Redis that hung came on top of the limit."""

import asyncio
from dataclasses import replace
from typing import Any

from bot.app import make_app
from bot.commands import ROUTER
from handlers.routing import Conversation, Reply, reading
from models.base.db import Database
from models.base.ephemeral import MemoryEphemeral
from tests.databases import on_sqlite
from tests.service import Fakes, assembled
from tests.webhook.platform import Served, WeChat

SECONDS_TO_ANSWER = 0.2
WORD = "慢慢看"

pytestmark = on_sqlite


class HangingEphemeral(MemoryEphemeral):
    """Uses up all the time there is for an answer."""

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        await asyncio.sleep(SECONDS_TO_ANSWER)
        return await super().add(key, value, ttl)


async def answered_in_half_of_it(talk: Conversation) -> Reply:
    del talk
    await asyncio.sleep(SECONDS_TO_ANSWER / 2)
    return Reply("好了")


async def test_time_that_redis_took_is_not_there_twice(database: Database, aiohttp_client: Any):
    fakes = Fakes(ephemeral=HangingEphemeral())
    router = replace(ROUTER, commands=(reading(WORD)(answered_in_half_of_it), *ROUTER.commands))
    shimin = assembled(database, fakes, router=router, seconds_to_answer=SECONDS_TO_ANSWER)
    app = await asyncio.to_thread(make_app, shimin)
    wechat = WeChat(await aiohttp_client(Served(app)))
    assert (await wechat.say(WORD)).text == "success"
    await app.cleanup()
    assert [text for _, text in fakes.chat.sent] == ["好了"]
