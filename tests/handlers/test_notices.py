"""Every notice there is, out of a whole life: each is written out in full, in the reader's language, by text and into the chat."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.duties import KINDS
from bot.inbox import Said
from models.base.db import City
from models.base.tariff import load_tariff
from models.base.texts import CHINESE, ENGLISH
from models.flows import nomination, settlement
from models.identity import acts as identity
from models.post.notices import Channel
from models.violations import nominations, payments, store
from models.violations.rules import State
from tests.databases import on_sqlite
from tests.handlers import classes, driving, lives, matters, objections, officers, plans
from tests.handlers.chat import World, sentence
from tests.handlers.test_binding import code
from tests.handlers.test_sentences import kinds_by
from tests.helpers import (
    APP_ID,
    HORN,
    LI_MING,
    LI_PLATE,
    MERCHANT_ID,
    OVERLOAD,
    PARKING,
    SPEEDING,
    WANG_PLATE,
    paid_trade,
)
from tests.service import scheduler

HAN = re.compile(r"[\u4e00-\u9fff]{3}")
ELSE_BY_SMS = {kind.name for kind in KINDS.by_name.values() if kind.chat_else_sms}
LONGEST = 500  # characters a carrier takes as one text


async def live(world: World, *, days: int) -> None:
    """So many mornings: the jobs run, and what is due goes out."""
    jobs = scheduler(world.database, world.fakes)
    for _ in range(days):
        world.pass_time(days=1)
        await jobs.tick()
        await lives.deliver(world)


async def order(world: World, number: str, openid: str) -> payments.Order:
    """An order of today's amount."""
    async with world.database.begin("page:pay") as work:
        case = await store.case(work, number)
        assert case is not None
        return await payments.prepare_order(work, case, openid)


async def pay(world: World, *orders: payments.Order) -> None:
    """All of them now, whatever they are worth by now."""
    for paid in orders:
        async with world.database.begin("system:wechat-pay") as work:
            trade = paid_trade(paid, world.wall.now())
            await settlement.settle(work, trade, app_id=APP_ID, merchant_id=MERCHANT_ID)
    await lives.deliver(world)


async def bind_twice(world: World) -> None:
    """A stranger with Li Ming's papers and phone, then Li Ming again."""
    claim = LI_MING.claim
    for openid in ("o-new", "o-li"):
        chat = world.chat(openid)
        await chat.say(f"绑定 {claim.name} {claim.resident_id} {claim.phone}")
        await chat.say(await code(world))
        world.pass_time(minutes=2)
    await lives.deliver(world)


async def whole_life(world: World) -> None:
    """One case forgotten, one that takes an officer, one by letter, one served, forgotten, locked, paid too late, then paid twice."""
    await classes.term(world)
    await lives.recorded(world, "R1")
    await lives.recorded(world, "R2", code=OVERLOAD)
    await lives.decided(world, "R3")
    number = await lives.served(world, "R4")
    await live(world, days=32)
    await world.inbox.tell_otherwise(Said("o-li", "o-li/text/1"))  # a late reply the chat would not take
    late = await order(world, number, "o-li")
    await live(world, days=1)
    await pay(world, late)
    await pay(world, await order(world, number, "o-li"), await order(world, number, payments.BY_CODE))
    await money_goes_back(world)
    await named_each_other(world)
    await officers.month(world)
    await objections.object_to_much(world)
    await plans.difficult_year(world)
    await matters.courts(world)
    await driving.years(world)


async def money_goes_back(world: World) -> None:
    """Paid after it was voided; and paid with more than was open."""
    number = await lives.served(world, "G1", code=PARKING)
    late = await order(world, number, "o-li")
    await act(world, store.move, number, State.VOIDED)
    await pay(world, late)
    number = await lives.served(world, "G2", code=PARKING)
    paid = await order(world, number, "o-li")
    await pay(world, paid)
    transaction = paid_trade(paid).transaction_id
    more = partial(settlement.give_back, closed_by_it=True)
    await act(world, more, transaction, paid.number, number, 100)
    await lives.deliver(world)


