"""Which command a text asks for, by the words alone: both languages, as people type them."""

import pytest

from bot.commands import ROUTER
from handlers.routing import Draft

NUMBER = "442012003481"

WORDS = [
    ("绑定", "bind", ""),
    ("bind", "bind", ""),
    ("绑定 李明 13800010001", "bind", "李明 13800010001"),
    ("验证码 123456", "code", "123456"),
    ("code 123456", "code", "123456"),
    ("123456", "code", "123456"),
    ("电子送达 同意", "consent", "同意"),
    ("e-service off", "consent", "off"),
    ("eservice on", "consent", "on"),
    ("罚单", "fines", ""),
    ("违章", "fines", ""),
    ("违法", "fines", ""),
    ("fines", "fines", ""),
    ("fine", "fines", ""),
    ("罚单 2", "fines", "2"),
    ("罚单 粤T12345", "fines", "粤T12345"),
    ("罚单粤T12345", "fines", "粤T12345"),
    ("fines 粤T12345", "fines", "粤T12345"),
    ("罚单 已办结", "fines", "已办结"),
    ("罚单 粤T12345 种类15", "fines", "粤T12345 种类15"),
    (f"照片 {NUMBER}", "photos", NUMBER),
    (f"photos {NUMBER}", "photos", NUMBER),
    ("代办", "act_for", ""),
    ("act for 中山市示范物流有限公司", "act_for", "中山市示范物流有限公司"),
    ("本人", "myself", ""),
    (f"案件 {NUMBER}", "case", NUMBER),
    (f"案号:{NUMBER}", "case", NUMBER),
    (f"case {NUMBER}", "case", NUMBER),
    (NUMBER, "case", NUMBER),
    (f"接受 {NUMBER}", "accept", NUMBER),
    (f"认罚{NUMBER}", "accept", NUMBER),
    (f"accept {NUMBER}", "accept", NUMBER),
    (f"确认 {NUMBER}", "confirm", NUMBER),
    (f"confirm {NUMBER}", "confirm", NUMBER),
    ("转给", "nominate", ""),
    ("不是我开的", "nominate", ""),
    (f"转给 {NUMBER} 王芳", "nominate", f"{NUMBER} 王芳"),
    (f"nominate {NUMBER} 王芳 6717", "nominate", f"{NUMBER} 王芳 6717"),
    (f"撤回 {NUMBER}", "withdraw", NUMBER),
    ("同意 204518", "take_over", "204518"),
    ("agree 204518", "take_over", "204518"),
    ("拒绝 204518", "turn_down", "204518"),
    ("decline 204518", "turn_down", "204518"),
    ("缴款", "pay", ""),
    ("缴费", "pay", ""),
    ("付款", "pay", ""),
    ("交罚款", "pay", ""),
    (f"pay {NUMBER}", "pay", NUMBER),
    ("限制", "restricted", ""),
    ("冻结", "restricted", ""),
    ("锁定", "restricted", ""),
    ("restrictions", "restricted", ""),
    ("restriction", "restricted", ""),
    ("locks", "restricted", ""),
    ("记分", "points", ""),
    ("积分", "points", ""),
    ("扣分", "points", ""),
    ("驾照分", "points", ""),
    ("points", "points", ""),
    ("licence points", "points", ""),
    ("license points", "points", ""),
    ("信用分", "score", ""),
    ("社会信用分", "score", ""),
    ("我的分数", "score", ""),
    ("score", "score", ""),
    ("social credit score", "score", ""),
    ("帮助", "help_", ""),
    ("菜单", "help_", ""),
    ("help", "help_", ""),
    ("menu", "help_", ""),
    ("语言", "language", ""),
    ("language 中文", "language", "中文"),
    ("中文", "chinese", ""),
    ("Chinese", "chinese", ""),
    ("English", "english", ""),
    ("英文", "english", ""),
    ("人工", "person", ""),
    ("人工 不是我", "person", "不是我"),
    ("人工服务", "person", ""),
    ("客服", "person", ""),
    ("person", "person", ""),
    ("human", "person", ""),
    ("agent", "person", ""),
]


@pytest.mark.parametrize(("text", "command", "argument"), WORDS, ids=[text for text, _, _ in WORDS])
def test_a_word_with_or_without_its_argument(text, command, argument):
    found = ROUTER.find(text)
    assert (found.command.name, found.argument) == (command, argument)


