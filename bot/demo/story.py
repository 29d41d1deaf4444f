"""The town's first weeks, told over the same wires as everything after: nothing here writes to the database.

Li Ming's old fine was recorded, texted, accepted and never paid; the clock moved, and the scheduler did the rest. Wang Fang named
Zhao Lei as the driver of hers; Zhao Lei has not answered yet. Liu Yang has been told something by the teacher of his child.
"""

import asyncio
import csv
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from bot.demo.files import TOWN, Place
from bot.demo.talk import NoAnswer, Town

HISTORY_DAYS = 45  # enough for 15 days to pay, a holiday's roll, 7 days of warning
BOUND = ("li-ming", "wang-fang", "zhang-wei", "chen-jie", "liu-yang", "zhao-lei", "sun-li")
AUTHORITY = "442000"
CODE = re.compile(r"[0-9]{6}")
CLASS_CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{8}\b")


class Story:
    """Tells it once, on a town that has people, vehicles and offences."""

    def __init__(self, session: aiohttp.ClientSession, place: Place, api_key: str) -> None:
        self._session = session
        self._place = place
        self._api_key = api_key
        self._town = Town(session, place.sandbox)
        self._phones = {row["slug"]: row for row in read_town("phones.csv")}
        self._records = 0

    async def tell(self) -> None:
        """All of it."""
        for who in BOUND:
            await self._bind(who)
        old = await self._camera("li-ming", "1120", "中山路", hours_ago=3)
        await self._texted("li-ming")
        await self._town.say("li-ming", f"接受 {old}")
        await self._town.say("li-ming", f"确认 {old}")
        await self._texted(
            "li-ming", at_least=3
        )  # served today: the text names the last day that the books have, too
        await self._town.post("/control/clock", days=HISTORY_DAYS)
        named = await self._camera("wang-fang", "1344", "文明路", hours_ago=26)
        await self._camera("zhang-wei", "1117", "博爱路", hours_ago=20)
        await self._camera("new-comer", "1344", "体育路", hours_ago=4)
        await self._camera("li-ming", "1301", "兴中道", hours_ago=2)
        await self._texted("li-ming", at_least=4)
        await self._town.say("wang-fang", f"转给 {named} 赵磊")
        await self._school()

    async def _school(self) -> None:
        """Liu Yang, whom the school's list names, reads the class that Chen Jie teaches."""
        told = "\n".join(await self._town.say("chen-jie", "班级"))
        code = CLASS_CODE.search(told)
        if code is None:
            raise NoAnswer(f"Chen Jie teaches no class: {told}")
        await self._town.say("liu-yang", f"加入 {code[0]} 同意")
        await self._town.say("chen-jie", "发布 3-2 周五春游，请带午餐和水。\n下午四点回校。")
        await self._town.say("chen-jie", "确认")

    async def _bind(self, who: str) -> None:
        phone = self._phones[who]
        await self._town.say(who, f"绑定 {phone['name']} {phone['resident_id']} {phone['phone']}")
        await self._town.say(who, await self._code(who))
        await self._town.say(who, "电子送达 同意")

    async def _code(self, who: str) -> str:
        texts = await self._texted(who)
        found = CODE.search(texts[-1])
        if found is None:
            raise NoAnswer(f"{who} got no code")
        return found[0]

    async def _texted(self, who: str, at_least: int = 1) -> Sequence[str]:
        """The person's texts, once there are so many."""
        for _ in range(200):
            texts = await self._town.get("/control/sms", **{"as": who})
            if len(texts) >= at_least:
                return [text["text"] for text in texts]
            await asyncio.sleep(0.05)
        raise NoAnswer(f"{who} was not texted")

    async def _camera(self, who: str, offence: str, place: str, *, hours_ago: int) -> str:
        """The police enter a violation; returns the case number."""
        clock = await self._town.get("/control/clock")
        self._records += 1
        resident_id = self._phones[who]["resident_id"]
        vehicle = next(row for row in read_town("vehicles.csv") if row["owner_resident_id"] == resident_id)
        body = {
            "authority": AUTHORITY,
            "record_no": f"TOWN-{self._records:04d}",
            "plate": vehicle["plate"],
            "plate_kind": vehicle["plate_kind"],
            "offence": offence,
            "occurred_at": (datetime.fromisoformat(clock["now"]) - timedelta(hours=hours_ago)).isoformat(),
            "place": place,
        }
        headers = {"Authorization": f"Bearer {self._api_key}", "Idempotency-Key": body["record_no"]}
        url = f"{self._place.service}/api/v1/violations"
        async with self._session.post(url, json=body, headers=headers) as response:
            answer = await response.json(content_type=None)
            if response.status != 201:
                raise NoAnswer(f"the violation was not taken: {answer}")
            return str(answer["case"])


def read_town(name: str) -> list[dict[str, str]]:
    """A file of the made-up town."""
    with Path(TOWN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
