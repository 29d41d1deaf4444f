"""The catalogue: every cell is read as what it is, or kept as it was found."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.imports import run
from bot.imports.offences import COLUMNS, basis, measures, read_offence
from models.base.clock import CITY_ZONE
from models.base.db import Database
from models.base.errors import BadInput
from models.base.texts import texts
from models.violations.catalogue import (
    enter,
    read_code,
    read_fine,
    read_points,
    version_on,
    versions_on,
)
from models.violations.tables import offences
from tests.conftest import START, TOWN_TARIFF

WORDS = (None, None)
TOWN = TOWN_TARIFF.with_name("offences.csv")


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        pytest.param("200", (200, 200), id="a whole amount"),
        pytest.param("200.0", (200, 200), id="as a spreadsheet writes it"),
        pytest.param("200元", (200, 200), id="with its unit"),
        pytest.param("１００元", (100, 100), id="in full-width digits"),
        pytest.param("0", (0, 0), id="nothing to pay is not unknown"),
        pytest.param("200以下", (0, 200), id="up to"),
        pytest.param("20000以下", (0, 20000), id="up to much"),
        pytest.param("1000以上1800以下", (1000, 1800), id="from, up to"),
        pytest.param("200元以上500元以下", (200, 500), id="from, up to, with units"),
        pytest.param("1000-2000", (1000, 2000), id="a hyphen"),
        pytest.param("10000—20000", (10000, 20000), id="a dash"),
        pytest.param("1000－2000", (1000, 2000), id="a full-width hyphen"),
        pytest.param("1000～2000", (1000, 2000), id="a wave"),
        pytest.param("50至200", (50, 200), id="in words"),
        pytest.param("", WORDS, id="empty"),
        pytest.param("2000-1000", WORDS, id="a range that runs backwards"),
        pytest.param("12345678", WORDS, id="more than any fine"),
        pytest.param("9" * 400, WORDS, id="more than any number"),
        pytest.param("500-1000/个", WORDS, id="for each piece"),
        pytest.param("10万，没收违法所得", WORDS, id="an amount and confiscation"),
        pytest.param("2万，没收违法所得", WORDS, id="a smaller one and confiscation"),
        pytest.param("最低保费2倍罚款", WORDS, id="twice the premium"),
        pytest.param("处检验费10倍罚款", WORDS, id="ten times the fee"),
        pytest.param("没收违法所得，处销售金额等额罚款", WORDS, id="as much as the sale"),
        pytest.param(
            "处违法所得三倍以下罚款（最高不超过二万）", (None, 20000), id="up to three times the gain"
        ),
        pytest.param("处违法所得五倍以下罚款（最高不超过十万）", (None, 100000), id="up to five times"),
        pytest.param(
            "处违法所得三倍以上五倍以下罚款（最高不超过十万）", (None, 100000), id="three to five times"
        ),
        pytest.param(
            "处支付经济利益三倍以下罚款（最高不超过五万）", (None, 50000), id="three times what was paid"
        ),
    ],
)
def test_a_fine(cell: str, yuan: tuple[int | None, int | None]):
    fine = read_fine(cell)
    assert (fine.low, fine.high) == tuple(amount and amount * 100 for amount in yuan)
    assert fine.words == cell


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        pytest.param("", None, id="blank is unknown, not 0"),
        pytest.param("0", 0, id="none"),
        pytest.param("3.0", 3, id="as a spreadsheet writes it"),
        pytest.param(" １２ ", 12, id="full-width, with blanks"),
    ],
)
def test_points(cell: str, points: int | None):
    assert read_points(cell) == points


@pytest.mark.parametrize("cell", ["2", "-3", "3.5", "三", "12分", "9" * 400])
def test_other_points_do_not_exist(cell: str):
    with pytest.raises(BadInput, match=r"offence\.points"):
        read_points(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("1301", "1301", id="4 digits"),
        pytest.param("10044", "10044", id="5 digits"),
        pytest.param("5038a", "5038A", id="a small letter"),
        pytest.param(" １３０１", "1301", id="full-width, with a blank"),
    ],
)
def test_a_code(cell: str, code: str):
    assert read_code(cell) == code


def row(**cells: str) -> dict[str, str]:
    """A row with these cells; the rest as they must be."""
    return dict.fromkeys(COLUMNS, "") | {"authority": "442000", "code": "1301", "behaviour": "逆行"} | cells


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        pytest.param({}, "", id="no reference"),
        pytest.param({"law_of_penalty": "law:100,2"}, "罚则：道路交通安全法第100条第2款", id="penalty only"),
        pytest.param(
            {"law_of_behaviour": "reg:62,1,3", "law_of_penalty": "law:90"},
            "道路交通安全法实施条例第62条第1款第3项；罚则：道路交通安全法第90条",
            id="two laws",
        ),
        pytest.param(
            {"law_of_behaviour": "law:99,1,6", "law_of_penalty": "law:99,1,6"},
            "道路交通安全法第99条第1款第6项",
            id="one law for both",
        ),
        pytest.param(
            {"law_of_behaviour": "law:70;reg:88"},
            "道路交通安全法第70条、道路交通安全法实施条例第88条",
            id="several at once",
        ),
        pytest.param({"law_of_behaviour": "bj:98,1,4"}, "bj:98,1,4", id="another rule, as found"),
        pytest.param(
            {"law_of_behaviour": "law:21", "remark": "5月1日停用"},
            "道路交通安全法第21条",
            id="a remark is no law",
        ),
    ],
)
def test_the_basis_can_be_read(cells: dict[str, str], text: str):
    assert basis(row(**cells)) == text


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"warning": "警告"}, "警告", id="a warning"),
        pytest.param({"suspend_months": "6"}, "暂扣6个月", id="months"),
        pytest.param({"suspend_months": "行驶证"}, "暂扣行驶证", id="a document instead of months"),
        pytest.param({"detention_days": "15"}, "拘留15日", id="days"),
        pytest.param({"detention_days": "15日\xa0\xa0 以下"}, "拘留15日 以下", id="blanks of three kinds"),
        pytest.param({"revoke": "\xa0\xa0\xa0"}, "", id="a cell of blanks"),
        pytest.param(
            {"revoke": "吊销（终生）", "measures": "扣留驾驶证", "law_of_measures": "law:110,1"},
            "吊销（终生）；扣留驾驶证（道路交通安全法第110条第1款）",
            id="several, with the law",
        ),
    ],
)
def test_what_follows_besides_fine_and_points(cells: dict[str, str], text: str):
    assert measures(row(**cells)) == text


def test_a_row_may_name_its_first_day_and_its_english():
    offence = read_offence(row(valid_from="2022-04-01", behaviour_en="driving against the traffic"))
    assert (offence.valid_from.isoformat(), offence.conduct_en) == (
        "2022-04-01",
        "driving against the traffic",
    )
    assert read_offence(row()).valid_from.isoformat() == "2000-01-01"
    with pytest.raises(BadInput, match=r"offence\.valid_from"):
        read_offence(row(valid_from="April"))


async def test_the_towns_catalogue_goes_in_whole(database: Database, tmp_path: Path):
    copy = tmp_path / "offences.csv"
    copy.write_bytes(TOWN.read_bytes())
    summary = await run(database, "offences", copy, lambda done, total: None)
    assert (summary.rejected, summary.new >= 60) == (0, True)
    async with database.read() as work:
        found = await version_on(work, "442000", "1301", START.astimezone(CITY_ZONE).date())
    assert found
    assert (found.fine, found.points, found.what(texts("en"))) == (20000, 3, "driving against the traffic")


@pytest.mark.parametrize(
    ("cells", "validity"),
    [
        pytest.param({}, ("2000-01-01", None, False), id="nothing said"),
        pytest.param({"remark": "5月1日启用"}, ("2000-01-01", None, True), id="came in some year"),
        pytest.param({"remark": "5月1日停用"}, ("2000-01-01", None, True), id="went in some year"),
        pytest.param({"remark": "2022年5月1日启用"}, ("2022-05-01", None, False), id="came on a day"),
        pytest.param({"remark": "2022年5月1日停用"}, ("2000-01-01", "2022-04-30", False), id="went on a day"),
        pytest.param(
            {"remark": "5月1日启用", "valid_from": "2022-05-01"},
            ("2022-05-01", None, False),
            id="the file knows the year it came",
        ),
        pytest.param(
            {"remark": "5月1日停用", "valid_to": "2022-04-30"},
            ("2000-01-01", "2022-04-30", False),
            id="the file knows the year it went",
        ),
        pytest.param(
            {"remark": "参照第90条"}, ("2000-01-01", None, False), id="a remark about something else"
        ),
    ],
)
def test_for_which_days_it_holds(cells: dict[str, str], validity: tuple[str, str | None, bool]):
    read = read_offence(row(**cells))
    until = read.valid_to.isoformat() if read.valid_to else None
    assert (read.valid_from.isoformat(), until, read.undated) == validity
    assert read.remark == cells.get("remark", "")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        pytest.param({"remark": "2022年2月30日停用"}, r"offence\.remark", id="no such day"),
        pytest.param({"valid_to": "May"}, r"offence\.valid_to", id="no day"),
        pytest.param(
            {"valid_from": "2022-05-01", "valid_to": "2022-04-30"}, r"offence\.valid_to", id="ends first"
        ),
    ],
)
def test_days_that_cannot_be(cells: dict[str, str], why: str):
    with pytest.raises(BadInput, match=why):
        read_offence(row(**cells))


@pytest.mark.parametrize("name", ["suspend_months", "detention_days", "revoke"])
def test_what_is_more_than_money_and_points_is_grave(name: str):
    assert read_offence(row(**{name: "15日\xa0\xa0 以下"})).grave
    assert not read_offence(row(**{name: "\xa0\xa0\xa0"}, warning="警告", measures="扣留机动车")).grave


ODD = Path(__file__).with_name("odd_offences.csv")


async def test_each_odd_kind_of_row_is_stored_as_what_it_is(database: Database, tmp_path: Path):
    """Of a file as a city keeps it, a row of each odd kind; beside its cells how they are to be read."""
    copy = tmp_path / "offences.csv"
    copy.write_bytes(ODD.read_bytes())
    summary = await run(database, "offences", copy, lambda done, total: None)
    assert (summary.rejected, summary.new) == (0, 16)
    again = await run(database, "offences", copy, lambda done, total: None)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 16)
    with ODD.open(encoding="utf-8", newline="") as file:
        rows = {each["code"]: each for each in csv.DictReader(file)}
    async with database.read() as work:
        stored = {each.code: each for each in await work.all(select(offences))}
    for code, cells in rows.items():
        assert shown(stored[code]) == {name: cells[name] for name in shown(stored[code])}, code


def shown(stored: Any) -> dict[str, str]:
    """A stored row in the words of the extract."""
    low, high = (None if bound is None else bound // 100 for bound in (stored.fine_low, stored.fine_high))
    names = ("undated", "grave")
    return {
        "behaviour": stored.conduct,
        "fine_yuan": stored.fine_words,
        "remark": stored.remark,
        "read_low": "" if low is None else str(low),
        "read_high": "" if high is None else str(high),
        "read_points": "" if stored.points is None else str(stored.points),
        "read_measures": stored.measures,
        **{f"read_{name}": "yes" if getattr(stored, name) else "" for name in names},
    }


async def test_a_version_can_be_ended_later_and_nothing_else(database: Database):
    kept = read_offence(row(remark="5月1日停用", fine_yuan="200", points="3"))
    ended = replace(kept, valid_to=date(2022, 4, 30), undated=False)
    async with database.begin("import:offences") as work:
        outcomes = [await enter(work, each) for each in (kept, kept, ended, ended)]
        assert outcomes == ["new", "unchanged", "changed", "unchanged"]
        for other in (kept, replace(ended, points=6), replace(ended, valid_to=date(2023, 4, 30))):
            with pytest.raises(BadInput, match=r"offence\.other_content"):
                await enter(work, other)
        days = (date(2022, 4, 30), date(2022, 5, 1))
        assert [bool(await version_on(work, "442000", "1301", day)) for day in days] == [True, False]
        wanted = [("442000", "1301", day) for day in days]
        assert [bool(each) for each in await versions_on(work, wanted)] == [True, False]
