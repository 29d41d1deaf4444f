"""Personal data at rest: sealed with AES-256-GCM under named keys, found again by keyed blind indexes; signed short links.

A sealed value is `key id : base64(nonce + ciphertext)`. The associated data names the column, so that a value copied elsewhere does
not open. Old keys stay in the ring until everything is sealed anew.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
LINK_SIGNATURE_BYTES = 12


class Unopenable(Exception):
    """A sealed value whose key is not in the ring, or which was changed or moved."""


class Vault:
    """A ring of sealing keys and one indexing key; all are 32 bytes."""

    def __init__(self, keys: Mapping[str, bytes], *, current: str, index_key: bytes) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current
        self._index_key = index_key

    def seal(self, text: str, column: str) -> str:
        """Seal a text for one column (`people.name`)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, text.encode(), column.encode())
        return f"{self._current}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, column: str) -> str:
        """The text again. Raises Unopenable."""
        key_id, _, data = sealed.partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unopenable(f"no key {key_id!r} for {column}")
        try:
            raw = base64.b64decode(data, validate=True)
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], column.encode()).decode()
        except (InvalidTag, ValueError) as problem:  # ValueError: not base64, or no whole nonce
            raise Unopenable(f"{column} was changed or moved") from problem

    def seal_bytes(self, content: bytes, name: str) -> bytes:
        """Seal a file under its name."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, content, name.encode())
        return self._current.encode() + b":" + nonce + sealed

    def open_bytes(self, sealed: bytes, name: str) -> bytes:
        """The file again. Raises Unopenable."""
        key_id, _, raw = sealed.partition(b":")
        cipher = self._ciphers.get(key_id.decode(errors="replace"))
        if cipher is None:
            raise Unopenable(f"no key for {name}")
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError) as problem:
            raise Unopenable(f"{name} was changed or moved") from problem

    def seal_json(self, value: Any, column: str) -> str:
        """Seal anything JSON can hold."""
        return self.seal(orjson.dumps(value).decode(), column)

    def open_json(self, sealed: str, column: str) -> Any:
        """The value again. Raises Unopenable."""
        return orjson.loads(self.open(sealed, column))

    def index(self, text: str, column: str) -> bytes:
        """A keyed fingerprint by which an equal value of this column is found; 32 bytes."""
        return hmac.digest(self._index_key, f"{column}\0{text}".encode(), "sha256")


class Links:
    """Short signed tokens that stand in texts: 12 digits and their signature in 23 characters."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, case_no: str) -> str:
        """The token of a case."""
        number = int(case_no).to_bytes(5, "big")
        return base64.urlsafe_b64encode(number + self._signature(number)).rstrip(b"=").decode()

    def case_no(self, token: str) -> str | None:
        """The case a token stands for; None when it was not made here, character by character: base64 has more than one
        spelling of the same bytes."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        number = f"{int.from_bytes(raw[:5], 'big'):012d}"
        return number if hmac.compare_digest(self.token(number).encode(), token.encode()) else None

    def grant(self, case_no: str, until: int) -> str:
        """Leave to see the pictures of a case until this second since 1970, for whoever is given it."""
        said = f"photos\0{case_no}\0{until}".encode()
        signed = hmac.digest(self._key, said, "sha256")[:LINK_SIGNATURE_BYTES]
        return f"{until:x}-{signed.hex()}"

    def granted(self, case_no: str, grant: str, now: float) -> bool:
        """Whether this is such leave, and still holds."""
        until, _, _ = grant.partition("-")
        if not re.fullmatch(r"[0-9a-f]{1,12}", until):
            return False
        made = self.grant(case_no, int(until, 16))
        return hmac.compare_digest(made.encode(), grant.encode()) and now < int(until, 16)

    def _signature(self, number: bytes) -> bytes:
        return hmac.digest(self._key, b"case" + number, "sha256")[:LINK_SIGNATURE_BYTES]


def fingerprint(secret: str | bytes) -> bytes:
    """SHA-256, for secrets of full entropy (API keys) and for comparing bodies."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()
