"""What a link shows of a case in each state, in both languages, and what it never shows."""

import pytest

from tests.helpers import LI_MING, LI_PLATE
from tests.pages import lives
from tests.pages.lives import Life
from tests.pages.world import Visitor, World

LIVES = (
    lives.recorded,
    lives.notified,
    lives.without_amount,
    lives.without_points,
    lives.decided,
    lives.served,
    lives.overdue,
    lives.paid,
    lives.paid_late,
    lives.erased,
    lives.voided,
)
EVERY_LIFE = [pytest.param(life, id=life.__name__) for life in LIVES]
BOTH_LANGUAGES = [pytest.param(language, id=language) for language in ("zh_CN", "en")]
CLAIM = LI_MING.claim
PERSONAL = (CLAIM.name, CLAIM.resident_id, CLAIM.phone, LI_PLATE.number, "T12345", "liable", "openid")


@pytest.mark.parametrize("language", BOTH_LANGUAGES)
@pytest.mark.parametrize("life", EVERY_LIFE)
async def test_shows_what_happened_and_nobody(
    visitor: Visitor, world: World, life: Life, language: str
) -> None:
    number = await life(world)
    answer = await visitor.get(f"{world.path(number)}?lang={language}")
    page = await answer.text()
    assert answer.status == 200
    for shown in (number, "粤T·***45", "兴中道", "《道路交通安全法》第90条"):
        assert shown in page
    for personal in PERSONAL:
        assert personal not in page


@pytest.mark.parametrize(
    ("life", "language", "sentences"),
    [
        pytest.param(
            lives.recorded,
            "zh_CN",
            [
                "还没有作出处罚决定",
                "¥200.00",
                "并记3分",
                "4月1日(周三)",
                "接受 {number}",
                "申诉 {number}",
                "转给 {number}",
                "12123",
            ],
            id="a new record: the proposal, by when, how to accept, how to object",
        ),
        pytest.param(
            lives.notified,
            "en",
            [
                "Nothing has been decided",
                "¥200.00",
                "and 3 licence points",
                "Wed 1 Apr",
                "accept {number}",
                "person",
            ],
            id="the owner was told",
        ),
        pytest.param(
            lives.without_amount,
            "zh_CN",
            ["金额由民警确定", "交警支队违法处理大厅"],
            id="a range: an officer sets the amount, at the counter",
        ),
        pytest.param(
            lives.without_points,
            "en",
            ["¥50.00", "an officer sets the licence points", "set by an officer", "traffic police counter"],
            id="unknown points are not nought",
        ),
        pytest.param(
            lives.decided,
            "zh_CN",
            ["今天应缴", "¥200.00", "收到决定之日起15天内缴款", "缴款 ¥200.00"],
            id="decided, the notice is on its way",
        ),
        pytest.param(
            lives.served,
            "en",
            [
                "To pay today",
                "Last day to pay: Tue 17 Mar",
                "3% of the fine for each day",
                "review {number}",
                "¥400.00",
            ],
            id="served: the last day, and the surcharge with its rule",
        ),
        pytest.param(
            lives.overdue,
            "zh_CN",
            ["¥212.00", "¥12.00", "3月17日(周二)", "已过2天", "不超过罚款的100%"],
            id="two days late: 3 % a day",
        ),
        pytest.param(
            lives.overdue, "en", ["¥212.00", "Tue 17 Mar, 2 days ago"], id="two days late, in English"
        ),
        pytest.param(lives.paid, "zh_CN", ["已缴清", "3月2日(周一)", "收据"], id="paid: thanks, and when"),
        pytest.param(
            lives.paid_late, "en", ["Paid. Thank you", "Thu 19 Mar", "wallet"], id="paid late: of the wallet"
        ),
        pytest.param(
            lives.objected,
            "zh_CN",
            ["这个案件在等什么", "民警正在核查", "不用做什么"],
            id="objected to: what it waits for",
        ),
        pytest.param(lives.erased, "zh_CN", ["已撤销", "不需要缴款"], id="erased"),
        pytest.param(lives.voided, "en", ["withdrawn", "nothing to pay"], id="voided"),
    ],
)
async def test_says(visitor: Visitor, world: World, life: Life, language: str, sentences: list[str]) -> None:
    number = await life(world)
    page = await (await visitor.get(f"{world.path(number)}?lang={language}")).text()
    for sentence in sentences:
        assert sentence.format(number=number) in page


@pytest.mark.parametrize(
    ("life", "absent"),
    [
        pytest.param(lives.recorded, "<form", id="nothing to pay before a decision"),
        pytest.param(lives.without_amount, "接受 ", id="no offer to accept what is for the counter"),
        pytest.param(lives.objected, "申诉 ", id="no second objection"),
        pytest.param(lives.paid, "钱包", id="no word of a wallet to who paid in time"),
        pytest.param(lives.paid, "<form", id="nothing to pay twice"),
        pytest.param(lives.voided, "<form", id="nothing to pay when withdrawn"),
    ],
)
async def test_does_not_say(visitor: Visitor, world: World, life: Life, absent: str) -> None:
    page = await (await visitor.get(world.path(await life(world)))).text()
    assert absent not in page


@pytest.mark.parametrize(
    ("life", "state"),
    [
        pytest.param(lives.recorded, "undecided", id="recorded"),
        pytest.param(lives.notified, "undecided", id="notified"),
        pytest.param(lives.decided, "due", id="decided"),
        pytest.param(lives.served, "due", id="served"),
        pytest.param(lives.overdue, "due", id="overdue"),
        pytest.param(lives.paid, "paid", id="paid"),
        pytest.param(lives.erased, "closed", id="erased"),
        pytest.param(lives.voided, "closed", id="voided"),
    ],
)
async def test_status(visitor: Visitor, world: World, life: Life, state: str) -> None:
    answer = await visitor.get(f"{world.path(await life(world))}/status")
    assert await answer.json() == {"state": state}
