"""Media up and down: multipart, size limits before and while reading, addresses instead of bytes, errors instead of files."""

import json

import aiohttp
import pytest
from aiohttp import web

from bot.wechat.client import ApiError, NoAnswer
from bot.wechat.http import File, TooLarge
from bot.wechat.media import LIMITS, VideoAt, download, upload
from tests.gateways.conftest import Handler, Serve
from tests.wechat.platform import Platform, client

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


class Store:
    """The media part of the platform: it keeps what was uploaded, and gives what it is told to."""

    def __init__(
        self, body: bytes = b"", headers: dict[str, str] | None = None, name: str = "media_id"
    ) -> None:
        self.platform = Platform(answer={"type": "image", name: "m1", "created_at": 1})
        self.body, self.headers = body, headers or {}
        self.parts: list[tuple[str, str, str, bytes]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/cgi-bin/media/upload":
            for field, file in (await request.post()).items():
                assert isinstance(file, web.FileField)
                self.parts.append((field, file.filename, file.content_type, file.file.read()))
        if request.path == "/cgi-bin/media/get":
            assert request.query["media_id"] == "m1"
            return web.Response(body=self.body, headers=self.headers)
        return await self.platform.handle(request)


async def test_a_picture_goes_up_and_its_id_comes_back(session: aiohttp.ClientSession, serve: Serve) -> None:
    store = Store()

    wechat = client(session, await serve(store.handle))
    assert await upload(wechat, "image", PNG, "image/png") == "m1"
    [(call, query, _)] = store.platform.calls
    assert (call, query["type"]) == ("POST /cgi-bin/media/upload", "image")
    assert store.parts == [("media", "media.png", "image/png", PNG)]


async def test_after_a_refused_token_the_file_goes_up_again(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    far = Platform(answer={"media_id": "m1"})
    wechat = client(session, await serve(far.handle))
    await upload(wechat, "image", PNG, "image/png")
    far.expire()
    assert await upload(wechat, "image", PNG, "image/png") == "m1"
    assert [PNG in body for _, _, body in far.calls] == [True, True, True]


async def test_a_thumb_has_an_id_of_another_name(session: aiohttp.ClientSession, serve: Serve) -> None:
    far = Platform(answer={"type": "thumb", "thumb_media_id": "t1"})
    assert await upload(client(session, await serve(far.handle)), "thumb", b"x", "image/jpeg") == "t1"


async def test_an_answer_without_an_id(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(NoAnswer, match="no media id"):
        await upload(client(session, await serve(Platform(answer={}).handle)), "image", b"x", "image/jpeg")


@pytest.mark.parametrize(
    ("kind", "content", "content_type", "says"),
    [
        pytest.param("image", b"x", "image/webp", "image/jpeg, image/png, image/gif", id="another type"),
        pytest.param("image", b"", "image/png", "1 to 10485760 bytes", id="nothing"),
        pytest.param("thumb", bytes(LIMITS["thumb"] + 1), "image/jpeg", "1 to 65536 bytes", id="too large"),
    ],
)
async def test_what_would_be_refused_costs_no_call(
    session: aiohttp.ClientSession, nowhere: str, kind, content: bytes, content_type: str, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        await upload(client(session, nowhere), kind, content, content_type)


DISPOSITION = {"Content-Disposition": 'attachment; filename="../../m1.png"', "Content-Type": "image/png"}


async def test_a_file_comes_down_and_its_name_leads_nowhere(
    session: aiohttp.ClientSession, serve: Serve
) -> None:
    wechat = client(session, await serve(Store(PNG, DISPOSITION).handle))
    assert await download(wechat, "m1") == File("m1.png", "image/png", PNG)


async def test_a_file_of_just_the_limit(session: aiohttp.ClientSession, serve: Serve) -> None:
    wechat = client(session, await serve(Store(PNG, DISPOSITION).handle))
    assert isinstance(await download(wechat, "m1", limit=len(PNG)), File)
    with pytest.raises(TooLarge):
        await download(wechat, "m1", limit=len(PNG) - 1)


async def test_an_endless_file_is_not_read_to_its_end(session: aiohttp.ClientSession, serve: Serve) -> None:
    platform, sent = Platform(), 0

    async def pour(request: web.Request) -> web.StreamResponse:
        if request.path != "/cgi-bin/media/get":
            return await platform.handle(request)
        nonlocal sent
        response = web.StreamResponse(headers=DISPOSITION)
        await response.prepare(request)
        while sent < 10_000:
            await response.write(bytes(64 * 1024))
            sent += 1
        return response

    with pytest.raises(TooLarge):
        await download(client(session, await serve(pour)), "m1", limit=1024 * 1024)
    assert sent < 10_000


def says(answer: object) -> Handler:
    return Store(json.dumps(answer).encode(), {"Content-Type": "text/plain"}).handle


async def test_a_video_is_an_address(session: aiohttp.ClientSession, serve: Serve) -> None:
    wechat = client(session, await serve(says({"video_url": "https://video.test/1"})))
    assert await download(wechat, "m1") == VideoAt("https://video.test/1")


async def test_a_media_id_of_last_week(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(ApiError, match="40007"):
        await download(client(session, await serve(says({"errcode": 40007}))), "m1")


async def test_neither_file_nor_address(session: aiohttp.ClientSession, serve: Serve) -> None:
    with pytest.raises(NoAnswer, match="neither"):
        await download(client(session, await serve(says({}))), "m1")
