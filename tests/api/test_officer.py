"""`/api/v1/officer/...`: every act under the key of whoever does it, once for each Idempotency-Key, refused in sentences."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from bot.api import rates
from bot.api.rates import Limit
from bot.officer import ACTS
from models.base.audit import events
from models.base.db import Database
from models.base.ports import RefundNews, RefundState
from models.flows import decision, plan, settlement
from models.identity import staff
from models.identity.staff import Role
from models.identity.tables import staff as table
from models.licences import acts as licences
from models.post import desk
from models.violations import payments, refunds, store
from models.violations.plan_rules import PlanKind
from tests.api.conftest import problem
from tests.api.declared import declared
from tests.helpers import (
    APP_ID,
    AUTHORITY,
    LI_MING,
    LI_PLATE,
    MERCHANT_ID,
    OVERLOAD,
    Town,
    decided_case,
    paid_trade,
    recorded_case,
    resident_id,
    town,
)
from tests.service import rows

PREFIX = "/api/v1/officer"
WHY = {"reasons": "根据称重记录"}
STUDY = {"resident_id": LI_MING.claim.resident_id, "kind": "online", "first_day": "2026-03-02"}
PATHS = [f"{PREFIX}/{act.on}/1/{act.name}" for act in ACTS]


@dataclass
class Office:
    """An officer with a key, and what is on record afterwards."""

    database: Database
    http: TestClient[Any, Any]
    people: Town
    key: str
    asked: int = 0

    async def get(self, path: str) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.key}"}
        return await declared(await self.http.get(f"{PREFIX}/{path}", headers=headers))

    async def do(self, path: str, again: str = "", **fields: Any) -> ClientResponse:
        """One act, under a new Idempotency-Key unless one is given."""
        self.asked += 1
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": again or f"k-{self.asked}"}
        return await declared(await self.http.post(f"{PREFIX}/{path}", json=fields, headers=headers))

    async def hire(self, role: Role, authority: str = AUTHORITY) -> str:
        async with self.database.begin("operator") as work:
            return (await staff.add(work, "赵警官", authority, [role]))[1]

    async def record(self, code: str = OVERLOAD) -> str:
        async with self.database.begin("api:K1") as work:
            return await recorded_case(work, code=code)

    async def decided(self) -> str:
        async with self.database.begin("citizen:1") as work:
            return await decided_case(work, self.people.li_ming)

    async def case(self, number: str) -> store.Case:
        async with self.database.read() as work:
            case = await store.case(work, number)
        assert case
        return case


@pytest.fixture
async def office(database: Database, app: web.Application, aiohttp_client: Any) -> Office:
    office = Office(database, await aiohttp_client(app), await town(database), "")
    office.key = await office.hire(Role.OFFICER)
    return office


async def test_an_act_is_done_and_names_who_did_it(office: Office) -> None:
    number = await office.record()
    answer = await office.do(f"cases/{number}/figure", fine_fen=50000, **WHY)
    assert (answer.status, await answer.json()) == (200, {"case": number, "fine_fen": 50000})
    async with office.database.read() as work:
        actors = await work.all(select(events.c.actor).where(events.c.action == "case.figure_set"))
    assert [row.actor for row in actors] == ["officer:1"]


async def test_the_same_call_again_is_answered_and_not_done_again(office: Office) -> None:
    number = await office.record()
    first = await office.do(f"cases/{number}/figure", "k", fine_fen=50000, **WHY)
    again = await office.do(f"cases/{number}/figure", "k", fine_fen=50000, **WHY)
    assert await again.json() == await first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await office.do(f"cases/{number}/erase", "k", fine_fen=50000, **WHY)
    assert (other.status, (await problem(other))["code"]) == (422, "idempotency.other_request")


async def test_a_case_is_shown_masked_and_in_clear_with_a_reason(office: Office) -> None:
    number = await office.record()
    shown = str(await (await office.get(f"cases/{number}")).json())
    claim = LI_MING.claim
    assert number in shown
    assert not [
        word for word in (claim.name, claim.phone, claim.resident_id, LI_PLATE.number) if word in shown
    ]
    assert (await office.do(f"cases/{number}/reveal")).status == 422
    revealed = await (await office.do(f"cases/{number}/reveal", **WHY)).json()
    assert revealed["holder"] == {
        "name": claim.name,
        "phone": claim.phone,
        "resident_id": claim.resident_id,
    }


async def test_the_queue_has_what_waits(office: Office) -> None:
    number = await office.record()
    body = await (await office.get("queue?kind=figure&limit=1")).json()
    [entry] = body["entries"]
    assert (entry["kind"], entry["key"], entry["about"]) == ("figure", number, f"case {number}")
    rest = await (await office.get(f"queue?kind=figure&limit=1&after={body['next']}")).json()
    assert rest == {"entries": [], "next": None}


async def test_a_ticket_from_the_queue_to_its_end(office: Office) -> None:
    async with office.database.begin("citizen:1") as work:
        number = await desk.open_ticket(work, "person", "person 1")
    for act, fields in (("take", {}), ("release", {}), ("take", {}), ("close", {"outcome": "已答复"})):
        answer = await office.do(f"tickets/{number}/{act}", **fields)
        assert answer.status == 200, act
    assert (await (await office.get("queue?kind=ticket")).json())["entries"] == []


async def test_taking_back_takes_a_supervisor(office: Office) -> None:
    number = await office.decided()
    void = {"ground": "procedure", **WHY}
    refused = await office.do(f"cases/{number}/void", **void)
    assert (await problem(refused))["code"] == "officer.role"
    office.key = await office.hire(Role.SUPERVISOR)
    answer = await office.do(f"cases/{number}/void", **void)
    assert await answer.json() == {"case": number, "state": "voided", "owed_back_fen": 0}


async def test_a_study_is_put_on_record_once_for_its_reference(office: Office) -> None:
    async with office.database.begin("officer:1") as work:
        await licences.post_decision(work, office.people.li_ming, 3, "442012003480")
    study: dict[str, Any] = {"kind": "on_site", "first_day": "2026-03-02", "minutes": 60, "passed": True}
    study |= {"resident_id": LI_MING.claim.resident_id}
    done = {"education": "L-0001", "points_off": 2, "points": 1, "held": False, "days_left": 0}
    for _ in range(2):
        assert await (await office.do("educations/L-0001/record", **study)).json() == done
    other = await office.do("educations/L-0001/record", **study | {"minutes": 61})
    assert (await problem(other))["code"] == "officer.other_education"


async def test_cases_of_another_authority_are_not_there(office: Office) -> None:
    number = await office.record()
    office.key = await office.hire(Role.SUPERVISOR, "440300")
    for answer in (
        await office.get(f"cases/{number}"),
        await office.do(f"cases/{number}/erase", ground="unclear", **WHY),
    ):
        assert (await problem(answer))["code"] == "officer.no_case"
    assert (await office.case(number)).state == "recorded"


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        pytest.param("cases/{case}/figure", {"fine_fen": 500.5} | WHY, "officer.fen", id="half a fen"),
        pytest.param(
            "cases/{case}/figure", {"fine_fen": 10**12} | WHY, "officer.fen", id="no column holds it"
        ),
        pytest.param("cases/{case}/figure", {"fine_fen": True} | WHY, "officer.fen", id="a truth"),
        pytest.param("cases/{case}/figure", {"fine_fen": 100} | WHY, "officer.out_of_range", id="too low"),
        pytest.param("cases/{case}/figure", WHY, "officer.missing_field", id="no figure"),
        *(
            pytest.param(
                f"educations/{number}/record", STUDY | wrong, f"officer.{code}", id=f"a study: {code}"
            )
            for number, wrong, code in (
                ("L-1", {}, "education_number"),
                ("L-0001", {"kind": "fishing"}, "choice"),
                ("L-0001", {"minutes": -1}, "minutes"),
                ("L-0001", {"first_day": "2026-03-03"}, "education_days"),
                ("L-0001", {"resident_id": "442000"}, "resident_id"),
                ("L-0001", {"resident_id": resident_id("18800101")}, "no_driver"),
                ("L-0001", {"kind": "full_exam"}, "not_held"),
            )
        ),
        pytest.param(
            "cases/{case}/figure", {"fine": 1} | WHY, "officer.unknown_field", id="a misspelt field"
        ),
        pytest.param("cases/{case}/erase", {"ground": "mood"} | WHY, "officer.choice", id="no such ground"),
        pytest.param(
            "cases/{case}/erase", {"ground": ["x"]} | WHY, "officer.choice", id="a list for a ground"
        ),
        pytest.param(
            "cases/{case}/erase", {"ground": "unclear", "reasons": " "}, "officer.reasons", id="no reasons"
        ),
        pytest.param(
            "cases/{case}/erase", {"ground": "unclear", "reasons": "x" * 2001}, "officer.reasons", id="a book"
        ),
        pytest.param("cases/{case}/extend", {"until": "soon"} | WHY, "officer.day", id="no day"),
        pytest.param(
            "cases/{case}/extend", {"until": "2026-05-01"} | WHY, "officer.not_waiting", id="not told yet"
        ),
        pytest.param("cases/{case}/announce", WHY, "officer.too_few_silent", id="nothing lies"),
        pytest.param("cases/123/erase", {"ground": "unclear"} | WHY, "case.how", id="no case number"),
        pytest.param("announcements/9/withdraw", {}, "officer.no_silence", id="no announcement"),
        pytest.param("announcements/x/withdraw", {}, "officer.no_silence", id="no number"),
        pytest.param("tickets/AAAAAA/take", {}, "officer.no_ticket", id="no ticket"),
        pytest.param("challenges/9/decide", {}, "officer.no_challenge", id="no objection"),
        pytest.param("nominations/9/verify", {}, "officer.no_nomination", id="no nomination"),
    ],
)
async def test_what_is_refused_changes_nothing(office: Office, path: str, fields: Any, code: str) -> None:
    number = await office.record()
    await office.get("queue")  # the day of the key's use is noted
    before = await rows(office.database)
    body = await problem(await office.do(path.format(case=number), **fields))
    assert (body["code"], body["status"]) == (code, 422)
    assert body["title"].count(". ") >= 1 or body["title"].endswith(".")
    assert await rows(office.database) == before


@pytest.mark.parametrize(
    "query", ["kind=rumour", "taken=all", "limit=0", "limit=many", "due_by=x", "after=x"]
)
async def test_queries_that_are_refused(office: Office, query: str) -> None:
    assert (await problem(await office.get(f"queue?{query}")))["status"] == 422


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_acts_without_a_key(office: Office, path: str) -> None:
    before = await rows(office.database)
    answer = await office.http.post(path, json=WHY, headers={"Idempotency-Key": "k"})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert await rows(office.database) == before


async def test_a_revoked_key_opens_nothing(office: Office) -> None:
    async with office.database.begin("operator") as work:
        assert await staff.revoke(work, 1)
    assert (await office.get("queue")).status == 401
    assert (await office.do("tickets/AAAAAA/take")).status == 401


async def test_the_day_of_a_keys_use_is_noted(office: Office) -> None:
    await office.get("queue")
    async with office.database.read() as work:
        assert await work.scalar(select(table.c.last_used_on)) == work.today


async def test_without_an_idempotency_key(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.key}"}
    answer = await office.http.post(f"{PREFIX}/tickets/AAAAAA/take", json={}, headers=headers)
    assert "Idempotency-Key" in (await problem(answer))["title"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"\xff"])
async def test_a_body_that_is_no_object(office: Office, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {office.key}", "Idempotency-Key": "k"}
    headers["Content-Type"] = "application/json"
    answer = await office.http.post(f"{PREFIX}/tickets/AAAAAA/take", data=body, headers=headers)
    assert (answer.status, "JSON" in (await problem(answer))["title"]) == (400, True)


async def test_so_many_calls_a_minute(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rates.LIMITS, "calls", Limit(2, 60))
    statuses = [(await office.get("queue")).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    office.key = await office.hire(Role.OFFICER)
    assert (await office.get("queue")).status == 200


async def test_so_many_people_an_hour(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rates.LIMITS, "reveal", Limit(1, 3600))
    number = await office.record()
    answers = [await office.do(f"cases/{number}/reveal", **WHY) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "3600"


async def test_an_accepted_figure_is_the_decision(office: Office) -> None:
    """The officer's figure goes the ordinary way afterwards."""
    number = await office.record()
    await office.do(f"cases/{number}/figure", fine_fen=20000, **WHY)
    async with office.database.begin("citizen:1") as work:
        await decision.accept(work, office.people.li_ming, number)
    assert ((await office.case(number)).state, (await office.case(number)).fine) == ("decided", 20000)


