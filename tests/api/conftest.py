"""The whole application on loopback, and a client with a key."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from sqlalchemy import func, select

from bot.app import make_app
from models.base.db import Database
from models.base.texts import LANGUAGES, texts
from models.identity import keys
from models.violations.tables import cases
from tests.api.declared import declared
from tests.helpers import AUTHORITY, LI_PLATE, SPEEDING, town
from tests.service import Fakes, assembled, rows

PATH = "/api/v1/violations"
RECORD = {
    "authority": AUTHORITY,
    "record_no": "R-1",
    "plate": LI_PLATE.number,
    "plate_kind": "02",
    "offence": SPEEDING,
    "occurred_at": "2026-03-01T08:30:00+08:00",
    "place": "兴中道",
}

for language in LANGUAGES:
    texts(language).show(date.min)  # read from files before any event loop runs


@dataclass
class Api:
    """A caller with a key, and what is on record afterwards."""

    database: Database
    http: TestClient[Any, Any]
    key: str

    def headers(self, idempotency_key: str = "k-1") -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.key}",
            "Idempotency-Key": idempotency_key,
            "Content-Type": "application/json",
        }

    async def enter(self, idempotency_key: str = "k-1", **fields: Any) -> ClientResponse:
        """Enter `RECORD`, with these fields instead."""
        sent = await self.http.post(PATH, json=RECORD | fields, headers=self.headers(idempotency_key))
        return await declared(sent)

    async def cases(self) -> int:
        async with self.database.read() as work:
            return int(await work.scalar(select(func.count()).select_from(cases)))

    async def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return await rows(self.database)


@pytest.fixture
def app(database: Database) -> web.Application:
    """Made before the loop runs: templates are read from files."""
    return make_app(assembled(database, Fakes()))


@pytest.fixture
async def api(database: Database, app: web.Application, aiohttp_client: Any) -> Api:
    """The town is entered; the key may enter violations."""
    await town(database)
    async with database.begin("operator") as work:
        key = await keys.create(work, "cameras", ["violations:write"])
    return Api(database, await aiohttp_client(app), key)


async def problem(answer: ClientResponse) -> dict[str, Any]:
    """The body of a refusal, which is always problem+json and says its own status."""
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = await answer.json()
    assert (body["type"], body["status"]) == ("about:blank", answer.status)
    assert body["title"]
    return body
