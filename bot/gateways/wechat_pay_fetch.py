"""Fetching a bill into a file: piece by piece, unpacked on the way where it is packed, and its hash compared at the end."""

import asyncio
import hashlib
import hmac
import zlib
from contextlib import AbstractAsyncContextManager
from typing import BinaryIO

import httpx

from models.base.ports import GatewayDown

GZIP = b"\x1f\x8b"
EITHER = zlib.MAX_WBITS | 16  # with gzip's own head
PIECE = 64 * 1024
MOST_BYTES = 2 * 1024**3  # a city's day is some megabytes; what unpacks to more is no bill


class Unpacking:
    """Takes what comes in and writes what it unpacks to, hashed. Raises GatewayDown for what cannot be unpacked, and for too much."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha1(
            usedforsecurity=False
        )  # WeChat Pay's choice; the answer that names it is signed
        self._unpack = zlib.decompressobj(EITHER)
        self._packed: bool | None = None
        self._written = 0

    def take(self, piece: bytes) -> None:
        """The next piece; whether it is packed shows at its beginning."""
        if self._packed is None:
            self._packed = piece.startswith(GZIP)
        if not self._packed:
            self._write(piece)
            return
        try:
            while piece:
                self._write(self._unpack.decompress(piece, PIECE))
                piece = self._unpack.unconsumed_tail
        except zlib.error as error:
            raise GatewayDown("the bill cannot be unpacked") from error

    def hash(self) -> str:
        """Of all that was written. Raises GatewayDown for a packed file that broke off."""
        if self._packed and not self._unpack.eof:
            raise GatewayDown("the bill broke off")
        return self._hash.hexdigest()

    def _write(self, plain: bytes) -> None:
        self._written += len(plain)
        if self._written > MOST_BYTES:
            raise GatewayDown("the bill is too long to be one")
        self._hash.update(plain)
        self._file.write(plain)


async def fetch(download: AbstractAsyncContextManager[httpx.Response], expected: str, file: BinaryIO) -> None:
    """Into the file. Raises GatewayDown: no answer, or one whose hash is another than the expected SHA1 (hex) of what is unpacked."""
    unpacking = Unpacking(file)
    try:
        async with download as response:
            if response.status_code != httpx.codes.OK:
                raise GatewayDown(f"the bill: HTTP_{response.status_code}")
            async for piece in response.aiter_raw(PIECE):
                await asyncio.to_thread(unpacking.take, piece)
    except httpx.HTTPError as error:
        raise GatewayDown("no bill from WeChat Pay") from error
    if not hmac.compare_digest(unpacking.hash().lower(), expected.lower()):
        raise GatewayDown("the bill's hash is another")
