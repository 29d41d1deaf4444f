"""A teacher with the publishing page open."""

from collections.abc import Callable
from html import unescape
from io import BytesIO

from sqlalchemy import Table

from tests.acts.queries import count
from tests.pages.school_reader import PASS, Reader
from tests.pages.world import World
from tests.two_classes import School

NEW = "/school/publish"
TEXT = "明天春游，请带水。\n八点校门口。"
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 64


class Writer(Reader):
    """Somebody with the publishing page open."""

    place = ""
    why = ""  # the last picture was not taken

    async def press(self, path: str, **said: str) -> int:
        """A form of the page that was opened last; where it leads is kept in `place`, what is shown in `page`."""
        found = PASS.search(self.page)
        form = {"pass": unescape(found[1]) if found else ""} | said
        answer = await self.visitor.post(path, data=form, headers=self.headers, allow_redirects=False)
        self.place = answer.headers.get("Location", "")
        if answer.status != 303:
            self.page = await answer.text()
        return answer.status

    async def draft(self, school: School, **said: str) -> str:
        """A draft of class 3-2, looked at; its page."""
        await self.open(NEW)
        form = {"class": str(school.class_id), "text": TEXT} | said
        assert await self.press(NEW, **form) == 303
        path = self.place
        assert await self.open(path) == 200
        return path

    async def send(self, path: str, content: bytes = JPEG, given: str | None = None) -> int:
        """A picture, as the page's script does; with the page's pass, or the one given."""
        found = PASS.search(self.page)
        page_pass = unescape(found[1]) if found else ""
        headers = self.headers | {"X-Pass": page_pass if given is None else given}
        answer = await self.visitor.post(f"{path}/picture", data=BytesIO(content), headers=headers)
        self.why = (await answer.json()).get("why", "") if answer.status != 413 else ""
        return answer.status


Writers = Callable[[str], Writer]


async def rows(world: World, table: Table) -> int:
    """How many there are."""
    async with world.database.read() as work:
        return await count(work, table)
