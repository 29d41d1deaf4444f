"""What a template's field takes, by its category."""

import pytest

from sandbox.wechat.fields import NOTICE, TEMPLATE, fits


@pytest.mark.parametrize(
    ("field", "value", "template", "notice"),
    [
        pytest.param("thing1", "兴中道超速" * 4, True, True, id="thing-of-20"),
        pytest.param("thing1", "兴" * 21, False, False, id="thing-of-21"),
        pytest.param("thing1", "", False, False, id="empty"),
        pytest.param("thing1", 5, False, False, id="no-text"),
        pytest.param("thing1", "两\n行", False, False, id="two-lines"),
        pytest.param("character_string2", "442012003481-A", True, True, id="characters"),
        pytest.param("character_string2", "编号442012003481", False, False, id="characters-with-chinese"),
        pytest.param("character_string2", "x" * 33, False, False, id="33-characters"),
        pytest.param("time3", "2026年12月1日 10:00", True, True, id="time"),
        pytest.param("time3", "10:00~11:30", True, True, id="time-from-to"),
        pytest.param("time3", "明天", False, False, id="time-in-words"),
        pytest.param("amount4", "¥200.00", True, True, id="amount"),
        pytest.param("amount4", "200元", True, True, id="amount-in-yuan"),
        pytest.param("amount4", "¥12345678901", False, False, id="amount-of-11-digits"),
        pytest.param("amount4", "两百元", False, False, id="amount-in-words"),
        pytest.param("phone_number5", "+86-0760-8888888", True, True, id="phone"),
        pytest.param("phone_number5", "1" * 18, False, False, id="phone-of-18"),
        pytest.param("car_number6", "粤T12345", True, True, id="plate"),
        pytest.param("car_number6", "粤TD12345", True, True, id="green-plate"),
        pytest.param("car_number6", "粤TD12345挂", False, False, id="plate-of-9"),
        pytest.param("car_number6", "粤T·***45", False, False, id="masked-plate"),
        pytest.param("const7", "待处理", True, True, id="const"),
        pytest.param("const7", "待" * 21, False, False, id="const-of-21"),
        pytest.param("number8", "3", False, True, id="number"),
        pytest.param("number8", "3 分", False, False, id="number-with-a-unit"),
        pytest.param("name9", "欧阳娜娜", False, True, id="name"),
        pytest.param("name9", "李" * 11, False, False, id="name-of-11"),
        pytest.param("phrase10", "已受理", False, True, id="phrase"),
        pytest.param("phrase10", "已经受理了案件", False, False, id="phrase-of-7"),
        pytest.param("first", "您好", False, False, id="what-is-no-more"),
    ],
)
def test_fields(field: str, value: object, template: bool, notice: bool):
    assert (fits(TEMPLATE, field, value), fits(NOTICE, field, value)) == (template, notice)
