"""`POST /api/v1/clearance`: yes or no, and nothing by which somebody in no register could be told from somebody who is free."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import event

from bot.api import rates
from bot.api.rates import Limit
from models.base.merging import Reader
from models.base.prepared import Prepared
from models.identity import keys
from models.restrictions.question_tables import questions
from tests.acts.queries import count
from tests.api.conftest import Api, problem
from tests.api.declared import declared
from tests.helpers import LI_MING, WANG_FANG, listed_matter

PATH = "/api/v1/clearance"
UNKNOWN = "11010519491231002X"
ASKED = {
    "resident_id": LI_MING.claim.resident_id,
    "mode": "air",
    "date": "2026-03-12",
    "purpose": "booking",
}


@pytest.fixture
async def desk(api: Api) -> Api:
    """Li Ming is held from flying; the key may ask."""
    async with api.database.begin("operator") as work:
        await listed_matter(work)
        api.key = await keys.create(work, "航班订座", ["clearance:ask"])
    return api


async def ask(api: Api, **fields: Any) -> ClientResponse:
    headers = {"Authorization": f"Bearer {api.key}"}
    return await declared(await api.http.post(PATH, json=ASKED | fields, headers=headers))


async def asked(api: Api) -> int:
    async with api.database.read() as work:
        return await count(work, questions)


async def test_who_is_held_is_told_how_to_resolve_it(desk: Api) -> None:
    answer = await ask(desk)
    body = await answer.json()
    assert (answer.status, body.keys()) == (200, {"allowed", "matter", "how_to_resolve"})
    assert (body["allowed"], len(body["matter"])) == (False, 12)
    assert "court" in body["how_to_resolve"]["en"]
    assert "法院" in body["how_to_resolve"]["zh_CN"]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"date": "2026-03-11"}, id="the day before it takes effect"),
        pytest.param({"mode": "coach"}, id="a mode that the matter leaves free"),
        pytest.param({"mode": "rail", "class": "hard_seat"}, id="a class that it leaves free"),
        pytest.param({"resident_id": WANG_FANG.claim.resident_id}, id="somebody else"),
    ],
)
async def test_who_is_free(desk: Api, fields: dict[str, str]) -> None:
    answer = await ask(desk, **fields)
    assert (answer.status, await answer.json()) == (200, {"allowed": True})
    assert await asked(desk) == 1


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        pytest.param({"resident_id": "1"}, 422, "error.resident_id", id="no resident ID"),
        pytest.param({"mode": "rocket"}, 422, "clearance.mode", id="no mode"),
        pytest.param({"mode": "rail", "class": "first"}, 422, "clearance.class", id="no class of it"),
        pytest.param({"date": "2026-02-28"}, 422, "clearance.date", id="a day that is over"),
        pytest.param({"date": "12/3/2026"}, 400, "date", id="a date written otherwise"),
        pytest.param({"date": 20260312}, 400, "date", id="a number for a date"),
        pytest.param({"purpose": "curiosity"}, 400, "purpose", id="no purpose of ours"),
        pytest.param({"resident_id": None}, 400, "resident_id", id="null"),
        pytest.param({"score": 1}, 400, "score", id="a field that there is not"),
    ],
)
async def test_what_is_refused_is_not_on_record(
    desk: Api, fields: dict[str, Any], status: int, says: str
) -> None:
    answer = await ask(desk, **fields)
    body = await problem(answer)
    assert (answer.status, says in (body.get("code") or body["title"])) == (status, True)
    assert await asked(desk) == 0


async def test_another_scope_does_not_open_it(api: Api) -> None:
    assert (await problem(await ask(api)))["status"] == 403


@dataclass
class Watched:
    """A reader that merges, which asks the database past the engine."""

    reader: Reader
    seen: list[str]

    async def rows(self, prepared: Prepared, params: Mapping[str, Any]) -> list[Any]:
        self.seen.append(str(prepared.statement))
        return await self.reader.rows(prepared, params)

    async def close(self) -> None:
        await self.reader.close()


@pytest.fixture
async def statements(desk: Api) -> AsyncIterator[list[str]]:
    """Everything the database was asked."""
    seen: list[str] = []
    engines = {desk.database._reader.sync_engine, desk.database._writer.sync_engine}

    def note(*args: Any) -> None:
        seen.append(args[2])

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    if reader := desk.database._merging:
        desk.database._merging = Watched(reader, seen)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_free_and_unknown_look_alike(desk: Api, statements: list[str]) -> None:
    """The same status, headers (but for the count of calls and the time), body and statements."""
    await ask(desk)  # the day of the key's use is noted
    told = []
    for number in (WANG_FANG.claim.resident_id, UNKNOWN):
        statements.clear()
        answer = await ask(desk, resident_id=number)
        headers = {name: text for name, text in answer.headers.items() if name not in {"Date", "RateLimit"}}
        told.append((answer.status, headers, await answer.read(), list(statements)))
    assert told[0] == told[1]
    assert len(told[0][3]) >= 4, "the statements were seen"


async def test_how_many_calls_are_left(desk: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rates.LIMITS, "questions", Limit(2, 60))
    answers = [await ask(desk) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    left = [answer.headers["RateLimit"].split(";")[:2] for answer in answers]
    assert left == [['"questions"', "r=1"], ['"questions"', "r=0"], ['"questions"', "r=0"]]
    assert answers[0].headers["RateLimit-Policy"] == '"questions";q=2;w=60'
    assert (await problem(answers[2]))["code"] == "api.too_often"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert await asked(desk) == 2
