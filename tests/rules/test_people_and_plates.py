"""How people, phones and vehicles are written, read and masked (domain 10)."""

from collections.abc import Callable
from datetime import date

import pytest
from stdnum.cn import ric

from models.base.errors import BadInput
from models.identity.rules import (
    Plate,
    age,
    birth_date,
    mask_name,
    mask_phone,
    read_name,
    read_phone,
    read_plate,
    read_resident_id,
)
from tests.helpers import resident_id


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        pytest.param("粤T12345", Plate("02", "粤T12345"), id="a small car"),
        pytest.param("京A8B8C8", Plate("02", "京A8B8C8"), id="letters between"),
        pytest.param("粤t·12345", Plate("02", "粤T12345"), id="lower case, with the dot of the plate"),
        pytest.param("粤T•12345", Plate("02", "粤T12345"), id="with the bullet of some keyboards"),
        pytest.param("粤Ｔ１２３４５", Plate("02", "粤T12345"), id="full width"),
        pytest.param(" 粤T 123-45 ", Plate("02", "粤T12345"), id="gaps and hyphens"),
        pytest.param("粤TD12345", Plate("52", "粤TD12345"), id="small new energy, D first"),
        pytest.param("粤TFA1234", Plate("52", "粤TFA1234"), id="small new energy, F and a letter"),
        pytest.param("粤T12345D", Plate("52", "粤T12345D"), id="large new energy, letter last"),
        pytest.param("粤T1234挂", Plate("02", "粤T1234挂"), id="trailer"),
        pytest.param("粤T1234学", Plate("02", "粤T1234学"), id="driving school"),
        pytest.param("粤T1234警", Plate("02", "粤T1234警"), id="police"),
        pytest.param("粤Z1234港", Plate("02", "粤Z1234港"), id="Hong Kong"),
        pytest.param("粤Z1234澳", Plate("02", "粤Z1234澳"), id="Macau"),
        pytest.param("粤A1234领", Plate("02", "粤A1234领"), id="consulate"),
    ],
)
def test_plates_as_people_write_them(text: str, plate: Plate):
    assert read_plate(text) == plate


@pytest.mark.parametrize(
    ("number", "kind"), [("粤T12345", "01"), ("粤T12345", "02"), ("粤TD12345", "51"), ("粤TD12345", "52")]
)
def test_a_plate_keeps_the_kind_it_is_given(number: str, kind: str):
    assert read_plate(number, kind) == Plate(kind, number)


@pytest.mark.parametrize(("number", "kind"), [("粤T12345", "51"), ("粤T12345", "52"), ("粤TD12345", "02")])
def test_the_kind_fits_the_length_of_the_plate(number: str, kind: str):
    with pytest.raises(BadInput) as refused:
        read_plate(number, kind)
    assert refused.value.key == "error.plate_kind"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        pytest.param("", "", "error.plate", id="nothing"),
        pytest.param("粤T1234", "", "error.plate", id="too short"),
        pytest.param("粤T123456", "", "error.plate", id="new energy without its letter"),
        pytest.param("粤T1234567", "", "error.plate", id="too long"),
        pytest.param("粤I12345", "", "error.plate", id="no city letter I"),
        pytest.param("粤T1O345", "", "error.plate", id="no letter O in numbers"),
        pytest.param("港T12345", "", "error.plate", id="not a province"),
        pytest.param("T12345", "", "error.plate", id="no province"),
        pytest.param("粤T挂1234", "", "error.plate", id="trailer sign in front"),
        pytest.param("使014578", "", "error.plate", id="embassy: for an officer"),
        pytest.param("粤T12345", "99", "error.plate_kind", id="unknown kind"),
    ],
)
def test_wrong_plates_are_refused_with_the_reason(text: str, kind: str, reason: str):
    with pytest.raises(BadInput) as refused:
        read_plate(text, kind)
    assert refused.value.key == reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("李明", "李明", id="two characters"),
        pytest.param(" 欧阳娜娜 ", "欧阳娜娜", id="four, with gaps around"),
        pytest.param("买买提·吐尔逊", "买买提·吐尔逊", id="minority name"),
        pytest.param("买买提•吐尔逊", "买买提·吐尔逊", id="with a bullet"),
        pytest.param("买买提・吐尔逊", "买买提·吐尔逊", id="with a Japanese dot"),
        pytest.param("𠮷田", "𠮷田", id="a rare character beyond the basic plane"),
    ],
)
def test_names(text: str, name: str):
    assert read_name(text) == name


