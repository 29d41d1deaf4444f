"""What is always there: help, language, a person, the question of a score, coming and going, consent, what nobody understood."""

import pytest

from models.base.texts import CHINESE, ENGLISH
from models.identity import acts as identity
from models.identity.tables import consents
from models.post.desk import tickets
from tests.acts.queries import count
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.service import rows


@pytest.mark.parametrize("word", ["帮助", "菜单", "help", "MENU"])
async def test_help_depends_on_who_asks(li: Chat, stranger: Chat, word: str):
    await stranger.say(word)
    assert stranger.heard("help.unbound")
    await li.say(word)
    assert li.heard("help.bound")


LANGUAGES = [
    pytest.param("语言", ENGLISH, id="the other one, from Chinese"),
    pytest.param("中文", CHINESE, id="Chinese, though it is Chinese already"),
    pytest.param("English", ENGLISH, id="English"),
    pytest.param("英文", ENGLISH, id="English in Chinese"),
    pytest.param("语言 英语", ENGLISH, id="by its name"),
    pytest.param("language chinese", CHINESE, id="by its English name"),
]


@pytest.mark.parametrize(("text", "language"), LANGUAGES)
async def test_the_language_of_everything_from_now_on(world: World, stranger: Chat, text: str, language: str):
    await stranger.say(text)
    stranger.language = language
    assert stranger.heard("language.now")
    await stranger.say("帮助")
    assert stranger.heard("help.unbound")
    async with world.database.read() as work:
        assert (await identity.account(work, stranger.openid)).language == language


async def test_english_again_stays_english(tourist: Chat):
    for text in ("English", "english", "language english"):
        await tourist.say(text)
        assert tourist.heard("language.now")


async def test_the_other_one_from_english(tourist: Chat):
    await tourist.say("language")
    tourist.language = CHINESE
    assert tourist.heard("language.now")


async def test_a_language_that_is_not_spoken_changes_nothing(tourist: Chat):
    await tourist.say("language français")
    assert tourist.heard("language.unknown")
    await tourist.say("help")
    assert tourist.heard("help.unbound")


async def test_a_person_with_one_ticket_while_it_is_open(world: World, li: Chat):
    first = await li.say("人工")
    assert li.heard("person.ticket")
    assert await li.say("人工 不是我") == first
    async with world.database.read() as work:
        assert await count(work, tickets, person_id=world.town.li_ming) == 1


async def test_who_is_not_bound_reaches_a_person_too(tourist: Chat):
    await tourist.say("person")
    assert tourist.heard("person.ticket")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("谢谢您在忙吗", id="small talk"),
        pytest.param("那天我在外地，车停在小区里没动过", id="what it is about"),
        pytest.param("1", id="a number that nobody offered"),
        pytest.param("😢", id="an emoji"),
    ],
)
async def test_after_that_what_is_no_command_goes_to_the_person(li: Chat, text: str):
    await li.say("人工")
    await li.say(text)
    assert (li.reply.handover, li.reply.text) == (True, "")


async def test_commands_go_on_working_and_what_resembles_one_is_still_offered(li: Chat):
    await li.say("人工")
    await li.say("罚单")
    assert li.heard("fines.none.open")
    await li.say("罚蛋")
    assert li.heard("unknown.maybe")
    assert not li.reply.handover


async def test_the_person_is_there_for_half_an_hour(world: World, li: Chat):
    await li.say("人工")
    world.pass_time(minutes=30, seconds=1)
    await li.say("谢谢您在忙吗")
    assert li.heard("unknown.text")


@pytest.mark.parametrize("text", ["信用分", "社会信用分", "my score", "Social credit score"])
async def test_there_is_no_score_whoever_asks(li: Chat, stranger: Chat, text: str):
    for chat in (li, stranger):
        await chat.say(text)
        assert chat.heard("score.none")
        assert chat.reply.choices == ("罚单", "记分", "限制")


async def test_follow_leave_and_follow_again(world: World, li: Chat, stranger: Chat):
    await stranger.do("subscribe")
    assert stranger.heard("welcome.new")
    await li.do("unsubscribe")
    assert li.reply.text == "", "nobody is there to read an answer"
    async with world.database.read() as work:
        assert not (await identity.account(work, "o-li")).following
    await li.do("subscribe")
    assert li.heard("welcome.back")
    async with world.database.read() as work:
        assert (await identity.account(work, "o-li")).following


async def test_a_picture_a_place_a_voice_without_words(tourist: Chat):
    await tourist.do("other")
    assert tourist.heard("unknown.kind")


CONSENT = [
    pytest.param("电子送达 同意", "consent.given", 1, id="yes"),
    pytest.param("e-service on", "consent.given", 1, id="yes, in English"),
    pytest.param("电子送达 不同意", "consent.revoked", 0, id="no"),
    pytest.param("E-Service OFF", "consent.revoked", 0, id="no, in English"),
    pytest.param("电子送达", "consent.is_off", 0, id="how it stands"),
    pytest.param("电子送达 也许", "consent.is_off", 0, id="neither yes nor no"),
]


@pytest.mark.parametrize(("text", "answer", "rows"), CONSENT)
async def test_consent(world: World, li: Chat, text: str, answer: str, rows: int):
    await li.say(text)
    assert li.heard(answer)
    async with world.database.read() as work:
        assert await count(work, consents) == rows


async def test_consent_is_kept_until_it_is_taken_back_and_both_are_on_record(world: World, li: Chat):
    await li.say("电子送达 同意")
    await li.say("电子送达 同意")
    await li.say("电子送达")
    assert li.heard("consent.is_on")
    await li.say("2")
    assert li.heard("consent.revoked")
    await li.say("电子送达")
    assert li.heard("consent.is_off")
    async with world.database.read() as work:
        given = (await work.all(consents.select()))[0]
        assert given.given_at is not None
        assert given.revoked_at is not None


async def test_who_is_not_bound_consents_to_nothing(stranger: Chat):
    await stranger.say("电子送达 同意")
    assert stranger.heard("bind.first")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("人工智能是什么", "unknown.maybe", id="artificial intelligence"),
        pytest.param("help me pay", "unknown.maybe", id="help me pay"),
        pytest.param("确认确认", "unknown.text", id="a confirmation is never offered"),
        pytest.param("今天天气不错", "unknown.text", id="the weather"),
        pytest.param("", "unknown.text", id="nothing"),
        pytest.param("x" * 5000, "unknown.text", id="very much of nothing"),
    ],
)
async def test_nothing_is_done_on_a_guess(world: World, li: Chat, text: str, answer: str):
    await lives.decided(world)
    before = await rows(world.database)
    await li.say(text)
    assert li.heard(answer)
    assert await rows(world.database) == before


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("罚蛋", "fines.none.open", id="罚蛋: 罚单"),
        pytest.param("fnies", "fines.none.open", id="fnies: fines"),
        pytest.param("我想查罚单", "fines.none.open", id="我想查罚单: 罚单"),
    ],
)
async def test_the_closest_command_is_one_number_away(li: Chat, text: str, answer: str):
    await li.say(text)
    assert li.heard("unknown.maybe")
    assert "罚单" in li.reply.choices
    await li.say(str(li.reply.choices.index("罚单") + 1))
    assert li.heard(answer)
