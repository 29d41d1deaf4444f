"""API keys of other systems: shown once, kept as SHA-256, limited to scopes, revocable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from models.base import audit
from models.base.db import Work
from models.identity import tokens
from models.identity.tables import api_keys

PREFIX = "shimin"
SCOPES = {
    "violations:write": "enter violations (police)",
    "matters:write": "enter matters that restrict travel (courts, police)",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API, and for what."""

    key_id: str
    scopes: frozenset[str]


async def create(work: Work, name: str, scopes: Sequence[str]) -> str:
    """Make a key; the answer is the only time it is seen. Raises ValueError for an unknown scope."""
    if unknown := set(scopes) - SCOPES.keys():
        raise ValueError(f"unknown scope {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    drawn = tokens.draw(PREFIX)
    row = {"id": drawn.key_id, "secret_hash": drawn.secret_hash, "scopes": " ".join(sorted(scopes))}
    await work.run(insert(api_keys), row | {"name": name, "created_at": work.wall})
    await audit.record(work, "key.created", f"key {drawn.key_id}", scopes=sorted(scopes))
    return drawn.token


async def authenticate(work: Work, token: str) -> Caller | None:
    """Whose key is it; None for a wrong, unknown or revoked one."""
    shown = tokens.read(PREFIX, token)
    if shown is None:
        return None
    in_force = select(api_keys).where(api_keys.c.id == shown.key_id, api_keys.c.revoked_at.is_(None))
    row = await work.first(in_force)
    if not shown.fits(row.secret_hash if row else None) or row is None:
        return None
    return Caller(row.id, frozenset(row.scopes.split()))


async def name_of(work: Work, key_id: str) -> str:
    """Who holds this key, as the operator named them. Raises LookupError for an unknown one."""
    name: str | None = await work.scalar(select(api_keys.c.name).where(api_keys.c.id == key_id))
    if name is None:
        raise LookupError(f"no key {key_id}")
    return name


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
