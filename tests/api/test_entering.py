"""`POST /api/v1/violations`: a violation is entered once for each Idempotency-Key, and once for each record."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.identity import acts as identity
from models.identity import keys
from models.identity.acts import VehicleEntry
from models.identity.rules import Plate
from models.post.inbox import inbox
from models.post.outbox import outbox
from models.violations.tables import cases
from tests.api.conftest import RECORD, Api, problem
from tests.conftest import START
from tests.helpers import LI_MING


async def test_a_violation_becomes_a_case_and_a_notice(api: Api) -> None:
    answer = await api.enter()
    body = await answer.json()
    assert (answer.status, body["new"]) == (201, True)
    async with api.database.read() as work:
        case = await work.first(select(cases))
        notice = await work.first(select(outbox))
    assert case is not None
    assert notice is not None
    assert (case.number, case.record_no, case.state) == (body["case"], "R-1", "recorded")
    assert (notice.kind, notice.subject) == ("violation_recorded", case.number)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param({"plate": "粤t·12345"}, id="a plate in small letters with a dot"),
        pytest.param({"plate": "粤\uff34\uff11\uff12\uff13\uff14\uff15"}, id="a plate in full width"),
        pytest.param({"authority": "\uff14\uff14\uff12\uff10\uff10\uff10"}, id="an authority in full width"),
        pytest.param({"occurred_at": "2026-03-01T00:30:00Z"}, id="the same instant in UTC"),
        pytest.param({"occurred_at": "2026-03-01T08:30:00"}, id="without a zone: the city's"),
        pytest.param({"more": "is ignored"}, id="a field nobody asked for"),
    ],
)
async def test_the_same_record_written_otherwise_is_the_same_record(
    api: Api, written: dict[str, str]
) -> None:
    first = await (await api.enter("k-1")).json()
    again = await api.enter("k-2", **written)
    assert (again.status, await again.json()) == (200, {"case": first["case"], "new": False})
    assert await api.cases() == 1


async def test_the_same_key_and_body_get_the_stored_answer(api: Api) -> None:
    first, again = await api.enter(), await api.enter()
    assert (again.status, await again.json()) == (201, await first.json())
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_the_same_key_with_another_body_is_refused(api: Api) -> None:
    await api.enter()
    before = await api.rows()
    answer = await api.enter(record_no="R-2")
    assert answer.status == 422
    assert (await problem(answer))["code"] == "idempotency.other_request"
    assert await api.rows() == before


async def test_a_key_belongs_to_its_caller(api: Api) -> None:
    """Two callers may use the same Idempotency-Key."""
    await api.enter()
    async with api.database.begin("operator") as work:
        api.key = await keys.create(work, "others", ["violations:write"])
    assert (await api.enter(record_no="R-2")).status == 201


async def test_a_refused_request_may_be_repeated_once_the_register_was_mended(api: Api) -> None:
    unknown = {"plate": "粤T77777"}
    refused = await api.enter(**unknown)
    assert (await problem(refused))["code"] == "record.unknown_vehicle"
    async with api.database.begin("import") as work:
        bought = (START - timedelta(days=9)).date()
        owned = VehicleEntry(Plate("02", "粤T77777"), "小型汽车", LI_MING.claim.resident_id, bought)
        await identity.enter_vehicle(work, owned)
    assert (await api.enter(**unknown)).status == 201


async def test_two_at_once_with_one_key_make_one_case(api: Api) -> None:
    answers = await asyncio.gather(*(api.enter() for _ in range(5)))
    assert [answer.status for answer in answers] == [201] * 5
    assert len({(await answer.json())["case"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 4
    assert await api.cases() == 1


async def test_two_at_once_with_two_keys_make_one_case(api: Api) -> None:
    answers = await asyncio.gather(*(api.enter(f"k-{count}") for count in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert await api.cases() == 1


async def test_what_was_answered_is_sealed(api: Api) -> None:
    body = await (await api.enter()).json()
    async with api.database.read() as work:
        stored = await work.scalar(select(outbox.c.params).limit(1))
        kept = await work.scalar(select(inbox.c.answer))
    assert body["case"] not in kept
    assert RECORD["place"] not in stored
