"""API keys of other systems: shown once, kept as SHA-256, limited to scopes, revocable."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from models.base import audit
from models.base.crypto import fingerprint
from models.base.db import Work
from models.identity.tables import api_keys

PREFIX = "shimin"
SCOPES = {"violations:write": "enter violations (police)"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API, and for what."""

    key_id: str
    scopes: frozenset[str]


async def create(work: Work, name: str, scopes: Sequence[str]) -> str:
    """Make a key; the answer is the only time it is seen. Raises ValueError for an unknown scope."""
    if unknown := set(scopes) - SCOPES.keys():
        raise ValueError(f"unknown scope {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = {"id": key_id, "name": name, "scopes": " ".join(sorted(scopes)), "secret_hash": fingerprint(secret)}
    await work.run(insert(api_keys), row | {"created_at": work.wall})
    await audit.record(work, "key.created", f"key {key_id}", scopes=sorted(scopes))
    return f"{PREFIX}_{key_id}_{secret}"


async def authenticate(work: Work, token: str) -> Caller | None:
    """Whose key is it; None for a wrong, unknown or revoked one."""
    if not token.isascii():  # headers may carry bytes that are no text
        return None
    prefix, _, rest = token.partition("_")
    key_id, _, secret = rest.partition("_")
    row = await work.first(select(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)))
    known = row.secret_hash if row else bytes(32)
    if not hmac.compare_digest(known, fingerprint(secret)) or row is None or prefix != PREFIX:
        return None
    return Caller(row.id, frozenset(row.scopes.split()))


async def revoke(work: Work, key_id: str) -> bool:
    """From now on this key opens nothing. False when there is no such key in force."""
    current = (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None)
    done = bool((await work.run(update(api_keys).where(current).values(revoked_at=work.wall))).rowcount)
    if done:
        await audit.record(work, "key.revoked", f"key {key_id}")
    return done


async def every(work: Work) -> Sequence[Row[Any]]:
    """All keys, without their secrets."""
    columns = (
        api_keys.c.id,
        api_keys.c.name,
        api_keys.c.scopes,
        api_keys.c.created_at,
        api_keys.c.revoked_at,
    )
    return await work.all(select(*columns).order_by(api_keys.c.created_at))
