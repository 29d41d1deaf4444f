"""One of the town's people, by HTTP: their chat, texts and wallet through the sandbox's levers, pages as their phone opens them."""

import asyncio
import html
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from bot.demo.story import read_town
from bot.demo.talk import Town
from tests.web.demo import Demo

PATIENCE = 60.0  # seconds; what is waited for takes one or two
LINK = re.compile(r"https?://[^\s\u4e00-\u9fff]+")
SHEET_CALL = re.compile(r'data-call="([^"]+)"')
LATER = 0.1
Answer = TypeVar("Answer")


async def until(
    ask: Callable[[], Awaitable[Answer]], holds: Callable[[Answer], Any], seconds: float = PATIENCE
) -> Answer:
    """Ask again and again until the answer holds; fails with the last answer when it never does."""
    end = asyncio.get_running_loop().time() + seconds
    while not holds(answer := await ask()):
        assert asyncio.get_running_loop().time() < end, f"not in time; the last answer: {answer}"
        await asyncio.sleep(LATER)
    return answer


@dataclass(frozen=True)
class Citizen:
    """`session` is their phone's browser: it carries the cookie by which the sandbox's WeChat knows whose phone it is."""

    slug: str
    demo: Demo
    session: aiohttp.ClientSession

    @property
    def town(self) -> Town:
        return Town(self.session, self.demo.sandbox)

    @property
    def claim(self) -> str:
        """Name, resident ID and phone, as one types them."""
        row = next(row for row in read_town("phones.csv") if row["slug"] == self.slug)
        return f"{row['name']} {row['resident_id']} {row['phone']}"

    async def say(self, text: str) -> str:
        """The account's reply."""
        return "\n".join(await self.town.say(self.slug, text))

    async def texts(self) -> list[str]:
        """Every SMS, oldest first."""
        return [text["text"] for text in await self.town.get("/control/sms", **{"as": self.slug})]

    async def chat(self) -> list[str]:
        """What the account has written into the chat, oldest first."""
        lines = await self.town.get("/control/messages", **{"as": self.slug})
        return [line["text"] for line in lines if line["from"] == "account"]

    async def wallet_is_locked(self) -> bool:
        return bool((await self.town.get("/control/wallet", **{"as": self.slug}))["locked"])

    async def text_about(self, *words: str) -> str:
        """The newest SMS that holds all these words, once it has come."""
        return await self._newest(self.texts, words)

    async def told_in_chat(self, *words: str) -> str:
        """The newest message of the account with all these words, once it has come."""
        return await self._newest(self.chat, words)

    async def caught(self, offence: str = "1344", place: str = "兴中道") -> str:
        """The traffic police enter a violation of this person's car by the API; returns the case number."""
        url, key = f"{self.demo.service}/api/v1/violations", self.demo.env["DEMO_API_KEY"]
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid.uuid4().hex}
        async with self.session.post(url, json=await self._report(offence, place), headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["case"])

    async def open(self, url: str) -> str:
        """The page behind a link, wherever it leads."""
        async with self.session.get(url) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.text()

    async def accept(self, case: str) -> None:
        """Accept and confirm, and read the decision, which serves it."""
        assert "拟罚款" in await self.say(f"接受 {case}")
        assert "已决定" in await self.say(f"确认 {case}")
        await self.text_about("处罚决定", case)

    async def link_of(self, case: str) -> str:
        """The page of a case, out of the chat's answer to `缴款`."""
        return link_in(await self.say(f"缴款 {case}"))

    async def pay_in_chat(self, link: str) -> str:
        """Press the page's button inside WeChat and confirm in its payment sheet; returns the amount on the page."""
        page = await self.open(f"{link}/wechat")
        call = SHEET_CALL.search(page)
        assert call, page
        parameters = json.loads(html.unescape(call[1]))
        paid = await self.town.post("/control/pay", **{"as": self.slug}, **parameters)
        assert paid["result"] == "ok", paid
        return amount_on(page)

    async def scan_and_pay(self, link: str) -> str:
        """Press the button in a browser and scan the code that appears; returns the amount on the page."""
        before = {order["out_trade_no"] for order in await self.town.get("/control/orders")}
        async with self.session.post(f"{link}/order") as answer:
            page = await answer.text()
        (order,) = [
            one for one in await self.town.get("/control/orders") if one["out_trade_no"] not in before
        ]
        paid = await self.town.post("/control/pay", **{"as": self.slug}, code_url=order["code_url"])
        assert paid["result"] == "ok", paid
        return amount_on(page)

    async def state_of(self, link: str) -> str:
        """What the waiting page is told of its case."""
        async with self.session.get(f"{link}/status") as answer:
            return str((await answer.json())["state"])

    async def _newest(self, source: Callable[[], Awaitable[list[str]]], words: tuple[str, ...]) -> str:
        def held(messages: list[str]) -> list[str]:
            return [message for message in messages if all(word in message for word in words)]

        return held(await until(source, held))[-1]

    async def _report(self, offence: str, place: str) -> dict[str, str]:
        resident_id = self.claim.split()[1]
        vehicle = next(row for row in read_town("vehicles.csv") if row["owner_resident_id"] == resident_id)
        return {
            "authority": "442000",
            "record_no": uuid.uuid4().hex,
            "plate": vehicle["plate"],
            "plate_kind": vehicle["plate_kind"],
            "offence": offence,
            "occurred_at": (await self.town.get("/control/clock"))["now"],
            "place": place,
        }


def link_in(text: str) -> str:
    """The web address in a message."""
    found = LINK.search(text)
    assert found, text
    return found[0]


def amount_on(page: str) -> str:
    """The amount that is the biggest thing on a page."""
    found = re.search(r'class="amount">([^<]+)<', page)
    assert found, page
    return found[1]
