"""Temporary media: what is sent into a chat is uploaded first, what a citizen sends is downloaded. WeChat keeps it three days."""

from dataclasses import dataclass
from typing import Literal

from bot.wechat.client import WeChatClient
from bot.wechat.http import File, NoAnswer

MIB = 1024 * 1024
Kind = Literal["image", "voice", "video", "thumb"]

# Source: "add temporary media": kinds of file and their largest size in bytes.
LIMITS: dict[Kind, int] = {"image": 10 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "thumb": 64 * 1024}
TYPES: dict[Kind, dict[str, str]] = {
    "image": {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"},
    "voice": {"audio/amr": "amr", "audio/mpeg": "mp3"},
    "video": {"video/mp4": "mp4"},
    "thumb": {"image/jpeg": "jpg"},
}
DOWNLOAD_LIMIT = 20 * MIB


@dataclass(frozen=True, slots=True)
class VideoAt:
    """WeChat gives a video's address instead of its bytes."""

    url: str


async def upload(client: WeChatClient, kind: Kind, content: bytes, content_type: str) -> str:
    """The media id. Raises ValueError for what WeChat would refuse, and as `Api.call`."""
    ending = TYPES[kind].get(content_type)
    if ending is None:
        raise ValueError(f"{kind}: must be one of {', '.join(TYPES[kind])}")
    if not 1 <= len(content) <= LIMITS[kind]:
        raise ValueError(f"{kind}: must be 1 to {LIMITS[kind]} bytes")
    # WeChat takes the kind of file from the name; it is ours, a citizen's own file name goes nowhere.
    answer = await client.media.upload(kind, File(f"media.{ending}", content_type, content))
    media_id = answer.get("thumb_media_id" if kind == "thumb" else "media_id")
    if not isinstance(media_id, str) or not media_id:
        raise NoAnswer("no media id in the answer")
    return media_id


async def download(client: WeChatClient, media_id: str, *, limit: int = DOWNLOAD_LIMIT) -> File | VideoAt:
    """What a citizen sent. Raises TooLarge beyond `limit` bytes, and as `Api.call` (40007: older than three days)."""
    answer = await client.download("media/get", params={"media_id": media_id}, limit=limit)
    if isinstance(answer, File):
        return answer
    url = answer.get("video_url")
    if not isinstance(url, str) or not url:
        raise NoAnswer("neither a file nor an address in the answer")
    return VideoAt(url)
