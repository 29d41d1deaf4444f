"""How an update went: who was reached and has read it, who has not been reached and why. Counts, no names: a teacher knows the families."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from models.base.db import Work
from models.post import outbox
from models.post.notices import Channel
from models.schools.removal import KINDS
from models.schools.tables import reads
from models.schools.updates import Update

REACHED = {"sent", "delivered"}
WAITING = {"pending", "claimed"}


class Why(StrEnum):
    """Why a guardian was not reached, as far as a teacher can do something about it."""

    NOT_FOLLOWING = "not_following"  # or not bound: nobody there to tell
    SILENT = (
        "silent"  # WeChat lets nothing in: no message of theirs lately, no template, messages switched off
    )
    NO_PHONE = "no_phone"
    GONE = "gone"  # left the class, or the update was taken back
    OTHER = "other"


REASONS = {
    "no_chat": Why.NOT_FOLLOWING,
    "not_following": Why.NOT_FOLLOWING,
    "43004": Why.NOT_FOLLOWING,
    "50005": Why.NOT_FOLLOWING,
    "window_closed": Why.SILENT,
    "messages_off": Why.SILENT,
    "45015": Why.SILENT,
    "45047": Why.SILENT,
    "48002": Why.SILENT,
    "43101": Why.SILENT,
    "no_phone": Why.NO_PHONE,
    "no longer true": Why.GONE,
}


@dataclass(frozen=True, slots=True)
class Results:
    """How many guardians: in all, still to be told, reached in the chat, by SMS, and not (with why). `read` counts those who opened it."""

    all: int
    waiting: int
    by_chat: int
    by_sms: int
    not_reached: Mapping[Why, int]
    read: int


async def of(work: Work, update: Update) -> Results:
    """As it stands now; while it is under way, the progress."""
    counts: Counter[str] = Counter()
    missed: Counter[Why] = Counter()
    for state, channel, reason, count in await outbox.states(work, KINDS, update.code):
        if state in WAITING:
            counts["waiting"] += count
        elif state in REACHED:
            counts[channel] += count
        else:
            missed[REASONS.get(reason, Why.OTHER)] += count
    opened = select(func.count()).select_from(reads).where(reads.c.update_id == update.id)
    return Results(
        all=counts.total() + missed.total(),
        waiting=counts["waiting"],
        by_chat=counts[Channel.CHAT],
        by_sms=counts[Channel.SMS],
        not_reached=missed,
        read=int(await work.scalar(opened) or 0),
    )
