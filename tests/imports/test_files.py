"""Files as they come: their encoding, their header, their odd rows, and what is left beside them."""

import csv
import tracemalloc

import pytest

from bot.imports import UnreadableFile
from bot.imports.table import Table
from bot.reasons import SENTENCES
from tests.imports.conftest import LI_MING, PEOPLE, WANG_FANG, Desk

TEXT = f"{PEOPLE}\n{LI_MING}\n{WANG_FANG}\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="UTF-8 with BOM"),
        pytest.param(TEXT.encode("gb18030"), id="GB18030"),
        pytest.param(TEXT.replace("\n", "\r\n").encode(), id="the line ends of Windows"),
        pytest.param(TEXT.rstrip().encode(), id="no line end at the end"),
        pytest.param(TEXT.replace("\n", "\n\n,,,,,\n").encode(), id="empty rows between"),
        pytest.param(TEXT.replace("\n", ",,\n").encode(), id="empty cells at the end of each row"),
        pytest.param(TEXT.replace(PEOPLE, f" {PEOPLE.upper()} ").encode(), id="a header in capitals"),
        pytest.param(TEXT.replace("李明", '"李明"').encode(), id="quotation marks"),
        pytest.param(TEXT.replace(",", " ,\t").encode(), id="blanks and tabs around the cells"),
    ],
)
async def test_a_file_that_is_read(desk: Desk, content: bytes):
    summary = await desk.give_bytes("people", content)
    assert (summary.new, summary.rejected) == (2, 0)


async def test_columns_in_another_order_and_more_of_them(desk: Desk):
    moved = "remark,phone,name,resident_id,licence_issued_on,licence_class,birth_date"
    rows = "x,13800010001,李明,442000188503121375,2015-06-01,C1,1885-03-12"
    assert (await desk.give_bytes("people", f"{moved}\n{rows}\n".encode())).new == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "lacks name, resident_id, birth_date", id="an empty file"),
        pytest.param(
            TEXT.replace("phone,", "tel,").encode(), "lacks phone. Its first line", id="a column missing"
        ),
        pytest.param(
            TEXT.replace("\n", ";").encode(), "lacks licence_issued_on", id="another separator of rows"
        ),
        pytest.param(TEXT.replace("\n", ",Phone\n", 1).encode(), "names phone twice", id="a column twice"),
        pytest.param(b'"name,resident_id\n', "unclosed quotation mark", id="an unclosed quotation mark"),
        pytest.param(TEXT.encode() + b"\xff\xff,\n", "line 4 is damaged", id="neither of the two encodings"),
        pytest.param(
            TEXT.encode().replace("李".encode(), "李".encode()[:2]),
            "line 2 is damaged",
            id="UTF-8 with a byte lost",
        ),
        pytest.param(TEXT.encode("utf-16"), "is damaged", id="UTF-16"),
    ],
)
async def test_a_file_that_is_not_read_at_all(desk: Desk, content: bytes, message: str):
    with pytest.raises(UnreadableFile, match=message):
        await desk.give_bytes("people", content)
    assert [path.name for path in desk.folder.iterdir()] == ["people.csv"]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        pytest.param("李明,442000188503121375", "row.cells", id="cells missing"),
        pytest.param(f"{LI_MING},,13800010009", "row.cells", id="cells too many"),
        pytest.param(LI_MING.replace("李明", '"李\n明"'), "row.unreadable", id="a line break in a cell"),
        pytest.param(LI_MING.replace("李明", "李\0明"), "row.unreadable", id="a control character"),
        pytest.param(LI_MING.replace("李明", '"李"明'), "row.unreadable", id="a quotation mark amid a cell"),
        pytest.param("李" * 140_000 + LI_MING, "row.unreadable", id="a cell beyond all measure"),
    ],
)
async def test_an_odd_row_loses_only_itself(desk: Desk, row: str, key: str):
    summary = await desk.give("people", row, WANG_FANG)
    assert (summary.new, summary.rejected) == (1, 1)
    (rejected,) = desk.rejected("people")
    assert (rejected["line"], rejected["reason"]) == ("2", SENTENCES[key])


async def test_rejects_are_mended_in_their_file_and_imported_from_it(desk: Desk):
    bad = LI_MING.replace("138", "=38")
    summary = await desk.give("people", WANG_FANG, bad)
    assert summary.rejects_file == desk.folder / "people.rejected.csv"
    content = summary.rejects_file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + PEOPLE.encode() + b",line,reason")
    assert content.decode("utf-8-sig").splitlines()[1].startswith(f"{bad},3,The phone is not")
    mended = await desk.give_bytes("people", content.replace(b"=38", b"138"))
    assert (mended.new, mended.rejected) == (1, 0)


async def test_rejects_of_rejects_name_line_and_reason_once(desk: Desk):
    await desk.give_bytes("people", f"line,{PEOPLE},reason\n7,{LI_MING.replace('138', '128')},old\n".encode())
    (rejected,) = desk.rejected("people")
    assert list(rejected) == [*PEOPLE.split(","), "line", "reason"]
    assert (rejected["line"], rejected["reason"]) == ("2", SENTENCES["error.phone"])


async def test_no_rejects_leave_no_file_of_rejects(desk: Desk):
    bad = await desk.give("people", LI_MING.replace("138", "128"))
    assert bad.rejects_file
    good = await desk.give("people", LI_MING)
    assert (good.rejects_file, bad.rejects_file.exists()) == (None, False)


async def test_the_rejects_are_as_private_as_their_file(desk: Desk):
    desk.file("people").touch(mode=0o600)
    summary = await desk.give("people", "李明,,,,,")
    assert summary.rejects_file
    assert summary.rejects_file.stat().st_mode & 0o777 == 0o600


def test_a_long_file_takes_no_more_memory_than_a_short_one(desk: Desk):
    with desk.file("people").open("w", encoding="utf-8") as file:
        file.write(f"{PEOPLE}\n")
        file.writelines(f"{LI_MING}\n" for _ in range(20_000))  # 1.4 MB
    tracemalloc.start()
    table = Table(desk.file("people"), PEOPLE.split(","))
    count = 0
    while rows := table.take(100):
        count += len(rows)
    table.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, table.line, table.lines) == (20_000, 20_001, 20_001)
    assert peak < 500_000


def test_the_rejects_stay_a_table_for_spreadsheets(desk: Desk):
    """The reasons hold commas: they are quoted."""
    for sentence in SENTENCES.values():
        assert "\n" not in sentence
        assert next(csv.reader([f'"{sentence}"'])) == [sentence]
