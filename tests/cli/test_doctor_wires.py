"""`shimin doctor` and what is at the other end of a wire: the database, Redis, WeChat, the clocks."""

import socketserver
import threading
import time
from email.utils import formatdate
from typing import ClassVar

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_doctor import of
from tests.cli.wechat_host import Host


def test_no_database_and_none_is_made(desk: Shell, city: Host) -> None:
    (desk.folder / "shimin.db").unlink()
    status, line = of(desk, "database")
    assert (status, "does not exist -> run `shimin migrate`" in line) == (1, True)
    assert not (desk.folder / "shimin.db").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "its schema is empty, not ", id="an empty one"),
        pytest.param(b"no database" * 100, "does not answer (DatabaseError)", id="no database"),
    ],
)
def test_a_database_that_does_not_do(desk: Shell, city: Host, content: bytes, says: str) -> None:
    (desk.folder / "shimin.db").write_bytes(content)
    status, line = of(desk, "database")
    assert (status, says in line) == (1, True), line


def test_a_database_that_is_away(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    url = f"postgresql+asyncpg://shimin:the-password@127.0.0.1:{unused_tcp_port}/shimin"
    monkeypatch.setenv("SHIMIN_DATABASE_URL", url)
    status, line = of(desk, "database")
    assert (status, "does not answer (ConnectionRefusedError)" in line) == (1, True), line


class Redis(socketserver.StreamRequestHandler):
    """As much of one as a PING takes."""

    says: ClassVar = {b"HELLO": b"%1\r\n+proto\r\n:3\r\n", b"PING": b"+PONG\r\n"}

    def handle(self) -> None:
        while count := self.rfile.readline()[1:]:
            words = []
            for _ in range(int(count)):
                size = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(size + 2)[:size])
            self.wfile.write(self.says.get(words[0], b"-ERR unknown command\r\n"))


def test_a_redis_that_answers(desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Redis) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("SHIMIN_REDIS_URL", f"redis://127.0.0.1:{server.server_address[1]}/0")
        assert of(desk, "redis") == (0, "ok    redis     answers")
        server.shutdown()
        thread.join()


def test_a_redis_that_is_away(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("SHIMIN_REDIS_URL", f"redis://:the-password@127.0.0.1:{unused_tcp_port}/0")
    status, line = of(desk, "redis")
    assert (status, "does not answer (ConnectionError)" in line) == (1, True), line


@pytest.mark.parametrize(
    ("errcode", "says"),
    [
        pytest.param(40013, "40013 app id unknown -> check SHIMIN_WECHAT__APP_ID", id="app id"),
        pytest.param(40125, "40125 app secret wrong -> check SHIMIN_WECHAT__APP_SECRET", id="secret"),
        pytest.param(40164, "add this machine's address to the account's IP list", id="address not listed"),
        pytest.param(48004, "48004 interface banned -> see the account's state", id="banned"),
    ],
)
def test_credentials_that_wechat_refuses(desk: Shell, city: Host, errcode: int, says: str) -> None:
    city.answers["/cgi-bin/stable_token"] = {"errcode": errcode, "errmsg": "no"}
    status, line = of(desk, "wechat")
    assert (status, says in line) == (1, True), line


def test_nobody_at_wechat(
    desk: Shell, city: Host, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("SHIMIN_WECHAT__API_BASE", f"http://127.0.0.1:{unused_tcp_port}")
    status, line = of(desk, "wechat")
    assert (status, "does not answer: unreachable -> check SHIMIN_WECHAT__API_BASE" in line) == (1, True)
    assert "WeChat does not tell the time" in of(desk, "clock")[1]


@pytest.mark.parametrize(
    ("path", "answer", "says"),
    [
        pytest.param(
            "template/get_all_private_template", {"errcode": 48001}, "no template messages", id="unverified"
        ),
        pytest.param("template/get_all_private_template", [], "does not tell its templates", id="no list"),
        pytest.param("menu/get", {"errcode": 46003}, "run `shimin wechat menu docs/menu.toml`", id="no menu"),
        pytest.param("menu/get", {"errcode": 48001}, "does not tell the menu", id="menu not granted"),
    ],
)
def test_an_account_that_lacks_something(
    desk: Shell, city: Host, path: str, answer: object, says: str
) -> None:
    city.answers[f"/cgi-bin/{path}"] = answer
    status, lines = of(desk, "wechat")
    assert (status, says in lines) == (0, True), lines


@pytest.mark.parametrize(
    ("ahead", "status", "level", "says"),
    [
        pytest.param(0, 0, "ok", "with WeChat within a minute", id="right"),
        pytest.param(-90, 0, "warn", "behind WeChat -> let NTP", id="90 s behind"),
        pytest.param(120, 0, "warn", "ahead of WeChat -> let NTP", id="2 minutes ahead"),
        pytest.param(400, 1, "fail", "ahead of WeChat: signatures are refused", id="beyond 300 s"),
    ],
)
def test_our_clock_and_theirs(
    desk: Shell, city: Host, ahead: int, status: int, level: str, says: str
) -> None:
    city.date = formatdate(time.time() - ahead, usegmt=True)
    ended, lines = of(desk, "clock")
    assert (ended, {line.split()[0] for line in lines.splitlines()}) == (status, {level})
    assert says in lines


def test_a_host_without_a_date_that_can_be_read(desk: Shell, city: Host) -> None:
    city.date = "yesterday"
    assert "WeChat Pay does not tell the time" in of(desk, "clock")[1]
