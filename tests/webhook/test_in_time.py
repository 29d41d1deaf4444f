"""Duplicates, order, slowness and accidents over HTTP: one effect, one answer, in time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.commands import ROUTER
from handlers.routing import Command, Conversation, Draft, Outside, Reply, Router, reading, writing
from models.base.db import Database
from models.base.ephemeral import MemoryEphemeral
from models.base.ports import Outcome, SendResult
from models.base.texts import CHINESE, texts
from models.identity import acts as identity
from models.identity import store
from models.post import desk
from tests.acts.queries import queued
from tests.helpers import town
from tests.service import Fakes, rows
from tests.webhook.conftest import Start
from tests.wechat import pushes


@dataclass
class Slow:
    """Commands that wait until they may go on, and keep what they were asked."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    text: str = "好了"
    choices: tuple[str, ...] = ()

    async def prepare(self, argument: str, draft: Draft | None, outside: Outside) -> None:
        del argument, draft, outside
        await self.go.wait()

    async def answer(self, talk: Conversation) -> Reply:
        self.asked.append(talk.argument)
        await self.go.wait()
        return Reply(self.text, self.choices)

    async def ticket(self, talk: Conversation) -> Reply:
        self.asked.append(talk.argument)
        return Reply(await desk.open_ticket(talk.work, "conversation", talk.argument))

    def router(self) -> Router:
        """The commands of the service, and these."""
        read = reading("慢慢看", argument=True)(self.answer)
        write = writing("慢慢写", argument=True, prepare=self.prepare)(self.ticket)
        return with_commands(read, write)


def with_commands(*commands: Command) -> Router:
    return replace(ROUTER, commands=(*commands, *ROUTER.commands))


@pytest.fixture
def slow() -> Slow:
    return Slow()


BOTH = pytest.mark.parametrize("word", ["慢慢看", "慢慢写"], ids=["reading", "writing"])


async def until(condition: Callable[[], object]) -> None:
    """A moment, at most two seconds."""
    async with asyncio.timeout(2):
        while not condition():
            await asyncio.sleep(0.005)


@BOTH
async def test_three_deliveries_of_one_message_are_one_act_and_one_answer(
    start: Start, slow: Slow, word: str
):
    wechat = await start(slow.router())
    message = wechat.text(f"{word} 1")
    deliveries = [asyncio.create_task(wechat.deliver(message)) for _ in range(3)]
    await asyncio.sleep(0.05)
    slow.go.set()
    answers = await asyncio.gather(*deliveries)
    assert slow.asked == ["1"]
    assert {answer.kind for answer in answers} == {"text"}
    assert len({answer.text for answer in answers}) == 1


async def test_a_late_duplicate_gets_the_stored_reply_though_all_memory_is_lost(
    start: Start, slow: Slow, fakes: Fakes
):
    slow.go.set()
    wechat = await start(slow.router())
    message = wechat.text("慢慢写 1")
    first = await wechat.deliver(message)
    assert isinstance(fakes.ephemeral, MemoryEphemeral)
    fakes.ephemeral._values.clear()
    assert await wechat.deliver(message) == first
    assert slow.asked == ["1"]


async def test_one_persons_messages_are_acted_upon_in_order(start: Start, slow: Slow):
    wechat = await start(slow.router())
    waiting = []
    for number in range(5):
        waiting.append(asyncio.create_task(wechat.say(f"慢慢写 {number}")))
        await asyncio.sleep(0.01)
    slow.go.set()
    await asyncio.gather(*waiting)
    assert slow.asked == ["0", "1", "2", "3", "4"]


async def test_who_waits_does_not_keep_others_waiting(start: Start, slow: Slow):
    wechat = await start(slow.router())
    waiting = asyncio.create_task(wechat.say("慢慢看 1"))
    async with asyncio.timeout(2):
        assert (await wechat.say("帮助", openid="o-another")).kind == "text"
    slow.go.set()
    await waiting


