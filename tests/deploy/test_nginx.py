"""What nginx does before the service: who reaches which process, what is never let through, what is never written down."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.deploy.balancer import NAME, NGINX, Nginx
from tests.web.demo import free_ports

pytestmark = pytest.mark.skipif(NGINX is None, reason="NOT TESTED: nginx is not installed here")
TOKEN, SECRET = "AAAAAAAAAAAAAAAAAAAAAAA", "a-secret-of-twenty-letters"


@dataclass
class Process:
    """A web process: keeps what it was asked. `broken` hangs up after it has read a request."""

    port: int
    asked: list[web.BaseRequest] = field(default_factory=list)
    broken: bool = False

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        self.asked.append(request)
        if self.broken:
            assert request.transport
            request.transport.close()
        return web.Response(text=str(self.port), headers={"Referrer-Policy": "no-referrer"})


@dataclass
class Balanced:
    client: aiohttp.ClientSession
    first: Process
    second: Process
    nginx: Nginx
    servers: dict[int, web.ServerRunner]

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Status and text; 0 when the connection was closed without an answer."""
        try:
            async with self.client.request(method, path, **more) as answer:
                return answer.status, await answer.text()
        except aiohttp.ServerDisconnectedError:
            return 0, ""

    async def push(self, openid: str) -> tuple[int, str]:
        return await self.ask("POST", f"/wechat?signature=s&nonce=1&openid={openid}", data=b"<xml/>")

    async def close(self, process: Process) -> None:
        await self.servers[process.port].cleanup()

    async def log_of(self, requests: int) -> str:
        """All logs, once so many requests are in them: nginx writes a line when the answer has left."""
        async with asyncio.timeout(30):
            while True:
                written = "".join(file.read_text("utf-8") for file in self.nginx.folder.glob("*.log"))
                if written.count('"place"') >= requests:
                    return written
                await asyncio.sleep(0.02)

    def home(self, text: str) -> Process:
        return self.first if text == str(self.first.port) else self.second


@pytest.fixture
def nginx(tmp_path: Path) -> Nginx:
    """Set up for processes on two free ports."""
    tmp_path.chmod(0o755)
    plain, secure = free_ports(2)
    return Nginx(tmp_path, plain, secure)


@pytest.fixture
async def city(nginx: Nginx) -> AsyncIterator[Balanced]:
    """nginx before two processes."""
    first, second = (Process(port) for port in free_ports(2))
    servers = {process.port: web.ServerRunner(web.Server(process.handle)) for process in (first, second)}
    async with AsyncExitStack() as stack:
        for port, runner in servers.items():
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
        nginx.set_up({"8081": first.port, "8082": second.port})
        client = await stack.enter_async_context(nginx.running())
        yield Balanced(client, first, second, nginx, servers)