async def named_each_other(world: World) -> None:
    """Li Ming and Wang Fang name each other for case after case, and each is answered, taken back, verified, or forgotten."""
    li, wang = world.town.li_ming, world.town.wang_fang
    for owner, driver, name, plate in ((li, wang, "王芳", LI_PLATE), (wang, li, "李明", WANG_PLATE)):
        for place, end in enumerate(("agree", "decline", "withdraw", "verify", "reject", "forget")):
            code = HORN if end in ("verify", "reject") else SPEEDING
            number = await lives.recorded(world, f"{plate.number[1:]}-{place}", plate=plate, code=code)
            asked = (await act(world, nomination.nominate, owner, number, name)).nomination
            await lives.deliver(world)
            if end in ("agree", "verify", "reject"):
                await act(world, nomination.consent, driver, asked.code)
            if end in ("verify", "reject"):
                await act(world, nomination.verify, asked.id, "officer:1", end == "verify", "看过录像")
            if end == "decline":
                await act(world, nominations.decline, driver, asked.code)
            if end == "withdraw":
                await act(world, nominations.withdraw, owner, number)
            await lives.deliver(world)
    await live(world, days=8)


async def act(world: World, what: Any, *args: Any) -> Any:
    """In a unit of work of its own."""
    async with world.database.begin("citizen") as work:
        return await what(work, *args)


async def speak(world: World, language: str, *, following: bool) -> None:
    """What Li Ming reads, and whether in the chat."""
    async with world.database.begin("system:test") as work:
        await identity.choose_language(work, "o-li", language)
        await (identity.follow if following else identity.unfollow)(work, "o-li")


NAMES = "兴中道|粤T|示范市人民法院|示范市商业银行|示范小学"  # road, province, court, bank, school


@on_sqlite  # a life is long, and what is written knows no database: the next test goes through it on both
@pytest.mark.parametrize(
    ("language", "following"),
    [(ENGLISH, True), (CHINESE, False), (ENGLISH, False)],
    ids=["English, following", "Chinese, left", "English, left"],
)
async def test_each_notice_is_written_out_in_full(world: World, language: str, following: bool):
    if following:
        await bind_twice(world)
    await speak(world, language, following=following)
    before = len(world.fakes.sms.sent)
    await whole_life(world)
    written_out(world, language, before)
    assert ("o-li" in {openid for openid, _ in world.fakes.chat.sent}) is following


def written_out(world: World, language: str, before: int) -> None:
    """No gap is left in what was said, it is short enough, and from then on it is in this language."""
    texts = [sms.text for sms in world.fakes.sms.sent]
    pushed = [text for _, text in world.fakes.chat.sent]
    for text in (*texts, *pushed):
        assert not re.search(r"[{}]", text), text
        assert len(text) <= LONGEST
    if language == ENGLISH:
        own = [re.sub(NAMES, "", text) for text in (*texts[before:], *pushed)]
        assert not [text for text in own if HAN.search(text)]


async def test_all_kinds_go_out_in_that_life(world: World):
    await bind_twice(world)
    await whole_life(world)
    written_out(world, CHINESE, 0)
    pushed = {
        kind for kind in kinds_by(Channel.CHAT) for _, text in world.fakes.chat.sent if says(kind, text)
    }
    assert pushed == kinds_by(Channel.CHAT)
    sent = {sms.template for sms in world.fakes.sms.sent}
    assert kinds_by(Channel.SMS) - sent == {"overdue", *ELSE_BY_SMS}  # inert measures; refused by the chat


def says(kind: str, text: str) -> bool:
    """Is this the chat's sentence of this kind?"""
    return bool(sentence(f"chat.{kind}", CHINESE).search(text))


@pytest.fixture
def city(city: City, request: pytest.FixtureRequest) -> City:
    """The town; for tests named after it, with the tariff as shipped, whose lock is inert."""
    return replace(city, tariff=load_tariff()) if "inert" in request.node.name else city


@on_sqlite
async def test_where_the_lock_is_inert_the_plain_notice_goes_out(world: World):
    await speak(world, CHINESE, following=False)
    await whole_life(world)
    texts = {sms.template: sms.text for sms in world.fakes.sms.sent}
    assert {"overdue", *ELSE_BY_SMS} <= texts.keys()
    assert "overdue_warning" not in texts
    assert all("{" not in text for text in texts.values())
