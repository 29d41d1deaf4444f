"""Photos that back an objection: those that are waited for are taken, each once, and a spoilt one may be sent again."""

from collections.abc import Callable

import pytest

from models.base.ports import GatewayDown
from tests.handlers import lives
from tests.handlers.chat import Chat, World
from tests.handlers.objections import REASON, the_open_one
from tests.helpers import WANG_PLATE
from tests.service import scheduler

JPEG = b"\xff\xd8\xff" + bytes(100)


@pytest.fixture
def photos(world: World) -> World:
    """Four pictures that can be fetched."""
    world.fakes.media.pictures |= {f"m{number}": JPEG + bytes([number]) for number in range(1, 5)}
    return world


async def test_step_by_step_with_photos(photos: World, li: Chat):
    number = await lives.recorded(photos)
    await li.say("申诉")
    assert li.heard("object.which.objection")
    await li.say("1")
    assert li.heard("object.why.objection")
    await li.say(REASON)
    assert li.heard("object.photos")
    await li.show("m1")
    assert li.heard("object.photo")
    assert "还可以发2张" in li.reply.text
    await li.show("m2")
    await li.say("完成")
    assert li.heard("object.finished")
    assert (await the_open_one(photos, number)).photos == 2
    assert len(photos.fakes.blobs.kept) == 2


async def test_step_by_step_in_english(photos: World, wang: Chat):
    number = await lives.recorded(photos, plate=WANG_PLATE)
    await wang.say(f"object {number}")
    assert wang.heard("object.why.objection")
    await wang.say("I gave way to an ambulance")
    assert wang.heard("object.filed")
    await wang.show("m1")
    assert wang.heard("object.photo")
    await wang.say("1")  # when done
    assert wang.heard("object.finished")
    await wang.say("object")
    assert wang.heard("object.state.open")
    assert (await the_open_one(photos, number)).reason == "I gave way to an ambulance"


async def test_the_third_photo_is_the_last(photos: World, li: Chat):
    number = await lives.recorded(photos)
    await li.say(f"申诉 {number} {REASON}")
    for media_id in ("m1", "m2", "m3"):
        await li.show(media_id)
    assert li.heard("object.finished")
    await li.show("m4")
    assert li.heard("unknown.kind")  # nobody waits for it any more
    assert (await the_open_one(photos, number)).photos == 3


async def test_a_picture_that_is_delivered_twice_is_taken_once(photos: World, li: Chat):
    number = await lives.recorded(photos)
    await li.say(f"申诉 {number} {REASON}")
    first = await li.show("m1")
    li.said -= 1
    assert await li.show("m1") == first
    assert (await the_open_one(photos, number)).photos == 1


async def test_a_picture_out_of_nowhere_is_no_text(photos: World, li: Chat):
    await li.show("m1")
    assert li.heard("unknown.kind")
    assert not photos.fakes.blobs.kept


@pytest.mark.parametrize(
    ("media_id", "spoil", "sentence"),
    [
        pytest.param("gone", lambda world: None, "object.photo_gone", id="older than three days"),
        pytest.param(
            "m1",
            lambda world: world.fakes.media.pictures.update(m1=bytes(11 * 1024 * 1024)),
            "object.photo_too_large",
            id="too large",
        ),
        pytest.param(
            "m1",
            lambda world: setattr(world.fakes.media, "trouble", GatewayDown("no answer")),
            "object.photo_later",
            id="WeChat does not answer",
        ),
    ],
)
async def test_a_photo_that_is_not_taken_can_be_sent_again(
    photos: World, li: Chat, media_id: str, spoil: Callable[[World], None], sentence: str
):
    number = await lives.recorded(photos)
    await li.say(f"申诉 {number} {REASON}")
    spoil(photos)
    await li.show(media_id)
    assert li.heard(sentence)
    photos.fakes.media.trouble = None
    await li.show("m2")
    assert li.heard("object.photo")
    assert (await the_open_one(photos, number)).photos == 1


async def test_a_photo_before_the_reason(photos: World, li: Chat):
    number = await lives.recorded(photos)
    await li.say(f"申诉 {number}")
    await li.show("m1")
    assert li.heard("object.reason_first")
    await li.say(REASON)
    assert li.heard("object.filed")


async def test_words_while_photos_are_waited_for(world: World, li: Chat):
    number = await lives.recorded(world)
    await li.say(f"申诉 {number} {REASON}")
    await li.say("还有一件事我忘了说")
    assert li.heard("object.photos_only")
    await li.say("完成")
    assert li.heard("object.finished")


async def test_orphans_are_removed_and_photos_kept(photos: World, li: Chat):
    number = await lives.recorded(photos)
    await li.say(f"申诉 {number} {REASON}")
    await li.show("m1")
    await photos.fakes.blobs.put("0" * 32, b"whose transaction failed")
    await scheduler(photos.database, photos.fakes).tick()
    assert len(photos.fakes.blobs.kept) == 1
    assert "0" * 32 not in photos.fakes.blobs.kept