async def test_a_payment_plan_from_the_queue_to_its_days(office: Office) -> None:
    number = await office.decided()
    async with office.database.begin("citizen:1") as work:
        today, person = work.today, office.people.li_ming
        asked = await plan.ask(work, person, number, PlanKind.INSTALMENTS, "no wages this month", 3)
    waiting = await (await office.get("queue?topic=plan")).json()
    assert [entry["about"] for entry in waiting["entries"]] == [f"case {number}"]
    [shown] = (await (await office.get(f"cases/{number}")).json())["plans"]
    assert (shown["id"], shown["kind"], shown["wished"], shown["reason"]) == (
        asked.id,
        "instalments",
        3,
        "no wages this month",
    )
    days = [str(today + timedelta(days=count)) for count in (30, 60)]
    for wrong in ([], "tomorrow", ["tomorrow"], days[:1], [*reversed(days)]):
        assert (await office.do(f"plans/{asked.id}/grant", days=wrong, **WHY)).status == 422
    granted = await (await office.do(f"plans/{asked.id}/grant", days=days, **WHY)).json()
    assert (granted["state"], [each["amount"] for each in granted["instalments"]]) == (
        "granted",
        [10000, 10000],
    )
    late = await office.do(f"plans/{asked.id}/refuse", **WHY)
    assert (late.status, (await problem(late))["code"]) == (422, "officer.plan_ended")
    assert (await (await office.get("queue?topic=plan")).json())["entries"] == []