@BOTH
async def test_what_is_not_ready_in_time_is_pushed_afterwards_once(
    start: Start, slow: Slow, fakes: Fakes, word: str
):
    wechat = await start(slow.router(), seconds_to_answer=0.05)
    message = wechat.text(f"{word} 1")
    answers = await asyncio.gather(*(wechat.deliver(message) for _ in range(3)))
    assert {answer.text for answer in answers} == {"success"}
    assert fakes.chat.sent == []
    slow.go.set()
    await until(lambda: fakes.chat.sent)
    await asyncio.sleep(0.05)
    assert [openid for openid, _ in fakes.chat.sent] == [pushes.OPENID]
    assert slow.asked == ["1"]


async def test_what_a_late_reply_offers_can_be_tapped(start: Start, slow: Slow, fakes: Fakes):
    wechat = await start(slow.router(), seconds_to_answer=0.05)
    slow.choices = ("罚单", "记分")
    assert (await wechat.say("慢慢看")).text == "success"
    slow.go.set()
    await until(lambda: fakes.chat.sent)
    assert fakes.chat.choices == [("罚单", "记分")]


async def test_what_is_under_way_is_finished_before_the_service_ends(start: Start, slow: Slow, fakes: Fakes):
    wechat = await start(slow.router(), seconds_to_answer=0.02)
    assert (await wechat.say("慢慢写 1")).text == "success"
    slow.go.set()
    await wechat.client.close()
    assert len(fakes.chat.sent) == 1


async def test_a_message_is_acted_upon_though_wechat_hung_up(start: Start, slow: Slow, database: Database):
    wechat = await start(slow.router())
    delivery = asyncio.create_task(wechat.say("慢慢写 1"))
    await asyncio.sleep(0.05)
    delivery.cancel()
    await asyncio.sleep(0.05)
    slow.go.set()
    async with asyncio.timeout(2):
        while (await rows(database))["desk_tickets"] != 1:
            await asyncio.sleep(0.01)


async def test_a_long_reply_is_split_and_the_rest_is_pushed_once(start: Start, slow: Slow, fakes: Fakes):
    slow.go.set()
    slow.text = "\n".join(f"第{number}行，说得很长很长。" for number in range(200))
    wechat = await start(slow.router())
    message = wechat.text("慢慢看")
    answers = [await wechat.deliver(message) for _ in range(2)]
    await until(lambda: fakes.chat.sent)
    await asyncio.sleep(0.05)
    assert answers[0] == answers[1]
    assert len(answers[0].text.encode()) <= 2048
    (rest,) = (text for _, text in fakes.chat.sent)
    assert f"{answers[0].text}\n{rest}" == slow.text


async def test_an_accident_is_answered_changes_nothing_and_the_message_works_again(
    start: Start, database: Database, no_accident: list[BaseException]
):
    trouble = [RuntimeError("out of order")]

    async def breaks(talk: Conversation) -> Reply:
        await identity.choose_language(talk.work, talk.account.openid, "en")
        if trouble:
            raise trouble.pop()
        return Reply("好了")

    wechat = await start(with_commands(writing("坏了")(breaks)))
    before = await rows(database)
    message = wechat.text("坏了")
    assert (await wechat.deliver(message)).text == texts(CHINESE).say("error.accident")
    assert str(no_accident.pop()) == "out of order"
    assert await rows(database) == before
    assert (await wechat.deliver(message)).text == "好了"
    assert (await rows(database))["chat_accounts"] == before["chat_accounts"] + 1


async def test_what_the_chat_will_not_take_afterwards_is_told_by_text(
    start: Start, slow: Slow, fakes: Fakes, database: Database
):
    """Whoever is bound hears of it by the next means, once for all deliveries."""
    people = await town(database)
    async with database.begin("citizen") as work:
        await store.save_account(work, pushes.OPENID, person_id=people.li_ming)
    wechat = await start(slow.router(), seconds_to_answer=0.05)
    fakes.chat.answers = [SendResult(Outcome.REFUSED, reason="window_closed")]
    message = wechat.text("慢慢看 1")
    await asyncio.gather(*(wechat.deliver(message) for _ in range(2)))
    slow.go.set()
    await until(lambda: fakes.chat.sent)
    await asyncio.sleep(0.1)
    async with database.read() as work:
        assert await queued(work) == [("reply_waiting", "sms", f"person {people.li_ming}")]
