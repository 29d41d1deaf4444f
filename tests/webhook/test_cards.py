"""A reply with a card goes out as one, the same to every delivery of the message."""

import re

from models.base.db import Database
from models.identity import store
from models.violations import acts as violations
from models.violations import evidence
from tests.helpers import report
from tests.webhook.platform import WeChat
from tests.wechat import pushes

KEY = "a" * 32


def timeless(xml: str) -> str:
    """Without the second in which it was written."""
    return re.sub("<CreateTime>[0-9]+</CreateTime>", "", xml)


async def test_photos_come_as_a_card(wechat: WeChat, database: Database):
    async with database.begin("api:K1") as work:
        await store.save_account(work, pushes.OPENID, person_id=1, bound_at=work.now)
        await evidence.hand_in(work, KEY, "image/jpeg", 3)
        number = (await violations.record(work, report(pictures=(KEY,)))).number
    message = wechat.text(f"照片 {number}")
    first, second = [await wechat.deliver(message) for _ in range(2)]
    assert (first.status, first.kind) == (200, "news")
    assert timeless(first.text) == timeless(second.text)
    assert all(part in str(first.text) for part in (number, "/photo/1?photos=", "https://shimin.test/c/"))
