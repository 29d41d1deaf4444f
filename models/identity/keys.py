"""Keys of other systems for the API: shown once, kept as SHA-256, scoped, rotated, revocable.

A client keeps its name and its identity (`client`) through every rotation: what it did under an older key is still its own, and an
Idempotency-Key answered then is answered now. Without a revocation or an end, a key stays in force.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, insert, or_, select, update
from sqlalchemy.engine import Row

from models.base import audit, bulk
from models.base.db import Work
from models.base.prepared import Prepared
from models.identity import tokens
from models.identity.tables import api_keys

PREFIX = "shimin"
SCOPES = {
    "violations:write": "enter violations (police)",
    "matters:write": "enter matters that restrict travel (courts, police)",
    "violations:read": "see what became of an authority's records (police)",
    "clearance:ask": "ask whether somebody may travel (booking systems)",
}
# How long the older of two keys is good for, unless the operator says otherwise: a deployment, with a night between.
GRACE = timedelta(hours=24)
# Built once: every call of the API asks.
_ENDS_LATER = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > bindparam("now"))
IN_FORCE = Prepared(
    select(api_keys).where(api_keys.c.id == bindparam("key"), api_keys.c.revoked_at.is_(None), _ENDS_LATER)
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API, and for what; `last_used_on` is the civic day."""

    key_id: str
    client: str
    scopes: frozenset[str]
    last_used_on: date | None = None

    @property
    def actor(self) -> str:
        """As the audit names them, whichever of its keys a client shows."""
        return f"api:{self.client}"


async def create(work: Work, name: str, scopes: Sequence[str]) -> str:
    """Make a key; the answer is the only time it is seen. Raises ValueError for an unknown scope."""
    if unknown := set(scopes) - SCOPES.keys():
        raise ValueError(f"unknown scope {', '.join(sorted(unknown))}; there are {', '.join(SCOPES)}")
    drawn = tokens.draw(PREFIX)
    await _keep(work, drawn, drawn.key_id, name, " ".join(sorted(scopes)))
    await audit.record(work, "key.created", f"key {drawn.key_id}", scopes=sorted(scopes))
    return drawn.token


async def rotate(work: Work, key_id: str, grace: timedelta = GRACE) -> str | None:
    """A new key of the same client; this one opens for so long still, or until it is revoked. None when it is not in force, or ends
    already: of two rotations at once one makes a key."""
    row = await work.first(select(api_keys).where(_in_force(work, key_id)).with_for_update())
    if row is None or row.expires_at is not None:
        return None
    drawn = tokens.draw(PREFIX)
    await _keep(work, drawn, row.client or row.id, row.name, row.scopes)
    ends = work.wall + grace
    await work.run(update(api_keys).where(api_keys.c.id == key_id).values(expires_at=ends))
    await audit.record(
        work, "key.rotated", f"key {key_id}", to=drawn.key_id, until=ends.isoformat(timespec="seconds")
    )
    return drawn.token


async def authenticate(work: Work, token: str) -> Caller | None:
    """Whose key is it; None for a wrong, unknown, revoked or ended one."""
    shown = tokens.read(PREFIX, token)
    if shown is None:
        return None
    row = await work.first(IN_FORCE, {"key": shown.key_id, "now": work.wall})
    if not shown.fits(row.secret_hash if row else None) or row is None:
        return None
    return Caller(row.id, row.client or row.id, frozenset(row.scopes.split()), row.last_used_on)


async def used(work: Work, caller: Caller) -> None:
    """Note the day (civic) of a key's use."""
    noted = update(api_keys).where(api_keys.c.id == caller.key_id).values(last_used_on=work.today)
    await work.run(noted)


async def name_of(work: Work, key_id: str) -> str:
    """Who holds this key, as the operator named them. Raises LookupError for an unknown one."""
    name: str | None = await work.scalar(select(api_keys.c.name).where(api_keys.c.id == key_id))
    if name is None:
        raise LookupError(f"no key {key_id}")
    return name


async def revoke(work: Work, key_id: str) -> bool:
    """From now on this key opens nothing. False when there is no such key in force."""
    revoked = update(api_keys).where(_in_force(work, key_id)).values(revoked_at=work.wall)
    done = bool((await work.run(revoked)).rowcount)
    if done:
        await audit.record(work, "key.revoked", f"key {key_id}")
    return done


async def every(work: Work) -> Sequence[Row[Any]]:
    """All keys, without their secrets."""
    columns = [column for column in api_keys.c if column is not api_keys.c.secret_hash]
    return await work.all(select(*columns).order_by(api_keys.c.created_at, api_keys.c.id))


async def names(work: Work, clients: Collection[str]) -> dict[str, str]:
    """What these clients are called."""
    columns = (api_keys.c.id, api_keys.c.name)
    mine = bulk.among(work, api_keys.c.id, list(clients))
    return {row.id: row.name for row in await work.all(select(*columns).where(mine))} if clients else {}


async def _keep(work: Work, drawn: tokens.Drawn, client: str, name: str, scopes: str) -> None:
    row = {"id": drawn.key_id, "client": client, "name": name, "scopes": scopes}
    await work.run(insert(api_keys), row | {"secret_hash": drawn.secret_hash, "created_at": work.wall})


def _in_force(work: Work, key_id: str) -> ColumnElement[bool]:
    ends_later = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > work.wall)
    return (api_keys.c.id == key_id) & api_keys.c.revoked_at.is_(None) & ends_later
