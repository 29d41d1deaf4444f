"""A citizen's picture, and each thing that may be wrong with it."""

import json

import aiohttp
import pytest

from bot.gateways.wechat_media import WeChatMedia
from models.base.ports import GatewayDown, GatewayRefused, Picture
from tests.gateways.conftest import Handler, Serve
from tests.gateways.test_wechat_media import PNG, Store
from tests.wechat.platform import client

JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
LIMIT = 1024


def file(content: bytes, content_type: str = "image/jpeg") -> Handler:
    headers = {"Content-Disposition": 'attachment; filename="m1.jpg"', "Content-Type": content_type}
    return Store(content, headers).handle


def says(answer: object) -> Handler:
    return Store(json.dumps(answer).encode(), {"Content-Type": "text/plain"}).handle


@pytest.mark.parametrize(
    ("content", "content_type"),
    [pytest.param(JPEG, "image/jpeg", id="jpeg"), pytest.param(PNG, "image/png", id="png")],
)
async def test_a_picture(
    session: aiohttp.ClientSession, serve: Serve, content: bytes, content_type: str
) -> None:
    """Its first bytes say what it is, not its header."""
    media = WeChatMedia(client(session, await serve(file(content, "application/octet-stream"))))
    assert await media.picture("m1", limit=LIMIT) == Picture(content, content_type)


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        pytest.param(file(JPEG + bytes(LIMIT)), "TOO_LARGE", id="too large"),
        pytest.param(file(b"<script>", "image/png"), "NO_PICTURE", id="something else that says it is one"),
        pytest.param(says({"video_url": "https://video.test/1"}), "NO_PICTURE", id="a video"),
        pytest.param(says({"errcode": 40007}), "GONE", id="older than three days"),
    ],
)
async def test_what_is_refused(
    session: aiohttp.ClientSession, serve: Serve, handler: Handler, code: str
) -> None:
    with pytest.raises(GatewayRefused) as refused:
        await WeChatMedia(client(session, await serve(handler))).picture("m1", limit=LIMIT)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "handler", [pytest.param(says({"errcode": -1}), id="busy"), pytest.param(says({}), id="no answer")]
)
async def test_what_may_be_tried_again(
    session: aiohttp.ClientSession, serve: Serve, handler: Handler
) -> None:
    with pytest.raises(GatewayDown):
        await WeChatMedia(client(session, await serve(handler))).picture("m1", limit=LIMIT)