async def test_a_failed_refund_is_shown_with_what_to_do_and_tried_again_once(office: Office) -> None:
    number = await office.decided()
    async with office.database.begin("citizen") as work:
        case = await store.case(work, number)
        assert case
        order = await payments.prepare_order(work, case, payments.BY_CODE)
        await settlement.settle(work, paid_trade(order), app_id=APP_ID, merchant_id=MERCHANT_ID)
        await refunds.pay_back(work, number, office.people.li_ming)
        [owed] = await refunds.of_case(work, number)
        await refunds.heard(work, RefundNews(owed.number, RefundState.CLOSED, owed.amount))
    [shown] = (await (await office.get(f"cases/{number}")).json())["refunds"]
    assert (shown["state"], shown["amount"], "under a new number" in shown["next"]) == ("failed", 20000, True)
    answer = await office.do(f"refunds/{owed.number}/retry", **WHY)
    again = await answer.json()
    assert (answer.status, again["replaces"], again["state"]) == (200, owed.number, "owed")
    refused = await office.do(f"refunds/{owed.number}/retry", **WHY)
    assert (refused.status, (await refused.json())["code"]) == (422, "officer.refund_not_failed")
    office.key = await office.hire(Role.OFFICER, "441900")
    assert (await office.do(f"refunds/{again['refund']}/retry", **WHY)).status == 422
