"""照片 / photos: what the camera saw, for the owner's eyes, for an hour; for an officer of the authority; and gone after its term."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select, update

from bot.app import make_app
from models.base.audit import events
from models.base.db import Database
from models.identity import staff
from models.violations import acts as violations
from models.violations import evidence
from models.violations.tables import cases
from tests.conftest import FixedClock
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.objections import REASON
from tests.helpers import AUTHORITY, WANG_PLATE, report
from tests.service import assembled, scheduler

JPEG = b"\xff\xd8\xff" + bytes(100)
KEY = "a" * 32


async def recorded(world: World, record_no: str = "R1") -> str:
    """A record with a picture that was handed in."""
    await world.fakes.blobs.put(KEY, JPEG)
    async with world.database.begin("api:K1") as work:
        await evidence.hand_in(work, KEY, "image/jpeg", len(JPEG))
        return (await violations.record(work, report(record_no, pictures=(KEY,)))).number


@pytest.fixture
def app(world: World) -> web.Application:
    """Made before the loop runs: templates are read from files."""
    return make_app(assembled(world.database, world.fakes))


@pytest.fixture
async def http(aiohttp_client: Any, app: web.Application) -> Any:
    return await aiohttp_client(app)


def path_in(text: str) -> str:
    """The link in an answer, without its host."""
    return text.partition("https://shimin.test")[2].split()[0]


async def test_the_owner_gets_a_card_that_opens_them(world: World, li: Chat, http: Any):
    number = await recorded(world)
    assert f"照片 {number}" in (await li.say(number), *li.reply.choices)
    answer = await li.say(f"照片 {number}")
    assert li.heard("photos.link")
    card = li.reply.card
    assert card is not None
    assert (card.url in answer, number in card.title) == (True, True)
    page = await (await http.get(path_in(card.url))).text()
    picture = path_in(card.picture)
    assert picture.partition("?")[0] in page
    shown = await http.get(picture)
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/jpeg", JPEG)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


async def test_in_english(world: World, wang: Chat):
    number = await lives.recorded(world, plate=WANG_PLATE)
    await wang.say(f"photos {number}")
    assert wang.heard("photos.none")


async def test_what_is_on_record_is_seen_again_when_the_message_is_delivered_again(world: World, li: Chat):
    number = await recorded(world)
    await li.say(f"照片 {number}")
    first = li.reply
    await li.say_again(f"照片 {number}")
    assert li.reply == first


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.partition("?")[0], id="the link of the text message"),
        pytest.param(lambda path: path[:-1] + ("0" if path[-1] != "0" else "1"), id="another signature"),
        pytest.param(lambda path: path.replace("photos=", "photos=f"), id="another hour"),
        pytest.param(lambda path: path.replace("/photo/1", "/photo/2"), id="another picture"),
        pytest.param(lambda path: path.replace("photos=", "photos=%00"), id="no leave at all"),
    ],
)
async def test_without_leave_there_is_no_picture(
    world: World, li: Chat, http: Any, spoil: Callable[[str], str]
):
    number = await recorded(world)
    await li.say(f"照片 {number}")
    assert li.reply.card
    answer = await http.get(spoil(path_in(li.reply.card.picture)))
    assert (answer.status, answer.content_type) == (404, "text/html")


async def test_leave_holds_for_an_hour_and_for_one_case(world: World, li: Chat, http: Any):
    number = await recorded(world)
    other = await lives.recorded(world, "R2")
    await li.say(f"照片 {number}")
    assert li.reply.card
    page, picture = path_in(li.reply.card.url), path_in(li.reply.card.picture)
    links = world.database.city.links
    assert (await http.get(picture.replace(links.token(number), links.token(other)))).status == 404
    world.wall.move(seconds=evidence.GRANT_SECONDS - 1)
    assert (await http.get(picture)).status == 200
    world.wall.move(seconds=1)
    assert (await http.get(picture)).status == 404
    text = await (await http.get(page)).text()
    assert ('<img src="/c/' in text, f"照片 {number}" in text) == (False, True)


async def test_pictures_are_as_private_as_the_case(world: World, wang: Chat):
    number = await recorded(world)
    await wang.say(f"照片 {number}")
    assert wang.heard("case.unknown")


async def seen_by(world: World, http: Any, number: str, authority: str) -> Any:
    async with world.database.begin("operator") as work:
        key = (await staff.add(work, "赵警官", authority, ["officer"]))[1]
    headers = {"Authorization": f"Bearer {key}"}
    return await http.get(f"/api/v1/officer/cases/{number}/photos/{KEY}", headers=headers)


@pytest.mark.parametrize(
    ("authority", "status", "looks"),
    [
        pytest.param(AUTHORITY, 200, 1, id="an officer of the authority, on record"),
        pytest.param("110000", 422, 0, id="another authority's"),
    ],
)
async def test_officers_see_those_of_their_authority(
    world: World, http: Any, authority: str, status: int, looks: int
):
    number = await recorded(world)
    answer = await seen_by(world, http, number, authority)
    assert answer.status == status
    if status == 200:
        assert (answer.content_type, await answer.read()) == ("image/jpeg", JPEG)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(await happened(world.database, "photo.seen")) == looks


async def happened(database: Database, action: str) -> list[str]:
    """The subjects of these events."""
    async with database.read() as work:
        return [
            row.subject for row in await work.all(select(events.c.subject).where(events.c.action == action))
        ]


async def close(world: World, number: str) -> None:
    async with world.database.begin("officer:1") as work:
        await work.run(update(cases).where(cases.c.number == number).values(closed_on=work.today))


Closing = Callable[[World, str], Awaitable[None]]


async def still_open(world: World, number: str) -> None:
    """Nothing closed it."""
    del world, number


async def objected(world: World, number: str) -> None:
    """Closed, and objected to."""
    await world.chat("o-li").say(f"申诉 {number} {REASON}")
    await close(world, number)


@pytest.mark.parametrize(
    ("closing", "days", "left"),
    [
        pytest.param(close, 180, 1, id="on the last day of the term"),
        pytest.param(close, 181, 0, id="after it"),
        pytest.param(still_open, 999, 1, id="the case is open"),
        pytest.param(objected, 999, 1, id="an objection is open"),
    ],
)
async def test_pictures_go_after_their_term(
    world: World, li: Chat, http: Any, closing: Closing, days: int, left: int
):
    number = await recorded(world)
    await closing(world, number)
    world.pass_time(days=days)
    await scheduler(world.database, world.fakes).tick()
    assert len(world.fakes.blobs.kept) == left
    assert await happened(world.database, "photos.removed") == ([] if left else [f"case {number}"])
    if not left:
        await li.say(f"照片 {number}")
        assert li.heard("photos.none")
        assert (await seen_by(world, http, number, AUTHORITY)).status == 422


async def test_what_no_record_names_is_removed_after_an_hour(world: World, civic: FixedClock):
    async with world.database.begin("api:K1") as work:
        await evidence.hand_in(work, KEY, "image/jpeg", len(JPEG))
    await world.fakes.blobs.put(KEY, JPEG)
    await scheduler(world.database, world.fakes).tick()
    assert world.fakes.blobs.kept
    world.pass_time(minutes=61)
    await scheduler(world.database, world.fakes).tick()
    assert not world.fakes.blobs.kept
    assert civic.now().date() == date(2026, 3, 2)
