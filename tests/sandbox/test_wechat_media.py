"""Media: what is taken, how large, for how long; and the pictures and voices that citizens send."""

import base64
import io
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient
from wechatpy.replies import ImageReply
from yarl import URL

from sandbox import wall
from sandbox.state import Media
from tests.sandbox.account import call, follow, state_of, token, wechatpys
from tests.sandbox.conftest import LI_MING, said, shown
from tests.sandbox.service import Service

JPEG, PNG, AMR, MP4 = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"#!AMR\n", b"\x00\x00\x00\x18ftypmp42"
MB = 1024 * 1024


async def upload(client: TestClient, kind: str, content: bytes, name: str = "media") -> Any:
    form = FormData({name: io.BytesIO(content)})
    url = URL("/cgi-bin/media/upload").with_query(access_token=await token(client), type=kind)
    async with client.post(url, data=form) as response:
        assert response.status == 200
        return await response.json()


@pytest.mark.parametrize(
    ("kind", "content", "ending"),
    [
        pytest.param("image", PNG + b"x" * 70000, ".png", id="picture"),
        pytest.param("voice", AMR, ".amr", id="voice"),
    ],
)
async def test_there_and_back(sandbox: TestClient, kind: str, content: bytes, ending: str):
    made = await wechatpys(sandbox, lambda wechat: wechat.media.upload(kind, io.BytesIO(content)))
    assert (made["type"], set(made)) == (kind, {"type", "media_id", "created_at"})
    got = await wechatpys(sandbox, lambda wechat: wechat.media.download(made["media_id"]))
    assert got.content == content
    assert got.headers["Content-disposition"] == f'attachment; filename="{made["media_id"]}{ending}"'


async def test_of_a_film_one_is_told_where_it_is(sandbox: TestClient):
    made = await upload(sandbox, "video", MP4)
    where = URL((await call(sandbox, "media/get", media_id=made["media_id"]))["video_url"])
    async with sandbox.get(where.path) as response:
        assert (await response.read(), response.content_type) == (MP4, "video/mp4")


@pytest.mark.parametrize(
    ("kind", "content", "errcode"),
    [
        pytest.param("image", JPEG.ljust(10 * MB, b"x"), None, id="picture-of-10-mb"),
        pytest.param("image", JPEG.ljust(10 * MB + 1, b"x"), 40009, id="larger-picture"),
        pytest.param("voice", AMR.ljust(2 * MB + 1, b"x"), 40010, id="larger-voice"),
        pytest.param("video", MP4.ljust(10 * MB + 1, b"x"), 40011, id="larger-film"),
        pytest.param("thumb", JPEG.ljust(64 * 1024, b"x"), None, id="thumb-of-64-kb"),
        pytest.param("thumb", JPEG.ljust(64 * 1024 + 1, b"x"), 40012, id="larger-thumb"),
        pytest.param("image", b"<svg/>", 40005, id="no-picture"),
        pytest.param("thumb", PNG, 40005, id="thumbs-are-jpeg"),
        pytest.param("file", PNG, 40004, id="kind"),
    ],
)
async def test_limits(sandbox: TestClient, kind: str, content: bytes, errcode: int | None):
    assert (await upload(sandbox, kind, content)).get("errcode") == errcode


async def test_nothing_uploaded(sandbox: TestClient):
    assert (await upload(sandbox, "image", PNG, name="picture"))["errcode"] == 41005
    assert (await call(sandbox, "media/upload", {}, type="image"))["errcode"] == 41005


async def test_after_three_days_it_is_gone(sandbox: TestClient):
    media_id = (await upload(sandbox, "image", PNG))["media_id"]
    state_of(sandbox).media.put(Media(media_id, "image", "image/png", wall.seconds() - 3 * 86400))
    assert (await call(sandbox, "media/get", media_id=media_id))["errcode"] == 40007
    async with sandbox.get(f"/media/{media_id}") as response:
        assert response.status == 404


async def test_pictures_of_the_account(sandbox: TestClient, service: Service):
    media_id = (await upload(sandbox, "image", PNG))["media_id"]
    service.speaks = lambda message: ImageReply(message=message, media_id=media_id)
    (reply,) = (await said(sandbox, "say", **{"as": "li-ming", "text": "二维码"}))["replies"]
    assert (reply["kind"], reply["media_id"]) == ("image", media_id)
    sent = await wechatpys(sandbox, lambda wechat: wechat.message.send_image(LI_MING, media_id))
    assert sent["errcode"] == 0


async def test_a_picture_that_is_not_there_is_not_sent(sandbox: TestClient, service: Service):
    await follow(sandbox, "li-ming")
    assert await wechatpys(sandbox, lambda wechat: wechat.message.send_image(LI_MING, "m1")) == 40007
    service.speaks = lambda message: ImageReply(message=message, media_id="m1")
    assert (await said(sandbox, "say", **{"as": "li-ming", "text": "x"}))["error"]


async def test_a_citizens_picture(sandbox: TestClient, service: Service):
    await follow(sandbox, "li-ming")
    service.speaks = lambda message: "success"
    picture = PNG + b"x" * 200_000
    content = base64.b64encode(picture).decode()
    await said(sandbox, "message", **{"as": "li-ming", "type": "image", "content": content})
    told = service.messages[-1]
    assert URL(told.image).host == "127.0.0.1"
    async with sandbox.get(URL(told.image).path) as response:
        assert (await response.read(), response.content_type) == (picture, "image/png")
    got = await wechatpys(sandbox, lambda wechat: wechat.media.download(told.media_id))
    assert got.content == picture


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        pytest.param({"Recognition": "罚单。"}, "罚单。", id="understood"),
        pytest.param({"Recognition": ""}, "", id="not-understood"),
        pytest.param({}, None, id="recognition-is-retired"),
    ],
)
async def test_a_citizens_voice(sandbox: TestClient, service: Service, fields: dict, heard: str | None):
    await follow(sandbox, "li-ming")
    service.speaks = lambda message: "success"
    content = base64.b64encode(AMR).decode()
    await said(sandbox, "message", **{"as": "li-ming", "type": "voice", "content": content, "fields": fields})
    told = service.messages[-1]
    assert (told.type, told.format) == ("voice", "amr")
    assert (told.recognition or None) == (heard or None)
    line = (await shown(sandbox, "messages"))[-1]
    assert line["fields"] == fields | {"Format": "amr", "MediaId": told.media_id}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"content": "%%%"}, id="not-base64"),
        pytest.param({"content": base64.b64encode(b"<svg/>").decode()}, id="no-picture"),
        pytest.param({"type": "file"}, id="kind"),
        pytest.param({"content": 5}, id="no-text"),
    ],
)
async def test_what_no_citizen_can_send(sandbox: TestClient, change: dict):
    body = {"as": "li-ming", "type": "image", "content": base64.b64encode(PNG).decode()} | change
    async with sandbox.post("/control/message", json=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]
