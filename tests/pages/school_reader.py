"""Somebody of the school opens its pages: recognised by WeChat, known again by the cookie, pressing what stands on the page."""

import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

from aiohttp import ClientResponse
from yarl import URL

from bot.pages.school.passes import COOKIE
from tests.pages.world import Visitor, World

PASS = re.compile(r'name="pass" value="([^"]+)"')
TOKEN = re.compile(r'data-token="([^"]+)"')
BEAT = "/school/beat"


@dataclass
class Reader:
    """One phone. The cookie is carried by hand: it is for https only."""

    name: str
    visitor: Visitor
    world: World
    cookie: str = ""
    page: str = field(default="", repr=False)

    async def get(self, path: str) -> ClientResponse:
        """As the phone asks, following nothing."""
        return await self.visitor.get(path, headers=self.headers, allow_redirects=False)

    async def come_in(self, path: str) -> ClientResponse:
        """Be recognised by WeChat, which sends the browser back; WeChat's answer is what comes back here."""
        asked = await self.get(path)
        assert asked.status == 303
        login = URL(asked.headers["Location"])
        code = f"code-{self.name}"
        self.world.login.codes[code] = f"w-{self.name}"
        back = URL(login.query["redirect_uri"])
        answer = await self.get(str(back.relative().update_query(code=code, state=login.query["state"])))
        given: SimpleCookie = SimpleCookie(answer.headers.get("Set-Cookie", ""))
        self.cookie = given[COOKIE].value if COOKIE in given else ""
        return answer

    async def open(self, path: str) -> int:
        """Open a page, being recognised first where that is needed; its status. The page itself is kept."""
        if not self.cookie:
            await self.come_in(path)
        answer = await self.get(path)
        self.page = await answer.text()
        return answer.status

    async def write(self, path: str, text: str, to: str = "", **more: str) -> int:
        """Press the form of the page that was opened last."""
        found = PASS.search(self.page)
        form = {"text": text, "pass": unescape(found[1]) if found else ""} | ({"to": to} if to else {})
        return await self.post(f"{path}/answer", data=form | more)

    async def beat(self, *, token: str = "", read: bool = True) -> int:
        """A beat with this token, or with the page's; the next one replaces it."""
        answer = await self.visitor.post(BEAT, json={"token": token or self.token, "read": read})
        if answer.status == 200 and not token:
            self.page = f'data-token="{(await answer.json())["token"]}"'
        return answer.status

    async def post(self, path: str, **body: Any) -> int:
        answer = await self.visitor.post(path, headers=self.headers, allow_redirects=False, **body)
        if answer.status == 422:
            self.page = await answer.text()
        return answer.status

    @property
    def token(self) -> str:
        found = TOKEN.search(self.page)
        return unescape(found[1]) if found else ""

    @property
    def headers(self) -> dict[str, str]:
        """What the phone sends along: the cookie."""
        return {"Cookie": f'{COOKIE}="{self.cookie}"'} if self.cookie else {}