@pytest.mark.parametrize("text", ["", "Li Ming", "李明1", "·李明", "李明·", "李·", "李" * 21, "李 明;"])
def test_what_is_no_name(text: str):
    with pytest.raises(BadInput):
        read_name(text)


@pytest.mark.parametrize(
    "text", ["13800000001", "+8613800000001", "+86 138 0000 0001", "138-0000-0001", "１３８０００００００１"]
)
def test_phones_as_people_write_them(text: str):
    assert read_phone(text) == "13800000001"


@pytest.mark.parametrize(
    "text",
    ["", "12800000001", "1380000000", "138000000011", "+85213800000001", "1380000000a", "076088888888"],
)
def test_what_is_no_mobile_phone(text: str):
    with pytest.raises(BadInput):
        read_phone(text)


WITH_X = next(number for n in range(100) if (number := resident_id("18850101", f"{n:03d}")).endswith("X"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param(WITH_X, WITH_X, id="check character X"),
        pytest.param(WITH_X.lower(), WITH_X, id="lower-case x"),
        pytest.param("".join(chr(ord(c) + 0xFEE0) for c in WITH_X), WITH_X, id="full width"),
        pytest.param(f"{WITH_X[:6]} {WITH_X[6:14]} {WITH_X[14:]}", WITH_X, id="gaps"),
        pytest.param("11010519491231002X", "11010519491231002X", id="the standard's example"),
    ],
)
def test_resident_ids(text: str, number: str):
    assert read_resident_id(text) == number


def test_old_places_of_birth_are_fine():
    body = "51222119600101123"  # a county of Sichuan that has been part of Chongqing since 1997
    number = body + ric.calc_check_digit(body + "0")
    assert read_resident_id(number) == number


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("110105491231002", id="15 digits, out of use since 2013"),
        pytest.param("110105194912310021", id="wrong check digit"),
        pytest.param("11010519491231002Y", id="a letter that is not X"),
        pytest.param(resident_id("18890230"), id="30 February"),
        pytest.param(resident_id("18891301"), id="month 13"),
        pytest.param(resident_id("19000229"), id="1900 was no leap year"),
        pytest.param("11010519491231002X1", id="too long"),
    ],
)
def test_wrong_resident_ids_are_refused(text: str):
    with pytest.raises(BadInput):
        read_resident_id(text)


def test_the_birth_date_of_an_id():
    assert birth_date("11010519491231002X") == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("masked", "of", "shown"),
    [
        pytest.param(mask_name, "李明", "李*", id="name"),
        pytest.param(mask_phone, "13812340001", "138****0001", id="phone"),
        pytest.param(lambda number: Plate("02", number).masked, "粤T12345", "粤T·***45", id="plate"),
        pytest.param(
            lambda number: Plate("52", number).masked, "粤TD12345", "粤T·***45", id="new energy plate"
        ),
    ],
)
def test_masks(masked: Callable[[str], str], of: str, shown: str):
    assert masked(of) == shown


@pytest.mark.parametrize(
    ("today", "years"),
    [
        pytest.param(date(2026, 2, 28), 17, id="born on 29 February: not on the 28th"),
        pytest.param(date(2026, 3, 1), 18, id="but on 1 March"),
        pytest.param(date(2028, 2, 29), 20, id="on the day itself in a leap year"),
    ],
)
def test_age_in_whole_years(today: date, years: int):
    assert age(date(2008, 2, 29), today) == years
