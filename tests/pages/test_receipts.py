"""The owner's receipt as page and PDF, and the public page that verifies it."""

from contextlib import closing

import pytest
from pypdfium2 import PdfDocument

from bot.pages.receipt_pdf import Sheet, draw
from bot.pages.receipts import LOOKS_PER_HOUR, spaced
from models.flows import voiding
from models.violations import receipts, store
from models.violations.grounds import VoidGround
from models.violations.receipts import LINK_HOURS, Receipt
from tests.helpers import LI_MING
from tests.pages import lives
from tests.pages.world import Visitor, World

NAME = LI_MING.claim.name


async def issued(world: World, number: str) -> tuple[Receipt, str]:
    """The receipt of Li Ming's case, and the path of its owner's link."""
    async with world.database.begin("citizen:1") as work:
        receipt = await receipts.issue(work, world.town.li_ming, number)
        return receipt, receipts.link(work, receipt).removeprefix("https://shimin.test")


def words_of(pdf: bytes) -> str:
    """All that is written on it, as Chromium's own reader of PDF finds it."""
    with closing(PdfDocument(pdf)) as document:
        assert len(document) == 1
        return str(document[0].get_textpage().get_text_range())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        pytest.param("zh_CN", ["罚款缴款收据", "李*", "加处罚款", "不是税务发票", "12.00"], id="Chinese"),
        pytest.param(
            "en", ["Receipt for a fine", "李*", "Surcharge", "no tax invoice", "12.00"], id="English"
        ),
    ],
)
async def test_the_page_and_the_paper_say_the_same(
    visitor: Visitor, world: World, language: str, says: list[str]
) -> None:
    receipt, path = await issued(world, await lives.paid_late(world))
    page = await visitor.get(f"{path}?lang={language}")
    paper = await visitor.get(f"{path}/receipt.pdf?lang={language}")
    assert (page.status, paper.status, paper.content_type) == (200, 200, "application/pdf")
    text, written = await page.text(), words_of(await paper.read())
    expected = [*says, "212.00", "200.00", receipt.case_number, receipt.payments[0].transaction_id]
    for word in (*expected, spaced(receipt.code), "2026-03-02 10:00:00"):
        assert word in text, word
        assert word in written, word
    for secret in (NAME, LI_MING.claim.resident_id, "o-li"):
        assert secret not in text
        assert secret not in written


async def test_the_same_receipt_is_the_same_file(visitor: Visitor, world: World) -> None:
    _, path = await issued(world, await lives.paid(world))
    files = [await (await visitor.get(f"{path}/receipt.pdf")).read() for _ in range(2)]
    assert files[0] == files[1]
    assert files[0].startswith(b"%PDF-")


async def test_a_link_runs_out_and_another_is_one_word_away(visitor: Visitor, world: World) -> None:
    number = await lives.paid(world)
    _, path = await issued(world, number)
    world.wall.move(hours=LINK_HOURS, minutes=1)
    for place in ("", "/receipt.pdf"):
        answer = await visitor.get(path + place)
        assert answer.status == 404
        assert "发“收据”" in await answer.text()
    _, again = await issued(world, number)
    assert (await visitor.get(again)).status == 200


@pytest.mark.parametrize("place", ["", "/receipt.pdf"])
async def test_neither_the_code_nor_the_link_of_the_case_opens_it(
    visitor: Visitor, world: World, place: str
) -> None:
    receipt, _ = await issued(world, await lives.paid(world))
    case = world.path(receipt.case_number).removeprefix("/c/")
    for token in (receipt.code, f"{receipt.code}-ffffffff-a", case, "%00", "罚单"):
        assert (await visitor.get(f"/r/{token}{place}")).status == 404


async def test_anybody_may_verify_it_and_learns_no_more_than_that(visitor: Visitor, world: World) -> None:
    receipt, _ = await issued(world, await lives.paid(world))
    answer = await visitor.get("/verify", params={"code": spaced(receipt.code).lower()})
    text = await answer.text()
    assert answer.status == 200
    for word in ("收据有效", receipts.mask_number(receipt.case_number), "¥200.00", "2026-03-02"):
        assert word in text
    for secret in (receipt.case_number, NAME, receipt.payer, receipt.payments[0].transaction_id, "粤T"):
        assert secret not in text


async def test_what_went_back_is_not_called_valid(visitor: Visitor, world: World) -> None:
    number = await lives.paid(world)
    receipt, path = await issued(world, number)
    async with world.database.begin("officer:1") as work:
        case = await store.case(work, number)
        assert case
        await voiding.void(work, case, "officer:1", VoidGround.OTHER, "重复处罚")
    text = await (await visitor.get("/verify", params={"code": receipt.code})).text()
    assert "这笔钱已退回或正在退回" in text
    assert "收据有效" not in text
    paper = words_of(await (await visitor.get(f"{path}/receipt.pdf")).read())
    assert "处罚决定已撤销" in paper


@pytest.mark.parametrize("code", ["ABCDEFGHIJKLMNOP", "罚", "<b>", "A" * 500])
async def test_a_wrong_code(visitor: Visitor, code: str) -> None:
    answer = await visitor.get("/verify", params={"code": code})
    assert answer.status == 404
    assert "<b>" not in await answer.text()
    assert "没有核验码" in await answer.text()


async def test_the_form(visitor: Visitor) -> None:
    answer = await visitor.get("/verify?lang=en")
    assert answer.status == 200
    assert 'name="code"' in await answer.text()


async def test_verifying_too_often(visitor: Visitor, world: World) -> None:
    receipt, _ = await issued(world, await lives.paid(world))
    statuses = [
        (await visitor.get("/verify", params={"code": receipt.code})).status
        for _ in range(LOOKS_PER_HOUR + 1)
    ]
    assert statuses == [200] * LOOKS_PER_HOUR + [429]
    world.wall.move(hours=1)
    assert (await visitor.get("/verify", params={"code": receipt.code})).status == 200


def test_long_notes_are_broken_into_lines_that_fit() -> None:
    sheet = Sheet("T", "", "¥1.00", (), ("长" * 200, "word " * 60), "v", "https://shimin.test")
    rows = words_of(draw(sheet)).splitlines()
    assert max(len(row) for row in rows if "长" in row) <= 50
    assert all(row == "word" or not row.endswith(("wor", "wo", "w")) for row in rows)
