"""What is read from disk: the shelves after a crash, and the configuration."""

import asyncio
import dataclasses
import json
import signal
import sys
from pathlib import Path

import pytest

from sandbox.config import BadConfig, Config, load
from sandbox.nonces import KEEP, Nonces
from sandbox.shelf import Shelf
from sandbox.state import Lock


def shelf(path: Path) -> Shelf[Lock]:
    return Shelf(path, Lock, lambda lock: lock.reference)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A shelf of two locks, one of them put twice."""
    path = tmp_path / "state" / "locks.jsonl"
    kept = shelf(path)
    kept.put(Lock("a", "locked", "1", authority="交警"))
    kept.put(Lock("b", "locked", "1"))
    kept.put(Lock("a", "released", "2"))
    kept.close()
    return path


def test_the_last_record_of_a_key_wins_in_the_order_of_first_arrival(path: Path):
    kept = shelf(path)
    assert [(lock.reference, lock.state) for lock in kept] == [("a", "released"), ("b", "locked")]
    assert len(path.read_bytes().splitlines()) == 3
    kept.close()


def test_a_line_that_a_crash_tore_is_dropped(path: Path):
    with path.open("ab") as file:
        file.write(b'{"reference": "c", "sta')
    kept = shelf(path)
    assert len(kept) == 2
    kept.put(Lock("d", "locked", "3"))
    kept.close()
    again = shelf(path)
    assert [lock.reference for lock in again] == ["a", "b", "d"]
    again.close()


def test_a_line_that_is_no_record_is_an_error(path: Path):
    with path.open("ab") as file:
        file.write(b'{"colour": "red"}\n')
    with pytest.raises(ValueError, match=r"locks.jsonl, line 4"):
        shelf(path)


def test_nonces_are_forgotten_in_time():
    nonces = Nonces()
    assert [nonces.first_time("wallet", "n", now) for now in (0.0, KEEP, KEEP + 1)] == [True, False, True]
    assert nonces.first_time("sim", "n", KEEP + 1)


def written(config: Config, path: Path, change) -> Path:
    raw = dataclasses.asdict(config)
    raw["state_dir"], raw["town_dir"] = str(config.state_dir), str(config.town_dir)
    change(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def test_a_configuration_is_read(config: Config, tmp_path: Path):
    assert load(written(config, tmp_path / "c.json", lambda raw: None)) == config


def test_the_packages_own_town_unless_told(config: Config, tmp_path: Path):
    told = load(written(config, tmp_path / "c.json", lambda raw: raw.pop("town_dir")))
    assert (told.town_dir / "phones.csv").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda raw: raw.pop("wallet"), "wallet: Field required", id="missing"),
        pytest.param(
            lambda raw: raw["sms"].pop("report_url"), "sms.report_url: Field required", id="missing-deeper"
        ),
        pytest.param(lambda raw: raw.update(colour="red"), "colour: ", id="unknown"),
        pytest.param(lambda raw: raw["wechat"].update(aes_key="secret!"), "wechat.aes_key: ", id="wrong"),
    ],
)
def test_a_configuration_that_cannot_be_used(config: Config, tmp_path: Path, change, says: str):
    with pytest.raises(BadConfig) as error:
        load(written(config, tmp_path / "c.json", change))
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "secret!" not in str(error.value)


@pytest.mark.parametrize("content", [pytest.param(None, id="no-file"), pytest.param("{", id="not-json")])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str | None):
    path = tmp_path / "c.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadConfig):
        load(path)


@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGINT, id="SIGINT"), pytest.param(signal.SIGTERM, id="SIGTERM")]
)
async def test_the_process_stops_cleanly(
    config: Config, tmp_path: Path, unused_tcp_port: int, number: signal.Signals
):
    file = written(config, tmp_path / "c.json", lambda raw: raw.update(port=unused_tcp_port))
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "sandbox", str(file))
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            break
        process.send_signal(number)
        assert await process.wait() == 0


async def test_the_process_says_what_is_wrong_in_one_line(tmp_path: Path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", str(tmp_path / "none.json"), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert errors.decode().splitlines() == [f"sandbox: {tmp_path / 'none.json'}: No such file or directory"]
