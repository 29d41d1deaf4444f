"""Pictures out of the chat and the store of files, in memory; see `tests/fakes.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from models.base.ports import GatewayError, GatewayRefused, Picture


@dataclass
class FakeMedia:
    """`pictures` by media id; GONE for any other."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    trouble: GatewayError | None = None

    async def picture(self, media_id: str, *, limit: int) -> Picture:
        if self.trouble is not None:
            raise self.trouble
        if media_id not in self.pictures:
            raise GatewayRefused("GONE")
        if len(self.pictures[media_id]) > limit:
            raise GatewayRefused("TOO_LARGE")
        return Picture(self.pictures[media_id], "image/jpeg")


@dataclass
class FakeBlobs:
    """In memory; nobody knows how old."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, key: str, content: bytes) -> None:
        self.kept[key] = content

    async def get(self, key: str) -> bytes:
        return self.kept[key]

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)

    async def older_than(self, instant: datetime) -> Sequence[str]:
        """All of them are old."""
        del instant
        return sorted(self.kept)
