"""Pictures, voices and films: kept three days, told by their first bytes, limited in size."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

from aiohttp import BodyPartReader, web

from sandbox import wall
from sandbox.state import Media, State
from sandbox.web_json import answer
from sandbox.wechat.calls import error, opened
from sandbox.wechat.replies import Content
from sandbox.world import WORLD

LIFE = 3 * 86400.0  # seconds
MB = 1024 * 1024
JPEG, PNG, GIF = "image/jpeg", "image/png", "image/gif"
SIGNS = {  # content type -> (where its first bytes begin, what they may be)
    JPEG: (0, (b"\xff\xd8\xff",)),
    PNG: (0, (b"\x89PNG\r\n\x1a\n",)),
    GIF: (0, (b"GIF87a", b"GIF89a")),
    "audio/amr": (0, (b"#!AMR",)),
    "audio/mpeg": (0, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "video/mp4": (4, (b"ftyp",)),
}
ENDINGS = dict(zip(SIGNS, ("jpg", "png", "gif", "amr", "mp3", "mp4"), strict=True))


class BadMedia(ValueError):
    """A file that WeChat does not take; `errcode` is its word for it."""

    def __init__(self, errcode: int, message: str) -> None:
        super().__init__(message)
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be uploaded as this kind, how many bytes, and the errcode of more."""

    types: tuple[str, ...]
    limit: int
    too_large: int


KINDS = {
    "image": Kind((JPEG, PNG, GIF), 10 * MB, 40009),
    "voice": Kind(("audio/amr", "audio/mpeg"), 2 * MB, 40010),
    "video": Kind(("video/mp4",), 10 * MB, 40011),
    "thumb": Kind((JPEG,), 64 * 1024, 40012),
}


async def upload(request: web.Request) -> web.Response:
    """`POST /cgi-bin/media/upload?type=`: multipart, the file in `media`."""
    state, kind = opened(request).state, request.query.get("type", "")
    if kind not in KINDS:
        raise error(40004, "invalid media type")
    try:
        kept = await keep(state, kind, await _posted(request, KINDS[kind]))
    except BadMedia as refused:
        raise error(refused.errcode, str(refused)) from refused
    id_name = "thumb_media_id" if kind == "thumb" else "media_id"
    return answer({"type": kind, id_name: kept.id, "created_at": int(kept.created)})


async def get(request: web.Request) -> web.StreamResponse:
    """`GET /cgi-bin/media/get?media_id=`: the bytes; of a video, where they are."""
    state = opened(request).state
    media = living(state, request.query.get("media_id", ""))
    if media is None:
        raise error(40007, "invalid media_id")
    if media.kind == "video":
        return answer({"video_url": address(request, media)})
    name = f"{media.id}.{ENDINGS[media.content_type]}"
    return _file(state, media, {"Content-disposition": f'attachment; filename="{name}"'})


async def show(request: web.Request) -> web.StreamResponse:
    """`GET /media/{id}`: what a PicUrl points at; who knows the id may see it."""
    state = request.app[WORLD].state
    media = living(state, request.match_info["id"])
    if media is None:
        raise web.HTTPNotFound
    return _file(state, media, {"X-Content-Type-Options": "nosniff"})


async def keep(state: State, kind: str, content: bytes) -> Media:
    """Keep a file. Raises BadMedia: too large, or not of this kind by its first bytes (40005)."""
    if len(content) > KINDS[kind].limit:
        raise BadMedia(KINDS[kind].too_large, f"invalid {kind} size")
    content_type = next((one for one in KINDS[kind].types if _is(content, one)), None)
    if content_type is None:
        raise BadMedia(40005, "invalid file type")
    media = Media(secrets.token_urlsafe(48), kind, content_type, wall.seconds())
    await asyncio.to_thread(_write, _path(state, media), content)
    return state.media.put(media)


def living(state: State, media_id: str) -> Media | None:
    """A file that is still kept."""
    media = state.media.get(media_id)
    return media if media and wall.seconds() - media.created < LIFE else None


def is_there(state: State, content: Content) -> bool:
    """Is the file that a chat line shows, if it shows one, still kept? Articles (mpnews) are not looked for."""
    return content.kind not in KINDS or living(state, content.extra["media_id"]) is not None


def address(request: web.Request, media: Media) -> str:
    """Where anybody who knows it finds the file, on the host that this request came to."""
    return f"{request.scheme}://{request.host}/media/{media.id}"


def _is(content: bytes, content_type: str) -> bool:
    start, signs = SIGNS[content_type]
    return content.startswith(signs, start)


def _file(state: State, media: Media, headers: dict[str, str]) -> web.FileResponse:
    return web.FileResponse(_path(state, media), headers={"Content-Type": media.content_type} | headers)


def _path(state: State, media: Media) -> Path:
    return state.folder / "media" / media.id


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)


async def _posted(request: web.Request, kind: Kind) -> bytes:
    """The bytes of the part `media`. Raises BadMedia (41005, too large)."""
    if not request.content_type.startswith("multipart/"):
        raise BadMedia(41005, "media data missing")
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "media":
            return await _read(part, kind)
    raise BadMedia(41005, "media data missing")


async def _read(part: BodyPartReader, kind: Kind) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > kind.limit:
            raise BadMedia(kind.too_large, "media size out of limit")
    return bytes(content)


ROUTES = [
    web.post("/cgi-bin/media/upload", upload),
    web.get("/cgi-bin/media/get", get),
    web.get(r"/media/{id:[\w-]+}", show),
]