def test_nginx_finds_nothing_wrong(nginx: Nginx) -> None:
    nginx.set_up({})
    done = subprocess.run([*nginx.command, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


async def test_one_persons_pushes_reach_one_process(city: Balanced) -> None:
    homes = {f"o{n}": (await city.push(f"o{n}"))[1] for n in range(40)}
    assert set(homes.values()) == {str(city.first.port), str(city.second.port)}
    for openid, home in homes.items():
        assert await city.push(openid) == (200, home)


async def test_who_was_at_the_process_that_ended_goes_to_the_other(city: Balanced) -> None:
    """The connection is refused, so nothing was sent: the push goes on, POST or not."""
    homes = {f"o{n}": (await city.push(f"o{n}"))[1] for n in range(20)}
    await city.close(city.first)
    for openid, home in homes.items():
        status, text = await city.push(openid)
        assert (status, text) == (200, str(city.second.port)), (openid, home)


async def test_a_push_that_broke_is_not_sent_twice_and_left_to_wechat(city: Balanced) -> None:
    home = city.home((await city.push("o1"))[1])
    home.broken = True
    home.asked.clear()
    assert await city.push("o1") == (0, "")
    assert (len(home.asked), len(city.first.asked) + len(city.second.asked) - len(home.asked)) == (1, 0)


async def test_a_page_that_broke_is_asked_for_at_the_other(city: Balanced) -> None:
    city.first.broken = True
    for _ in range(4):
        assert await city.ask("GET", "/privacy") == (200, str(city.second.port))


async def test_an_order_that_broke_is_not_made_twice(city: Balanced) -> None:
    city.first.broken = city.second.broken = True
    assert (await city.ask("POST", f"/c/{TOKEN}/order"))[0] == 502
    assert len(city.first.asked) + len(city.second.asked) == 1


@pytest.mark.parametrize(
    "path", ["/metrics", "/livez", "/readyz", "/demo/clock", "/", "/api/v2/x", "/.env", "/wechat/more"]
)
async def test_what_is_not_public(city: Balanced, path: str) -> None:
    assert (await city.ask("GET", path))[0] == 404
    assert city.first.asked + city.second.asked == []


@pytest.mark.parametrize(
    ("size", "status"),
    [pytest.param(64 * 1024, 200, id="64 KiB"), pytest.param(64 * 1024 + 1, 413, id="more")],
)
async def test_how_much_may_be_sent(city: Balanced, size: int, status: int) -> None:
    assert (await city.ask("POST", "/wechat?openid=o1", data=b"x" * size))[0] == status


async def test_what_the_process_is_told(city: Balanced) -> None:
    """Where a request came from is said by nginx alone; connections are kept."""
    for _ in range(2):
        await city.ask("POST", "/wechat?openid=o1", headers={"X-Forwarded-For": "1.2.3.4"})
    one, other = city.first.asked + city.second.asked
    assert one.version == aiohttp.HttpVersion11
    assert one.headers.getall("X-Forwarded-For") == ["127.0.0.1"]
    assert (one.headers["Host"], one.headers["X-Forwarded-Proto"]) == (NAME, "https")
    assert one.transport is not None
    assert one.transport is other.transport


async def test_headers_come_once(city: Balanced) -> None:
    async with city.client.get(f"/c/{TOKEN}") as answer:
        assert answer.headers.getall("Referrer-Policy") == ["no-referrer"]
        assert answer.headers.getall("Strict-Transport-Security") == ["max-age=31536000"]
        assert answer.headers["Server"] == "nginx"


async def test_without_tls_there_is_only_the_way_to_it(city: Balanced) -> None:
    async with aiohttp.ClientSession() as plain:
        url = f"http://127.0.0.1:{city.nginx.plain}/c/{TOKEN}?l=en"
        async with plain.get(url, headers={"Host": NAME}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (308, f"https://{NAME}/c/{TOKEN}?l=en")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await plain.get(url, headers={"Host": "another.example"})


async def test_a_flood_of_pages_is_turned_away_and_pushes_are_not(city: Balanced) -> None:
    pages = Counter([(await city.ask("GET", f"/c/{TOKEN}"))[0] for _ in range(80)])
    assert set(pages) == {200, 429}
    assert pages[200] >= 61  # one and a burst of sixty
    assert [(await city.push("o1"))[0] for _ in range(100)] == [200] * 100


async def test_no_token_and_no_account_is_written_down(city: Balanced) -> None:
    await city.push("oSecretAccount")
    await city.ask("GET", f"/c/{TOKEN}/pay/ORDER77")
    await city.ask("POST", f"/callbacks/sms/{SECRET}")
    await city.ask("GET", "/oSecretAccount")
    city.first.broken = city.second.broken = True
    await city.push("oSecretAccount")
    await city.ask("POST", f"/c/{TOKEN}/order")
    written = await city.log_of(6)
    assert [
        word for word in ("oSecretAccount", TOKEN, SECRET, "ORDER77", "signature") if word in written
    ] == []
    places = [
        line.partition('"place":"')[2].partition('"')[0] for line in written.splitlines() if "place" in line
    ]
    assert places == ["/wechat", "/c/-", "/callbacks/sms/-", "other", "/wechat", "/c/-"]
