"""Files that citizens hand in, kept by key outside the database: sealed like any personal data, and never changed.

A file is on the disk, fsynced, before the transaction that names it commits: a row without its file cannot be. A file without its row
can (the transaction failed), and is removed by a job some time later.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from models.base.crypto import Vault

COLUMN = "blobs"


class Blobs(Protocol):
    """What is kept under keys of 32 letters and digits."""

    async def put(self, key: str, content: bytes) -> None:
        """Keep it; when this returns it survives a power cut."""
        ...

    async def get(self, key: str) -> bytes:
        """What was kept. Raises LookupError for an unknown key, Unopenable for what was changed on the disk."""
        ...

    async def delete(self, key: str) -> None:
        """Remove it; one that is not there is fine."""
        ...

    async def older_than(self, instant: datetime) -> Sequence[str]:
        """The keys of what was put before."""
        ...


class FileBlobs:
    """A folder that all processes share: a file for each key, in one of many folders."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), content)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self._get, self._path(key))

    async def delete(self, key: str) -> None:
        path = self._path(key)
        for file in (path, _half(path)):
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def older_than(self, instant: datetime) -> Sequence[str]:
        return await asyncio.to_thread(self._older_than, instant)

    def _path(self, key: str) -> Path:
        """Raises ValueError for what is no key of ours: it becomes a part of a path."""
        if len(key) != 32 or not (key.isascii() and key.isalnum()):
            raise ValueError("not a key of a blob")
        return self._folder / key[:2] / key

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = _half(path)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(self._vault.seal_bytes(content, f"{COLUMN}.{path.name}"))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        for folder in (path.parent, self._folder):
            _sync(folder)

    def _get(self, path: Path) -> bytes:
        try:
            sealed = path.read_bytes()
        except FileNotFoundError as problem:
            raise LookupError(f"no blob {path.name}") from problem
        return self._vault.open_bytes(sealed, f"{COLUMN}.{path.name}")

    def _older_than(self, instant: datetime) -> list[str]:
        """Half-written ones, left by a process that was killed, are among them by their key."""
        old = [file for file in sorted(self._folder.glob("??/*")) if _written(file) < instant]
        return list(dict.fromkeys(file.name.removesuffix(".new") for file in old))


def _written(file: Path) -> datetime:
    """When; now, for one that has just been given its name, or been removed."""
    with suppress(FileNotFoundError):
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return datetime.now(UTC)


def _half(path: Path) -> Path:
    """Where a file is until it is whole."""
    return path.with_name(f"{path.name}.new")


def _sync(folder: Path) -> None:
    """A new name in a folder is on the disk only when the folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
