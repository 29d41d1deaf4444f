"""`bot.logs`: a last guard. What looks like an ID, a phone or a plate does not get into a log, whoever logs it and however."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from models.base import trace


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def put_back() -> Iterator[None]:
    """The test run's own logging, afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.fixture(params=[pytest.param(io.StringIO, id="JSON"), pytest.param(Terminal, id="terminal")])
def any_stream(request: pytest.FixtureRequest, put_back: None) -> io.StringIO:
    """What the process logs, in either shape."""
    made: io.StringIO = request.param()
    logs.configure(made)
    return made


@pytest.fixture
def stream(put_back: None) -> io.StringIO:
    """What the process logs, as JSON."""
    made = io.StringIO()
    logs.configure(made)
    return made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("ID 442000188503121375.", "ID ***.", id="resident ID"),
        pytest.param("ID 44200018850312137X", "ID ***", id="resident ID with X"),
        pytest.param("phone=13800010001", "phone=***", id="phone"),
        pytest.param("+8613800010001", "***", id="phone with country"),
        pytest.param("8613800010001", "***", id="phone with country, no plus"),
        pytest.param("车粤T12345停", "车***停", id="plate"),
        pytest.param("粤TD12345", "***", id="new energy plate"),
        pytest.param("粤B1234学", "***", id="learner's plate"),
        pytest.param("粤B1234警", "***", id="police plate"),
        pytest.param("two 13800010001, 13800010002", "two ***, ***", id="two in a line"),
        pytest.param("case 442012003481", "case 442012003481", id="a case number stays"),
        pytest.param("粤T·***45", "粤T·***45", id="a masked plate stays"),
        pytest.param("order A13800010001B", "order A13800010001B", id="a part of a longer word stays"),
        pytest.param("¥200.00", "¥200.00", id="an amount stays"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert logs.mask(None, "info", {"event": text}) == {"event": shown}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"phone": "13800010001"}, id="in a dictionary"),
        pytest.param(["粤T12345"], id="in a list"),
        pytest.param(13800010001, id="a number"),
        pytest.param(ValueError("442000188503121375"), id="in an error"),
    ],
)
def test_it_is_masked_however_deep(value: Any) -> None:
    assert "***" in str(logs.mask(None, "info", {"value": value})["value"])


def test_other_values_keep_their_type() -> None:
    event = {"event": "x", "count": 3, "roles": ["web"], "none": None, "ok": True}
    assert logs.mask(None, "info", dict(event)) == event


def test_a_process_logs_json_and_masks_it(stream: io.StringIO) -> None:
    structlog.get_logger().warning("told", phone="13800010001", place="兴中道")
    entry = json.loads(stream.getvalue())
    assert (entry["event"], entry["phone"], entry["place"]) == ("told", "***", "兴中道")


def test_libraries_log_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("a.library").error("cannot reach %s", "13800010001")
    logging.getLogger("a.library").info("13800010001 is fine")
    [line] = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"]) == ("cannot reach ***", "error")
    assert not [name for name in entry if name.startswith("_")]


def test_a_line_says_which_trace_it_belongs_to_and_when(stream: io.StringIO) -> None:
    log = structlog.get_logger()
    with trace.bound("3f9c0e77a1b2"):
        log.info("sent")
        logging.getLogger("a.library").error("refused")
        log.info("claimed", trace="of its own")
    log.info("started")
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    told = [(entry["event"], entry.get("trace")) for entry in entries]
    assert told == [
        ("sent", "3f9c0e77a1b2"),
        ("refused", "3f9c0e77a1b2"),
        ("claimed", "of its own"),
        ("started", None),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", entry["timestamp"]) for entry in entries)
    assert {entry["level"] for entry in entries} == {"info", "error"}


SOMEBODY = "李明"  # apart, so that no line of the traceback spells the name


def fail(claimed: str) -> None:
    raise ValueError(f"{len(claimed)} letters, for 442000188503121375")


def test_tracebacks_are_masked_and_show_no_variables(any_stream: io.StringIO) -> None:
    try:
        fail(SOMEBODY)
    except ValueError:
        structlog.get_logger().exception("failed", plate="粤T12345")
    told = any_stream.getvalue()
    assert "ValueError: 2 letters, for ***" in told
    assert "李明" not in told
    assert "12345" not in told
