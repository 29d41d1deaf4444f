"""`shimin officer`: keys of staff, and the acts of whoever holds SHIMIN_OFFICER_KEY: two doors, the same acts."""

import ast
import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import pytest

from bot.matter_reasons import SENTENCES as MATTERS
from bot.officer_reasons import SENTENCES as OFFICERS
from bot.settings import load_settings
from bot.wiring import open_database
from models.base.blobs import FileBlobs
from models.base.db import Database
from models.post import desk as tickets
from models.violations import evidence
from tests.cli.conftest import Shell
from tests.helpers import LI_MING, OVERLOAD, recorded_case, town

ROOT = Path(__file__).parents[2]
Result = TypeVar("Result")
SENTENCES = {**OFFICERS, **MATTERS}
WHY = ("--reasons", "根据称重记录")
PAID = ("--fen", "20000", "--bank", "示范市商业银行", "--paid-on", "2026-03-02")
KEY, JPEG = "a" * 32, b"\xff\xd8\xff"


def with_database(act: Callable[[Database], Awaitable[Result]]) -> Result:
    async def opened() -> Result:
        database = open_database(load_settings())
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(opened())


@pytest.fixture
def number(desk: Shell) -> str:
    """A case whose fine an officer must set."""

    async def record(database: Database) -> str:
        await town(database)
        async with database.begin("api:K1") as work:
            return await recorded_case(work, code=OVERLOAD)

    return with_database(record)


@pytest.fixture
def officer(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell with an officer's key."""
    status, out, _ = desk.run("officer", "add", "赵警官", "--authority", "442000")
    assert status == 0
    monkeypatch.setenv("SHIMIN_OFFICER_KEY", out.strip())
    return desk


def told(shell: Shell, *words: str) -> Any:
    """What a command printed."""
    status, out, err = shell.run("officer", *words)
    assert status == 0, err
    return json.loads(out)


def test_a_key_is_shown_once_and_listed_without_its_secret(officer: Shell) -> None:
    _, listed, _ = officer.run("officer", "list")
    assert "赵警官" in listed
    assert officer.run("officer", "revoke", "1")[0] == 0
    assert officer.run("officer", "revoke", "1")[0] == 1
    status, _, err = officer.run("officer", "queue")
    assert (status, "unknown or revoked" in err) == (1, True)


def test_without_a_key_nothing_is_done(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIMIN_OFFICER_KEY", raising=False)
    status, _, err = desk.run("officer", "queue")
    assert (status, "SHIMIN_OFFICER_KEY is missing" in err) == (1, True)


def test_an_authority_has_six_digits(desk: Shell) -> None:
    assert desk.run("officer", "add", "赵警官", "--authority", "44200")[0] == 1


def test_from_the_queue_to_the_figure(number: str, officer: Shell) -> None:
    [entry] = told(officer, "queue", "--kind", "figure")["entries"]
    assert entry["key"] == number
    assert told(officer, "figure", number, "50000", *WHY) == {"case": number, "fine_fen": 50000}
    shown = told(officer, "show", number)
    assert (shown["case"]["plate"], shown["holder"]["name"], shown["acts"][0]["officer"]) == (
        "粤T·***45",
        "李*",
        "officer:1",
    )
    assert told(officer, "show", number, "--reveal", "对照行驶证")["holder"]["name"] == "李明"
    assert told(officer, "figure", number, "40000", "--replaces", "50000", *WHY)["fine_fen"] == 40000


def test_an_erased_record_and_a_refusal_in_one_line(number: str, officer: Shell) -> None:
    erase = ("erase", number, "--ground", "unclear", *WHY)
    assert told(officer, *erase)["state"] == "erased"
    status, _, err = officer.run("officer", *erase)
    assert (status, "no longer undecided" in err, "Traceback" in err) == (1, True, False)


def test_an_officer_cannot_take_a_decision_back(number: str, officer: Shell) -> None:
    status, _, err = officer.run("officer", "void", number, "--ground", "procedure", *WHY)
    assert (status, "supervisor" in err) == (1, True)


def test_a_ticket(officer: Shell) -> None:
    async def open_one(database: Database) -> str:
        async with database.begin("citizen:1") as work:
            return await tickets.open_ticket(work, "person", "person 1")

    number = with_database(open_one)
    assert told(officer, "take", number)["taken_by"] == "officer:1"
    assert told(officer, "release", number)["taken_by"] is None
    told(officer, "take", number)
    assert told(officer, "close", number, "已答复")["state"] == "closed"


def test_an_activity_is_put_on_record(number: str, officer: Shell) -> None:
    whose = ("--resident-id", LI_MING.claim.resident_id)
    short = ("record", "L-0001", "activity", "2026-03-02", *whose, "--minutes", "59")
    status, _, err = officer.run("officer", *short)
    assert (status, "60 minutes are needed" in " ".join(err.split())) == (1, True), err
    cheated = ("record", "C-0001", "cheated", "2026-03-02", *whose)
    assert told(officer, *cheated) == {
        "education": "C-0001",
        "points_off": 0,
        "points": 0,
        "held": False,
        "days_left": 0,
    }


def test_a_photo_goes_into_a_new_file_for_its_officer_alone(
    number: str, officer: Shell, tmp_path: Path
) -> None:
    async def hand_in(database: Database) -> None:
        await FileBlobs(load_settings().blobs, database.city.vault).put(KEY, JPEG)
        async with database.begin("api:K1") as work:
            await evidence.hand_in(work, KEY, "image/jpeg", len(JPEG))
            await evidence.attach(work, [(number, (KEY,))])

    with_database(hand_in)
    file = tmp_path / "seen.jpg"
    status, out, err = officer.run("officer", "photo", number, KEY, str(file))
    assert (status, json.loads(out)["of"]) == (0, "evidence"), err
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (JPEG, 0o600)
    status, _, err = officer.run("officer", "photo", number, KEY, str(file))
    assert (status, "name another file" in err) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("extend", "{}", "2030-01-01", *WHY), "term", id="extend"),
        pytest.param(("announce", "{}", *WHY), "unhandled records", id="announce"),
        pytest.param(("decide", "9", *WHY), "supervisor", id="decide"),
        pytest.param(("withdraw", "9"), "no announcement", id="withdraw"),
        pytest.param(("verify", "9", "--ok", *WHY), "no such nomination", id="verify"),
        pytest.param(("answer", "9", "upheld", *WHY), "no such objection", id="answer"),
        pytest.param(("grant", "9", "2026-06-01", "2026-07-01", *WHY), "no such payment plan", id="grant"),
        pytest.param(("refuse", "9", *WHY), "no such payment plan", id="refuse"),
        pytest.param(("retry", "X" * 32, *WHY), "no refund", id="retry"),
        pytest.param(("book", "B-0001", "{}", *PAID), "there is no decision", id="book"),
        pytest.param(("repay", "X" * 32, "A-0001", "--day", "2026-03-02", *WHY), "no refund", id="repay"),
        pytest.param(("photo", "{}", KEY, "x.jpg"), "no such photo", id="photo"),
        pytest.param(("queue", "--taken", "all"), "Choose one of: any, mine, free", id="queue"),
    ],
)
def test_refusals(number: str, officer: Shell, words: tuple[str, ...], says: str) -> None:
    status, _, err = officer.run("officer", *(word.format(number) for word in words))
    assert (status, says in " ".join(err.split())) == (1, True), err


