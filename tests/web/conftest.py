"""A town of one's own for each file of tests: they bind its people and move its clock."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.web.citizen import Citizen
from tests.web.demo import Demo, running

Phone = Callable[[str], Citizen]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The real demo, as `make demo` starts it; stopped by Ctrl-C after the file's last test."""
    with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo


@pytest.fixture
async def phone(demo: Demo) -> AsyncIterator[Phone]:
    """`phone("li-ming")`: that person with their phone in hand."""
    async with AsyncExitStack() as stack:

        def of(slug: str) -> Citizen:
            jar = aiohttp.CookieJar(unsafe=True)  # it serves addresses without a name, too
            session = aiohttp.ClientSession(cookie_jar=jar, cookies={"sandbox_phone": slug})
            stack.push_async_callback(session.close)
            return Citizen(slug, demo, session)

        yield of
