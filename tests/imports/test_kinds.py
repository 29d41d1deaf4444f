"""What becomes of one row of each kind: it is entered, changes something, changes nothing, or is rejected with a reason."""

import pytest

from bot.imports import KINDS
from bot.reasons import SENTENCES
from tests.imports.conftest import HEADERS, HIS_CAR, HIS_LICENCE, LI_MING, RECORD, WANG_FANG, WRONG_WAY, Desk

FULL_WIDTH = "李明,４４２０００１８８５０３１２１３７５,1885-03-12,＋86 138-0001-0001,ｃ１,2015-06-01"


def outcome(summary):
    return summary.new, summary.changed, summary.unchanged, summary.rejected


NEW, CHANGED, UNCHANGED = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("kind", "row", "expected"),
    [
        pytest.param("people", WANG_FANG, NEW, id="a person without a licence"),
        pytest.param("people", LI_MING, UNCHANGED, id="a person again"),
        pytest.param("people", FULL_WIDTH, UNCHANGED, id="the same person in full-width characters"),
        pytest.param("people", LI_MING.replace("0001,C1", "0009,C1"), CHANGED, id="another phone"),
        pytest.param("people", LI_MING.replace("C1,2015", "B2,2015"), CHANGED, id="another licence class"),
        pytest.param("people", LI_MING.replace("C1,2015-06-01", ","), UNCHANGED, id="no word of the licence"),
        pytest.param("vehicles", HIS_CAR, UNCHANGED, id="a vehicle again"),
        pytest.param(
            "vehicles", HIS_CAR.replace("粤T12345", "粤t·12345"), UNCHANGED, id="its plate as typed"
        ),
        pytest.param("vehicles", HIS_CAR.replace("12345", "54321"), NEW, id="another vehicle"),
        pytest.param(
            "vehicles", HIS_CAR.replace(",02,", ",01,"), NEW, id="the same number on a large vehicle"
        ),
        pytest.param("licences", HIS_LICENCE, CHANGED, id="what is said of a licence that is known"),
        pytest.param("offences", WRONG_WAY, UNCHANGED, id="an offence again"),
        pytest.param("offences", WRONG_WAY.replace("1301", "1083A"), NEW, id="a code with a letter"),
        pytest.param("offences", WRONG_WAY.replace("442000", "110000"), NEW, id="another authority's code"),
        pytest.param("violations", RECORD, NEW, id="a violation"),
        pytest.param("violations", RECORD.replace("+08:00", ""), NEW, id="its time without a zone"),
    ],
)
async def test_a_row_that_is_taken(town_desk: Desk, kind: str, row: str, expected: tuple[int, ...]):
    assert outcome(await town_desk.give(kind, row)) == expected


