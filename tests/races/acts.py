"""Acts of a few steps, which one unit of work does in a process of its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from bot.duties import KINDS
from models.base.db import Work
from models.base.ids import Ids
from models.identity import binding
from models.identity.rules import Claim
from models.post import outbox
from models.post.notices import Content, Notice
from models.violations import acts as violations
from models.violations import payments, store
from models.violations.acts import Recorded, Report

LEASE = timedelta(minutes=1)


async def order(work: Work, number: str) -> str:
    """Somebody is about to pay a case; the order's number."""
    case = await store.case(work, number)
    assert case
    return (await payments.prepare_order(work, case, payments.BY_CODE)).number


async def claimed(work: Work, limit: int = 99) -> list[Notice]:
    """A worker takes so many notices that are due."""
    return await outbox.claim(work, limit=limit, lease=LEASE)


async def claim(work: Work, limit: int) -> list[int]:
    """The same; their ids."""
    return [notice.id for notice in await claimed(work, limit)]


def bare(notice: Notice) -> Notice:
    """Without what it says, which is not to leave its process."""
    return replace(notice, content=_nothing)


def _nothing() -> Content:
    return Content({})


async def record_with(work: Work, report: Report, seed: int) -> Recorded:
    """A record, in a process that draws its numbers as another does."""
    work.city = replace(work.city, ids=Ids(Random(seed)))
    return await violations.record(work, report)


async def bind(work: Work, openid: str, claim: Claim) -> int:
    """A code is sent, and comes back at once."""
    await binding.send_code(work, openid, claim)
    [*_, sent] = await claimed(work)
    return await binding.confirm_code(work, openid, sent.params["code"])


async def sent(work: Work, notice: Notice) -> bool:
    """A worker records that one notice was sent."""
    return await outbox.sent(work, notice, "biz-1")


async def sent_all(work: Work, notices: Sequence[Notice]) -> int:
    """A worker records that notices were sent, and what follows from that; of how many nobody had said so."""
    ours = await outbox.sent_all(work, [(notice, "biz-1") for notice in notices])
    for notice in ours:
        await KINDS[notice.kind].on_sent(work, [notice])
    return len(ours)