@pytest.mark.parametrize(
    ("text", "command", "argument"),
    [
        pytest.param("４４２０１２００３４８１", "case", NUMBER, id="full-width digits"),
        pytest.param("4420 1200 3481", "case", NUMBER, id="gaps"),
        pytest.param("4420-1200-3481", "case", NUMBER, id="hyphens"),
        pytest.param("442012003481。", "case", NUMBER, id="a full stop"),
        pytest.param("  442012003481\n", "case", NUMBER, id="spaces around"),
        pytest.param("🙏442012003481🙏", "case", NUMBER, id="emoji around"),
        pytest.param("【442012003481】", "case", NUMBER, id="brackets"),
        pytest.param("案件 4420 1200 3481！", "case", "4420 1200 3481", id="gaps behind a word"),
        pytest.param("１２３ ４５６", "code", "123456", id="a code, full-width, with a gap"),
        pytest.param("罚单。", "fines", "", id="a word and a full stop"),
        pytest.param("罚单😂", "fines", "", id="a word and an emoji"),
        pytest.param("罚单　粤Ｔ１２３４５", "fines", "粤T12345", id="a full-width space and plate"),
        pytest.param("罚单:粤T12345", "fines", "粤T12345", id="a colon"),
        pytest.param("FiNeS", "fines", "", id="mixed case"),
        pytest.param("PAY   442012003481", "pay", NUMBER, id="capitals, wide gap"),
        pytest.param("Social  Credit Score?", "score", "", id="a phrase with a wide gap and a question mark"),
        pytest.param("“帮助”", "help_", "", id="quoted, as our own texts write it"),
    ],
)
def test_as_people_type(text, command, argument):
    found = ROUTER.find(text)
    assert (found.command.name, found.argument) == (command, argument)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("人工智能是什么", id="artificial intelligence is no person"),
        pytest.param("人工AI是什么", id="nor is AI"),
        pytest.param("help me pay", id="help takes no argument, pay does not begin it"),
        pytest.param("pays", id="part of a longer word"),
        pytest.param("fine, thanks", id="a polite word"),
        pytest.param("罚单怎么办", id="a question about fines"),
        pytest.param("我想交罚款", id="a wish"),
        pytest.param("score 3", id="score takes no argument"),
        pytest.param("12345", id="5 digits"),
        pytest.param("1234567", id="7 digits"),
        pytest.param("4420120034811", id="13 digits"),
        pytest.param("٤٤٢٠١٢٠٠٣٤٨١", id="digits of another script"),
        pytest.param("", id="nothing"),
        pytest.param("😂", id="an emoji"),
        pytest.param("。。。", id="dots"),
        pytest.param("9" * 5000, id="an endless number"),
    ],
)
def test_what_is_no_command(text):
    assert ROUTER.find(text).command is ROUTER.fallback


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        pytest.param("罚蛋", "fines", id="one character wrong"),
        pytest.param("fnies", "fines", id="two letters swapped"),
        pytest.param("我想查罚单", "fines", id="a word inside a sentence"),
        pytest.param("help me pay", "pay", id="English inside a sentence"),
        pytest.param("人工智能是什么", "person", id="a word inside a longer one"),
        pytest.param("what is my social credit score", "score", id="a question"),
        pytest.param("restrcitions", "restricted", id="a long word mistyped"),
        pytest.param("邦定", "bind", id="a homophone"),
        pytest.param("电子送达同意", "consent", id="without the gap"),
    ],
)
def test_what_resembles_a_command_is_offered(text, offered):
    found = ROUTER.find(text)
    assert found.command is ROUTER.fallback
    assert offered in [command.name for command in found.suggestions]
    assert len(found.suggestions) <= 3


def test_codes_and_confirmations_are_never_offered():
    listed = {command.name for command in ROUTER.commands if command.listed}
    assert listed.isdisjoint({"code", "confirm"})


CHOICES = ("罚单", "缴款 442012003481")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("1", "fines", id="the first"),
        pytest.param("2", "pay", id="the second"),
        pytest.param("0", "person", id="0 is a person"),
        pytest.param("２。", "pay", id="full-width, with a full stop"),
        pytest.param("①", "fines", id="circled"),
        pytest.param("3", "unknown", id="more than was offered"),
        pytest.param("01", "unknown", id="not written so"),
        pytest.param("-1", "fines", id="a dash before it is a mark at its edge"),
        pytest.param("000001", "code", id="a code that begins with zeros"),
        pytest.param("记分", "points", id="a word all the same"),
    ],
)
def test_a_number_while_numbers_are_offered(text, command):
    assert ROUTER.find(text, CHOICES).command.name == command


@pytest.mark.parametrize("number", ["0", "1", "2"])
def test_a_number_while_none_is_offered(number):
    assert ROUTER.find(number).command is ROUTER.fallback


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("李明", "bind", id="no command: more of the draft"),
        pytest.param("13800010001", "bind", id="a phone number"),
        pytest.param("帮助", "help_", id="a command interrupts"),
        pytest.param(NUMBER, "case", id="so does a case number"),
        pytest.param("123456", "code", id="so does a code"),
    ],
)
def test_while_a_draft_waits(text, command):
    assert ROUTER.find(text, draft=Draft("bind", {})).command.name == command
