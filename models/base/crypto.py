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
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
LINK_SIGNATURE_BYTES = 12
NUMBER_BYTES = 5  # of a case number's 12 digits
CODE_MARK = 6  # letters of 5 bits
OPENING_SIGNATURE = 20  # letters of 5 bits


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
    """Short signed tokens: of cases, which stand in texts (12 digits and their signature in 23 characters; 7 more for each further case
    that is paid with it); codes to be verified by, and what opens their things to their owners for a while."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, *numbers: str) -> str:
        """The token of a case, or of some in this order."""
        written = b"".join(int(number).to_bytes(NUMBER_BYTES, "big") for number in numbers)
        return base64.urlsafe_b64encode(written + self._signature(written)).rstrip(b"=").decode()

    def case_numbers(self, token: str) -> list[str]:
        """The cases a token stands for; none when it was not made here, character by character: base64 has more than one spelling
        of the same bytes."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return []
        written = raw[:-LINK_SIGNATURE_BYTES]
        if not written or len(written) % NUMBER_BYTES:
            return []
        starts = range(0, len(written), NUMBER_BYTES)
        numbers = [f"{int.from_bytes(written[at : at + NUMBER_BYTES], 'big'):012d}" for at in starts]
        return numbers if hmac.compare_digest(self.token(*numbers).encode(), token.encode()) else []

    def _signature(self, written: bytes) -> bytes:
        kind = b"case" if len(written) == NUMBER_BYTES else b"some"
        return hmac.digest(self._key, kind + written, "sha256")[:LINK_SIGNATURE_BYTES]

    def code(self, body: str) -> str:
        """A code to be read out: its body and a mark of 6, by which one that was not made here is seen without a look anywhere."""
        return body + self._mark(body)

    def is_code(self, code: str) -> bool:
        """Whether it was made here."""
        body, mark = code[:-CODE_MARK], code[-CODE_MARK:]
        return code.isascii() and hmac.compare_digest(self._mark(body).encode(), mark.encode())

    def opening(self, code: str, until: datetime) -> str:
        """A token that opens what this code names, to whoever was given it, until then (to the minute)."""
        minutes = f"{int(until.timestamp()) // 60:x}"
        return f"{code}-{minutes}-{self._opening(code, minutes)}"

    def opened(self, token: str, now: datetime) -> str | None:
        """The code a token opens; None for one that was not made here, or has run out."""
        code, _, rest = token.partition("-")
        minutes, _, signature = rest.partition("-")
        right = hmac.compare_digest(self._opening(code, minutes).encode(), signature.encode())
        return code if right and int(minutes, 16) * 60 >= now.timestamp() else None

    def _mark(self, body: str) -> str:
        digest = hmac.digest(self._key, b"code" + body.encode(), "sha256")
        return base64.b32encode(digest).decode()[:CODE_MARK]

    def _opening(self, code: str, minutes: str) -> str:
        digest = hmac.digest(self._key, f"open{code}-{minutes}".encode(), "sha256")
        return base64.b32encode(digest).decode()[:OPENING_SIGNATURE].lower()

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


def fingerprint(secret: str | bytes) -> bytes:
    """SHA-256, for secrets of full entropy (API keys) and for comparing bodies."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()
