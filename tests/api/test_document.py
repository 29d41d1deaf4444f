"""The API is what its document says, for whatever is sent: schemathesis makes the calls, from the document, with every check it has."""

from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from bot.api import openapi, rates
from bot.api.rates import Limit
from bot.api.routes import OPERATIONS, PREFIX
from tests.api.served import Served, served

# What a rule may say to what is written as it should be: 422.
ACCEPTED = ["2xx", "401", "403", "422"]
EXAMPLES = 6  # of each operation, beside those that cover its parameters one by one
CONFIG = SchemathesisConfig.from_dict(
    {
        "seed": 7,
        "generation": {"allow-x00": False},
        "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    }
)
document = schemathesis.openapi.from_dict(openapi.document(PREFIX, OPERATIONS), config=CONFIG)


@pytest.fixture(scope="module")
def town(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Served to whoever calls as often as they like."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patched:
        for name in rates.LIMITS:
            patched.setitem(rates.LIMITS, name, Limit(10**9, 60))
        with served(migrated, tmp_path_factory.mktemp("served"), port) as found:
            yield found


@document.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_is_as_it_says(case: Any, town: Served) -> None:
    [kind] = case.operation.definition.raw["security"][0]
    case.call_and_validate(base_url=town.url, headers={"Authorization": f"Bearer {town.keys[kind]}"})