def raised() -> Iterator[tuple[str, set[str]]]:
    """Every refusal of officers' acts that is written out: its key, and the parameters it names."""
    for folder in ("bot", "models"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Refusal", "BadInput"}:
                    key = node.args[0]
                    if isinstance(key, ast.Constant) and str(key.value).startswith(("officer.", "matter.")):
                        yield str(key.value), {str(each.arg) for each in node.keywords}


@pytest.mark.parametrize(
    ("key", "given"), [pytest.param(*each, id=each[0]) for each in sorted(raised(), key=str)]
)
def test_every_refusal_has_a_sentence_that_can_be_filled(key: str, given: set[str]) -> None:
    wanted = {name for _, name, _, _ in Formatter().parse(SENTENCES[key]) if name}
    assert wanted <= given


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_says_what_is_wrong_and_then_what_to_do(key: str) -> None:
    assert SENTENCES[key].count(". ") >= 1
    assert SENTENCES[key].endswith(".")


def test_a_notice_that_came_on_paper_from_entry_to_end(number: str, officer: Shell) -> None:
    named = ("--name", "李明", "--resident-id", LI_MING.claim.resident_id, "--authority", "示范市人民法院")
    what = ("--facts", "有能力履行而拒不履行", "--occurred-on", "2020-02-20")
    scopes = ("--scope", "air", "--scope", "rail:soft_sleeper,high_speed_first")
    opened = told(officer, "matter", "open", "执100号", "court_debt", *named, *what, *scopes)
    assert [scope["mode"] for scope in opened["scopes"]] == ["air", "rail"]
    matter = opened["number"]
    assert told(officer, "matter", "look", matter)["facts"] == "有能力履行而拒不履行"
    fewer = told(officer, "matter", "amend", matter, "--scope", "air")
    assert [scope["mode"] for scope in fewer["scopes"]] == ["air"]
    status, _, err = officer.run(
        "officer", "matter", "exempt", matter, "coach", "2026-01-01", "2026-01-02", *WHY
    )
    assert (status, "does not restrict coach" in err) == (1, True)
    assert told(officer, "matter", "close", matter, "performed")["ending"] == "performed"
    status, _, err = officer.run("officer", "matter", "answer", "7", "struck", *WHY)
    assert (status, "no such objection" in err) == (1, True)


def test_a_lock_by_hand_needs_an_overdue_case(number: str, officer: Shell) -> None:
    for words in (
        ("lock", number, "--served-on", "2026-01-01"),
        ("unlock", number),
        ("confirm", "7"),
        ("deny", "7"),
    ):
        status, _, err = officer.run("officer", *words, *WHY)
        assert (status, "Traceback" in err) == (1, False)
