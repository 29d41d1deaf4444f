"""The service on the wires of `tests/fakes.py`, and its operators' port."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from prometheus_client.parser import text_string_to_metric_families

from bot.duties import KINDS
from bot.metrics import Prometheus
from bot.ops import make_ops
from bot.wiring import Shimin
from models.base.db import Database
from scheduler.delivery import Delivery
from scheduler.senders import senders
from tests.service import Fakes, assembled


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


@pytest.fixture
def metrics() -> Prometheus:
    return Prometheus()


@pytest.fixture
def shimin(database: Database, fakes: Fakes, metrics: Prometheus) -> Shimin:
    """As it is put together where a port for metrics is set."""
    made = assembled(database, fakes)
    channels = senders(fakes.sms, fakes.chat, fakes.wallet, fakes.payments, database.wall)
    delivery = Delivery(database, KINDS, channels, metrics)
    return replace(made, services=replace(made.services, metrics=metrics), delivery=delivery)


@pytest.fixture
async def ops(shimin: Shimin, metrics: Prometheus, aiohttp_client: Any) -> TestClient[Any, Any]:
    """The operators' port."""
    client: TestClient[Any, Any] = await aiohttp_client(make_ops(shimin, metrics))
    return client


async def figures(metrics: Prometheus) -> Mapping[str, float]:
    """What it tells now, as a scrape would hear it."""
    return series((await asyncio.to_thread(metrics.told)).decode())


def series(text: str) -> Mapping[str, float]:
    """Each figure by its name and labels, which are told in the order of their names: `name{sms,sent,aliyun}` -> value."""
    return {
        f"{sample.name}{{{','.join(sample.labels.values())}}}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
