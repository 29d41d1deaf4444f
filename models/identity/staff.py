"""Staff with keys of their own: shown once, kept as SHA-256, revocable, so that every act on a case names who did it.

An officer decides on cases of her authority; a supervisor may also take back decisions and decide on silent owners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from models.base import audit
from models.base.db import Work
from models.identity import tokens
from models.identity.tables import staff

PREFIX = "officer"
NAME = "staff.name"


class Role(StrEnum):
    """What somebody may do; a supervisor may do all that an officer may."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who holds a key; `last_used_on` is the civic day."""

    id: int
    authority: str
    roles: frozenset[Role]
    last_used_on: date | None = None

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"officer:{self.id}"

    def may(self, role: Role) -> bool:
        """Has the role, or the one above it."""
        return role in self.roles or Role.SUPERVISOR in self.roles


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list that operators see; `name` in clear, no secret."""

    id: int
    name: str
    authority: str
    roles: str
    key_id: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_on: date | None


async def add(work: Work, name: str, authority: str, roles: Sequence[str]) -> tuple[int, str]:
    """A new member: the id, and the key, which is never seen again. Raises ValueError for an unknown role, or none."""
    if not roles or (unknown := set(roles) - set(Role)):
        wrong = ", ".join(sorted(unknown)) if roles else "none"
        raise ValueError(f"unknown role {wrong}; there are {', '.join(Role)}")
    drawn = tokens.draw(PREFIX)
    row = {
        "name": work.seal(name, NAME),
        "authority": authority,
        "roles": " ".join(sorted(set(roles))),
        "key_id": drawn.key_id,
        "secret_hash": drawn.secret_hash,
        "created_at": work.wall,
    }
    member_id = int(await work.scalar(insert(staff).values(row).returning(staff.c.id)))
    await audit.record(work, "staff.added", f"officer {member_id}", roles=row["roles"], authority=authority)
    return member_id, drawn.token


async def authenticate(work: Work, token: str) -> Member | None:
    """Whose key is it; None for a wrong, unknown or revoked one. As long for each of them."""
    shown = tokens.read(PREFIX, token)
    if shown is None:
        return None
    row = await work.first(select(staff).where(staff.c.key_id == shown.key_id, staff.c.revoked_at.is_(None)))
    if not shown.fits(row.secret_hash if row else None) or row is None:
        return None
    return Member(row.id, row.authority, frozenset(map(Role, row.roles.split())), row.last_used_on)


async def used(work: Work, member: Member) -> bool:
    """Note the day (civic) of a key's use, once a day. False when it was revoked since it was looked at: nothing may be done with it."""
    mine = (staff.c.id == member.id) & staff.c.revoked_at.is_(None)
    row = await work.first(select(staff.c.last_used_on).where(mine))
    if row is None:
        return False
    if row.last_used_on != work.today:
        await work.run(update(staff).where(mine).values(last_used_on=work.today))
    return True


async def revoke(work: Work, member_id: int) -> bool:
    """From now on this member's key opens nothing. False when there is no such member with a key in force."""
    current = (staff.c.id == member_id) & staff.c.revoked_at.is_(None)
    done = bool((await work.run(update(staff).where(current).values(revoked_at=work.wall))).rowcount)
    if done:
        await audit.record(work, "staff.revoked", f"officer {member_id}")
    return done


async def every(work: Work) -> list[Listed]:
    """All members, without their secrets."""
    return [
        Listed(
            id=row.id,
            name=work.open(row.name, NAME),
            authority=row.authority,
            roles=row.roles,
            key_id=row.key_id,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
            last_used_on=row.last_used_on,
        )
        for row in await work.all(select(staff).order_by(staff.c.id))
    ]
