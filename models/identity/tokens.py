"""Bearer tokens of systems and of staff: `<prefix>_<key id>_<secret>`. Only the secret's fingerprint is kept; it has full entropy."""

import hmac
import secrets
from typing import NamedTuple

from models.base.crypto import fingerprint


class Drawn(NamedTuple):
    """A new token, which is never seen again, and what is kept of it."""

    token: str
    key_id: str
    secret_hash: bytes


def draw(prefix: str) -> Drawn:
    """A token that nobody has."""
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    return Drawn(f"{prefix}_{key_id}_{secret}", key_id, fingerprint(secret))


class Shown(NamedTuple):
    """What somebody showed: which key it would be, and whether it is that one."""

    key_id: str
    secret: str

    def fits(self, secret_hash: bytes | None) -> bool:
        """As long for an unknown key (None) as for a wrong secret."""
        known = bytes(32) if secret_hash is None else secret_hash
        return hmac.compare_digest(known, fingerprint(self.secret)) and secret_hash is not None


def read(prefix: str, token: str) -> Shown | None:
    """The parts of a token; None for what cannot be one of this prefix."""
    if not token.isascii():  # headers may carry bytes that are no text
        return None
    given, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    return Shown(key_id, secret) if given == prefix else None
