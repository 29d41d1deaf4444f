"""Files by key: sealed on the disk, whole or not there, found again, removed."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.base.blobs import FileBlobs
from models.base.crypto import Unopenable, Vault

KEY, OTHER = "0123456789abcdef" * 2, "f" * 32
CONTENT = b"\xff\xd8\xff" + "一张照片".encode() * 1000
VAULT = Vault({"t1": bytes(32)}, current="t1", index_key=bytes(32))


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs", VAULT)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_what_was_put_is_got(blobs: FileBlobs, tmp_path: Path):
    await blobs.put(KEY, CONTENT)
    assert await blobs.get(KEY) == CONTENT
    [file] = files(tmp_path)
    assert CONTENT[:9] not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0  # nobody else's


async def test_a_key_that_was_rotated_still_opens(blobs: FileBlobs, tmp_path: Path):
    await blobs.put(KEY, CONTENT)
    ring = Vault({"t1": bytes(32), "t2": bytes([1]) * 32}, current="t2", index_key=bytes(32))
    assert await FileBlobs(tmp_path / "blobs", ring).get(KEY) == CONTENT


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), id="changed"),
        pytest.param(lambda sealed: sealed[:10], id="cut"),
        pytest.param(lambda sealed: b"", id="emptied"),
        pytest.param(lambda sealed: b"t9" + sealed[2:], id="another key"),
    ],
)
async def test_a_spoilt_file_is_told(blobs: FileBlobs, tmp_path: Path, spoil):
    await blobs.put(KEY, CONTENT)
    [file] = files(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(Unopenable):
        await blobs.get(KEY)


async def test_a_file_under_another_name_is_told(blobs: FileBlobs, tmp_path: Path):
    await blobs.put(KEY, CONTENT)
    await blobs.put(OTHER, b"something else")
    first, second = files(tmp_path)
    second.write_bytes(first.read_bytes())
    with pytest.raises(Unopenable):
        await blobs.get(OTHER)


async def test_what_is_not_there(blobs: FileBlobs):
    with pytest.raises(LookupError):
        await blobs.get(KEY)
    await blobs.delete(KEY)
    assert await blobs.older_than(datetime.now(UTC)) == []


async def test_deleted_is_gone(blobs: FileBlobs, tmp_path: Path):
    await blobs.put(KEY, CONTENT)
    await blobs.delete(KEY)
    assert files(tmp_path) == []


@pytest.mark.parametrize("key", ["../../etc/passwd", "a" * 31, "a" * 31 + "/", "一" * 32, ""])
async def test_a_key_is_no_path(blobs: FileBlobs, key: str):
    with pytest.raises(ValueError, match="key"):
        await blobs.put(key, CONTENT)


async def test_the_old_ones_are_listed_half_written_ones_among_them(blobs: FileBlobs, tmp_path: Path):
    await blobs.put(KEY, CONTENT)
    await blobs.put(OTHER, CONTENT)
    old = next(file for file in files(tmp_path) if file.name == KEY)
    half = old.parent.with_name("ee") / ("e" * 32 + ".new")
    half.parent.mkdir()
    half.write_bytes(b"half")
    then = (datetime.now(UTC) - timedelta(hours=2)).timestamp()
    for file in (old, half):
        os.utime(file, (then, then))
    listed = await blobs.older_than(datetime.now(UTC) - timedelta(hours=1))
    assert listed == [KEY, "e" * 32]
    for key in listed:
        await blobs.delete(key)
    assert [file.name for file in files(tmp_path)] == [OTHER]