@pytest.mark.parametrize(
    ("kind", "row", "key"),
    [
        pytest.param("people", LI_MING.replace("李明", "Li Ming"), "error.name", id="a name in letters"),
        pytest.param(
            "people", LI_MING.replace("1375", "1376"), "error.resident_id", id="a wrong check digit"
        ),
        pytest.param("people", LI_MING.replace("138", "128"), "error.phone", id="no mobile number"),
        pytest.param(
            "people", LI_MING.replace("1885-", "1885/"), "person.birth_date", id="a date with slashes"
        ),
        pytest.param(
            "people", LI_MING.replace("1885-", "2885-"), "person.birth_date", id="born in the future"
        ),
        pytest.param("people", LI_MING.replace("C1,", ","), "person.licence", id="a licence without a class"),
        pytest.param(
            "people", LI_MING.replace("2015-06-01", ""), "person.licence", id="a licence without a day"
        ),
        pytest.param("people", LI_MING.replace("C1", "C9"), "person.licence", id="no such class"),
        pytest.param(
            "people", LI_MING.replace("2015", "2026-13"), "person.licence", id="no such day of issue"
        ),
        pytest.param("people", LI_MING.replace("李明", "李铭"), "register.other_name", id="another name"),
        pytest.param("licences", HIS_LICENCE.replace("C1", "C9"), "licence.class", id="no such class"),
        pytest.param(
            "licences",
            HIS_LICENCE.replace("2015", "2035"),
            "licence.first_issued_on",
            id="issued in time to come",
        ),
        pytest.param(
            "licences", HIS_LICENCE.replace("in_force", "fine"), "licence.status", id="no such status"
        ),
        pytest.param(
            "licences", HIS_LICENCE.replace("2031-", "2031/"), "licence.valid_until", id="no such day"
        ),
        pytest.param(
            "licences",
            HIS_LICENCE.replace("in_force,", "in_force,soon"),
            "licence.probation_until",
            id="an unclear probation",
        ),
        pytest.param(
            "licences",
            HIS_LICENCE.replace(",,,,", ",,forged,,"),
            "licence.punished",
            id="a punishment without its day",
        ),
        pytest.param(
            "licences",
            HIS_LICENCE.replace(",,,,", ",,fishing,2025-01-01,"),
            "licence.punished",
            id="no such punishment",
        ),
        pytest.param("licences", HIS_LICENCE + "2035-01-01", "licence.cheated_on", id="cheating to come"),
        pytest.param(
            "licences",
            HIS_LICENCE.replace("442000188503121375", "442000188708212481"),
            "register.unknown_holder",
            id="of somebody nobody knows",
        ),
        pytest.param("vehicles", HIS_CAR.replace("粤T", "T"), "error.plate", id="no plate"),
        pytest.param(
            "vehicles", HIS_CAR.replace(",02", ",2"), "error.plate_kind", id="a kind without its zero"
        ),
        pytest.param(
            "vehicles", HIS_CAR.replace(",02", ","), "error.plate_kind", id="no kind: never guessed"
        ),
        pytest.param(
            "vehicles", HIS_CAR.replace("1375", "137X"), "error.resident_id", id="a wrong owner's ID"
        ),
        pytest.param(
            "vehicles", HIS_CAR.replace("2018", "2028"), "vehicle.owned_since", id="owned in future"
        ),
        pytest.param("vehicles", HIS_CAR.replace("小型汽车", ""), "vehicle.type", id="no type"),
        pytest.param("vehicles", HIS_CAR.replace("小", "小" * 30), "vehicle.type", id="a type too long"),
        pytest.param(
            "vehicles",
            HIS_CAR.replace("442000188503121375", "442000188708212481"),
            "register.unknown_owner",
            id="an owner nobody knows",
        ),
        pytest.param("offences", WRONG_WAY.replace("442000", "44200"), "offence.authority", id="5 digits"),
        pytest.param("offences", WRONG_WAY.replace("1301", "13A"), "offence.code", id="no code"),
        pytest.param("offences", WRONG_WAY.replace("机动车逆向行驶", ""), "offence.behaviour", id="no words"),
        pytest.param("offences", WRONG_WAY.replace(",3,,200", ",2,,200"), "offence.points", id="2 points"),
        pytest.param(
            "offences", WRONG_WAY.replace(",3,,200", ",3,,100"), "offence.other_content", id="another fine"
        ),
        pytest.param(
            "violations", RECORD.replace("12345", "54321"), "record.unknown_vehicle", id="a stranger"
        ),
        pytest.param(
            "violations", RECORD.replace("1301", "1302"), "record.unknown_offence", id="no such code"
        ),
        pytest.param("violations", RECORD.replace("2026", "2027"), "record.in_future", id="still to come"),
        pytest.param("violations", RECORD.replace("2026", "2023"), "record.too_old", id="over two years old"),
    ],
)
async def test_a_row_that_is_rejected(town_desk: Desk, kind: str, row: str, key: str):
    summary = await town_desk.give(kind, row)
    assert outcome(summary) == (0, 0, 0, 1)
    (rejected,) = town_desk.rejected(kind)
    assert (rejected["line"], rejected["reason"]) == ("2", SENTENCES[key])


async def test_a_record_number_is_used_once(town_desk: Desk):
    await town_desk.give("violations", RECORD)
    assert outcome(await town_desk.give("violations", RECORD)) == UNCHANGED
    await town_desk.give("violations", RECORD.replace("兴中道", "中山路"))
    assert town_desk.rejected("violations")[0]["reason"] == SENTENCES["record.other_content"]


async def test_every_kind_twice_changes_nothing(town_desk: Desk):
    await town_desk.give("violations", RECORD)
    await town_desk.give("licences", HIS_LICENCE)
    for kind, row in {
        "people": LI_MING,
        "vehicles": HIS_CAR,
        "licences": HIS_LICENCE,
        "offences": WRONG_WAY,
        "violations": RECORD,
    }.items():
        assert outcome(await town_desk.give(kind, row)) == UNCHANGED, kind


def test_the_kinds():
    kinds = ["people", "companies", "authorised", "vehicles", "licences", "offences", "violations"]
    kinds += ["classes", "teachers", "children"]
    assert list(KINDS) == kinds


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        pytest.param("2027-04-30", CHANGED, id="until a day"),
        pytest.param("", UNCHANGED, id="no word of it"),
        pytest.param("soon", (0, 0, 0, 1), id="no day"),
    ],
)
async def test_a_vehicle_file_may_say_until_when_each_is_inspected(
    town_desk: Desk, until: str, expected: tuple[int, ...]
):
    content = f"{HEADERS['vehicles']},inspected_until\n{HIS_CAR},{until}\n".encode()
    assert outcome(await town_desk.give_bytes("vehicles", content)) == expected
    again = UNCHANGED if expected == CHANGED else expected
    assert outcome(await town_desk.give_bytes("vehicles", content)) == again
    rejected = town_desk.rejected("vehicles") if until == "soon" else []
    assert [row["reason"] for row in rejected] == [SENTENCES["vehicle.inspected_until"]] * len(rejected)
