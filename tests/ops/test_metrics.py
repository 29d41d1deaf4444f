"""`/metrics`: what happened is counted under words of the code, what must be asked is asked in the background."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.metrics import MOST_VALUES, Prometheus
from bot.wiring import Shimin
from models.base.db import Database
from models.base.metrics import Metrics
from models.base.ports import Outcome, ReceiptStatus
from models.post.notices import Channel
from tests.ops.conftest import series

HAPPENED = [
    pytest.param(
        lambda metrics: metrics.answered("fines", 0.02),
        {"shimin_messages_total{fines,answered}": 1, "shimin_answer_seconds_bucket{0.025}": 1},
        id="a message is answered",
    ),
    pytest.param(
        lambda metrics: metrics.answered("bind", 0.2, "refused"),
        {"shimin_messages_total{bind,refused}": 1, "shimin_answers_late_total{}": 0},
        id="a message is refused",
    ),
    pytest.param(
        lambda metrics: metrics.answered("pay", 4.1),
        {"shimin_answers_late_total{}": 1, "shimin_answer_seconds_bucket{4.0}": 0},
        id="an answer is late",
    ),
    pytest.param(
        lambda metrics: metrics.sent(Channel.SMS, Outcome.REFUSED, "aliyun"),
        {"shimin_sends_total{sms,refused,aliyun}": 1},
        id="a carrier refuses",
    ),
    pytest.param(
        lambda metrics: metrics.sent(Channel.WALLET, Outcome.SENT),
        {"shimin_sends_total{wallet,sent,wallet}": 1},
        id="the only provider of a channel has its name",
    ),
    pytest.param(
        lambda metrics: metrics.receipt(ReceiptStatus.FAILED),
        {"shimin_receipts_total{failed}": 1, "shimin_receipts_total{delivered}": 0},
        id="a text did not arrive",
    ),
    pytest.param(
        lambda metrics: metrics.looped(0.2),
        {"shimin_loop_lag_seconds_bucket{0.1}": 0, "shimin_loop_lag_seconds_bucket{0.5}": 1},
        id="the event loop was held up",
    ),
    pytest.param(
        lambda metrics: metrics.lagging({"remind_of_due_fines": 61.0}),
        {"shimin_job_lag_seconds{remind_of_due_fines}": 61.0},
        id="a job is behind",
    ),
]


def told(metrics: Prometheus) -> dict[str, float]:
    return dict(series(metrics.told().decode()))


@pytest.mark.parametrize(("happens", "shows"), HAPPENED)
def test_what_happens_is_counted(
    metrics: Prometheus, happens: Callable[[Prometheus], None], shows: dict[str, float]
) -> None:
    happens(metrics)
    seen = told(metrics)
    assert {name: seen[name] for name in shows} == shows


def test_what_may_happen_begins_at_zero(metrics: Prometheus) -> None:
    """Else the first failure would be no increase."""
    seen = told(metrics)
    for outcome in Outcome:
        assert seen[f"shimin_sends_total{{sms,{outcome},sms}}"] == 0
    for status in ReceiptStatus:
        assert seen[f"shimin_receipts_total{{{status}}}"] == 0


def test_no_label_takes_any_number_of_values(metrics: Prometheus) -> None:
    for number in range(2 * MOST_VALUES):
        metrics.answered(f"command {number}", 0.01)
    messages = {name: value for name, value in told(metrics).items() if "messages_total" in name}
    assert len(messages) == MOST_VALUES + 1
    assert messages["shimin_messages_total{other,other}"] == MOST_VALUES


def test_without_a_port_nothing_is_counted_by_the_same_calls() -> None:
    face = {name: method for name, method in vars(Metrics).items() if not name.startswith("_")}
    for name, method in face.items():
        counted = inspect.signature(vars(Prometheus)[name])
        assert counted == inspect.signature(method), name
    silent = Metrics()
    silent.answered("fines", 5.0)
    assert not hasattr(silent, "__dict__") or vars(silent) == {}


async def test_a_scrape_asks_the_database_nothing(
    shimin: Shimin, database: Database, ops: TestClient[Any, Any], metrics: Prometheus
) -> None:
    metrics.ask_for_connections(lambda: database.in_use)
    async with database.begin("system:test"):
        answer = await ops.get("/metrics")
        seen = series(await answer.text())
    assert answer.content_type == "text/plain"
    assert seen["shimin_database_connections_in_use{}"] == 1
    await database.close()
    assert (await ops.get("/metrics")).status == 200
