"""`/api/v1/matters`: courts and the police enter matters that restrict travel, and change what is theirs, once for each key and body."""

from typing import Any

import pytest
from aiohttp import ClientResponse, web

from models.base.db import Database
from models.identity import keys
from models.restrictions import listed
from tests.api.conftest import Api, problem
from tests.api.declared import declared
from tests.helpers import LI_MING, town

PATH = "/api/v1/matters"
DEBT = {
    "document": "(2026)粤2071执100号",
    "kind": "court_debt",
    "resident_id": LI_MING.claim.resident_id,
    "name": "李明",
    "facts": "有能力履行而拒不履行",
    "occurred_on": "2026-02-20",
    "scopes": {"air": [], "rail": ["soft_sleeper"]},
}


class Court(Api):
    """A court with a key; each call has an Idempotency-Key of its own unless one is given."""

    calls = 0

    async def call(self, path: str, body: Any, again: str = "") -> ClientResponse:
        self.calls += 1
        headers = self.headers(again or f"m-{self.calls}")
        return await declared(await self.http.post(PATH + path, json=body, headers=headers))

    async def listed(self) -> str:
        answer = await self.call("", DEBT)
        assert answer.status == 201
        number: str = (await answer.json())["matter"]
        return number


@pytest.fixture
async def court(database: Database, app: web.Application, aiohttp_client: Any) -> Court:
    """The town is entered; the key may enter matters."""
    await town(database)
    async with database.begin("operator") as work:
        key = await keys.create(work, "示范市人民法院", ["matters:write"])
    return Court(database, await aiohttp_client(app), key)


async def test_a_matter_is_listed_under_the_name_of_the_key(court: Court):
    answer = await court.call("", DEBT, "once")
    body = await answer.json()
    assert (answer.status, body) == (
        201,
        {
            "matter": body["matter"],
            "new": True,
            "kind": "court_debt",
            "listed_on": "2026-03-02",
            "since": "2026-03-12",
            "until": "2028-03-11",
            "performed_on": None,
            "delete_by": None,
            "closed_on": None,
            "ending": None,
            "contested": False,
            "scopes": {"air": [], "rail": ["soft_sleeper"]},
        },
    )
    async with court.database.read() as work:
        assert (await listed.by_number(work, body["matter"])).authority == "示范市人民法院"
    again = await court.call("", DEBT, "once")
    assert again.headers["Idempotent-Replayed"] == "true"
    known = await court.call("", DEBT)
    assert (known.status, (await known.json())["new"]) == (200, False)


async def test_it_is_amended_freed_for_a_while_and_closed(court: Court):
    number = await court.listed()
    amended = await (await court.call(f"/{number}/amend", {"scopes": {"air": []}})).json()
    assert amended["scopes"] == {"air": []}
    free = {"mode": "air", "since": "2026-03-20", "until": "2026-03-22", "reasons": "奔丧"}
    assert (await court.call(f"/{number}/exempt", free)).status == 200
    performed = await (await court.call(f"/{number}/amend", {"performed_on": "2026-03-02"})).json()
    assert performed["delete_by"] == "2026-03-05"
    closed = await (await court.call(f"/{number}/close", {"ending": "performed", "day": "2026-03-02"})).json()
    assert (closed["ending"], closed["closed_on"], closed["scopes"]) == ("performed", "2026-03-02", {})


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        pytest.param({"name": "王芳"}, "matter.unknown_person", "Nobody is on record", id="another's ID"),
        pytest.param(
            {"scopes": {"coach": []}}, "matter.outside", "does not allow coach", id="outside the table"
        ),
        pytest.param({"scopes": ["air"]}, "matter.scopes", "modes with lists", id="scopes as a list"),
        pytest.param(
            {"scopes": {"air": ["x" * 40]}}, "matter.word", "small letters", id="a class that is no word"
        ),
        pytest.param({"kind": "debt"}, "matter.kind", "court_debt", id="an unknown kind"),
        pytest.param({"document": "a\nb"}, "matter.document", "one line", id="two lines of a document"),
        pytest.param({"occurred_on": "soon"}, "officer.day", "2026-06-01", id="no day"),
        pytest.param({"resident_id": "123"}, "officer.resident_id", "", id="no resident ID"),
        pytest.param({"points": 3}, "officer.unknown_field", "points", id="a field that is not there"),
        pytest.param({"facts": None}, "officer.missing_field", "facts", id="a field that is missing"),
    ],
)
async def test_what_is_refused_says_why_and_changes_nothing(
    court: Court, changes: dict[str, Any], code: str, says: str
):
    before = await court.rows()
    answer = await court.call("", DEBT | changes)
    told = await problem(answer)
    assert (answer.status, told["code"]) == (422, code)
    assert says in told["title"]
    assert await court.rows() == before


async def test_another_courts_matter_is_not_there(court: Court):
    number = await court.listed()
    async with court.database.begin("operator") as work:
        court.key = await keys.create(work, "别的法院", ["matters:write"])
    for act, body in (("amend", {"until": "2026-06-01"}), ("close", {"ending": "notice"})):
        answer = await court.call(f"/{number}/{act}", body)
        assert (await problem(answer))["code"] == "matter.unknown"
    mistyped = await court.call("/12/close", {"ending": "notice"})
    assert (await problem(mistyped))["code"] == "matter.unknown"


async def test_a_key_for_something_else_enters_no_matters(court: Court):
    async with court.database.begin("operator") as work:
        court.key = await keys.create(work, "cameras", ["violations:write"])
    assert (await court.call("", DEBT)).status == 403
