"""What stands behind the pages in a test, and who looks at them."""

from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestClient

from models.base.db import Database
from tests.conftest import FixedClock
from tests.fake_files import FakeBlobs
from tests.fakes import FakeLogin, FakePayments
from tests.helpers import Town

Visitor = TestClient[web.Request, web.Application]


@dataclass(frozen=True, slots=True)
class World:
    """What stands behind the pages, and the clocks."""

    database: Database
    payments: FakePayments
    login: FakeLogin
    civic: FixedClock
    wall: FixedClock
    town: Town
    blobs: FakeBlobs = field(default_factory=FakeBlobs)

    def path(self, number: str) -> str:
        """The page of this case."""
        return f"/c/{self.database.city.links.token(number)}"
