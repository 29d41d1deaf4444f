"""From what was measured to what a city needs: worked by hand for a city of a million."""

import re
from pathlib import Path

import pytest

from benchmarks.capacity import CITIES, Assumed, Measured, needed, table

HABITS = Assumed(
    bound=0.5,
    messages=0.1,
    peak=10,
    rush=0.0,
    cases=0.365,
    notices=4,
    events=6,
    paid=1.0,
    busiest_hour=0.36,
    filled=0.5,
    bloat=2.0,
)
RATES = Measured(
    web=10, notices=0.1, imports=100, person=600, vehicle=400, case=300, outbox=700, event=350, order=800
)
MILLION = 1_000_000


def test_a_city_of_a_million() -> None:
    city = needed(MILLION, HABITS, RATES)
    assert city.messages_at_peak == pytest.approx(5.787, abs=0.001)  # 50,000 a day, ten times their mean
    assert city.web == 2  # 5.8 a second of 5 each
    assert (city.cases_a_day, city.notices_a_day) == (1000, 4000)
    assert city.notices_at_peak == pytest.approx(0.4)  # 1,440 in an hour
    assert city.workers == 8  # 0.05 each
    assert city.import_seconds == 10
    assert city.registers_gb == pytest.approx(1.6)  # 600 and half a car, twice
    assert city.gb_a_year == pytest.approx(4.38)  # 365,000 cases of 6,000 bytes, twice
    assert city.connections == 40 * 12 + 20


def test_a_rush_counts_when_it_is_more_than_a_days_peak() -> None:
    habits = Assumed(bound=0.5, messages=0.0, rush=0.012)
    assert needed(MILLION, habits, RATES).messages_at_peak == pytest.approx(10)


def test_a_village_has_two_of_everything() -> None:
    city = needed(1000, HABITS, RATES)
    assert (city.web, city.workers) == (2, 2)


def test_the_table_has_a_column_for_each_city() -> None:
    lines = table([needed(MILLION, HABITS, RATES), needed(2 * MILLION, HABITS, RATES)]).splitlines()
    assert lines[:2] == ["| residents | 1,000,000 | 2,000,000 |", "|---|---|---|"]
    assert {line.count("|") for line in lines} == {4}
    assert "| workers | 8 | 16 |" in lines


def test_the_page_has_what_the_program_prints() -> None:
    page = (Path(__file__).parents[2] / "docs" / "capacity.md").read_text("utf-8")
    [rates] = re.findall(r"--web (\S+) --notices (\S+) --imports (\d+)", page)
    web, notices, imports = (float(rate) for rate in rates)
    measured = Measured(web, notices, imports)
    assert table([needed(city, Assumed(), measured) for city in CITIES]) in page
    for size in (
        measured.person,
        measured.vehicle,
        measured.case,
        measured.outbox,
        measured.event,
        measured.order,
    ):
        assert f"| {size} |" in page
