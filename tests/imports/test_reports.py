"""A violation handed in, field by field."""

import pytest

from bot.reports import FIELDS, read_report
from models.base.errors import BadInput
from models.identity.rules import Plate

GOOD = {
    "authority": "442000",
    "record_no": "K-1",
    "plate": "粤T12345",
    "plate_kind": "02",
    "offence": "1301",
    "occurred_at": "2026-03-01T08:30:00+08:00",
    "place": "兴中道",
}


def test_a_report():
    report = read_report(GOOD)
    assert (report.authority, report.record_no, report.offence, report.place) == (
        "442000",
        "K-1",
        "1301",
        "兴中道",
    )
    assert report.plate == Plate("02", "粤T12345")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("2026-03-01T08:30:00+08:00", id="the city's zone"),
        pytest.param("2026-03-01T00:30:00Z", id="UTC"),
        pytest.param("2026-03-01T08:30:00", id="no zone"),
        pytest.param("2026-03-01 08:30", id="a blank, no seconds"),
        pytest.param("20260301T083000", id="the basic format"),
        pytest.param("２０２６-０３-０１ ０８：３０", id="full-width"),
    ],
)
def test_one_instant_however_it_is_written(written: str):
    assert read_report(GOOD | {"occurred_at": written}).occurred_at.isoformat() == "2026-03-01T08:30:00+08:00"


@pytest.mark.parametrize(
    ("field", "text", "key"),
    [
        pytest.param("authority", "4420000", "record.authority", id="7 digits"),
        pytest.param("record_no", "K 1", "record.record_no", id="a blank in the number"),
        pytest.param("record_no", "K" * 33, "record.record_no", id="a number too long"),
        pytest.param("plate", "12345", "error.plate", id="no plate"),
        pytest.param("plate_kind", "99", "error.plate_kind", id="no such kind"),
        pytest.param("offence", "speeding", "offence.code", id="no code"),
        pytest.param("occurred_at", "yesterday", "record.occurred_at", id="no time"),
        pytest.param("occurred_at", "2026-03-01", "record.occurred_at", id="a day alone"),
        pytest.param("occurred_at", "20260301", "record.occurred_at", id="a day alone, basic"),
        pytest.param("occurred_at", "2026-02-30T08:30", "record.occurred_at", id="no such day"),
        pytest.param("occurred_at", "0001-01-01T00:00", "record.occurred_at", id="before all time"),
        pytest.param("occurred_at", "9999-12-31T23:59Z", "record.occurred_at", id="after all time"),
        pytest.param("place", "路" * 61, "record.place", id="a place too long"),
        pytest.param("place", "兴中道\n北段", "record.place", id="two lines"),
    ],
)
def test_a_wrong_field(field: str, text: str, key: str):
    with pytest.raises(BadInput) as problem:
        read_report(GOOD | {field: text})
    assert problem.value.key == key


def test_outer_blanks_are_taken_off():
    spaced = {name: f" {text}\n" for name, text in GOOD.items()}
    assert read_report(spaced) == read_report(GOOD)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_is_not_there(field: str):
    with pytest.raises(BadInput):
        read_report({name: text for name, text in GOOD.items() if name != field})
