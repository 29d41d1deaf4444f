"""Fields of template messages and subscription notices: what WeChat would refuse is refused here, by name."""

import pytest

from bot.wechat.fields import SUBSCRIPTION, TEMPLATE, checked

GOOD = [
    pytest.param("thing1", "粤T·***45于12月1日在兴中道超速", id="thing"),
    pytest.param("thing12", "a" * 20, id="thing of 20"),
    pytest.param("character_string2", "442012003481", id="character_string"),
    pytest.param("character_string2", "x" * 32, id="character_string of 32"),
    pytest.param("time3", "2026年12月1日 15:01", id="time"),
    pytest.param("time3", "2026-12-01 15:01:59", id="time with seconds"),
    pytest.param("time3", "15:01", id="time of day"),
    pytest.param("time3", "2026年12月1日~2026年12月31日", id="a span of days"),
    pytest.param("amount4", "¥200.00", id="amount"),
    pytest.param("amount4", "200元", id="amount in yuan"),
    pytest.param("phone_number5", "+86-0760-12123", id="phone_number"),
    pytest.param("car_number6", "粤T12345", id="car_number"),
    pytest.param("car_number6", "粤TD12345", id="car_number of a new energy car"),
    pytest.param("car_number6", "粤B1234警", id="car_number of the police"),
    pytest.param("const7", "待处理", id="const"),
]
ONLY_SUBSCRIPTION = [
    pytest.param("name1", "李明", id="name"),
    pytest.param("name1", "Li Ming", id="name in letters"),
    pytest.param("number2", "3", id="number"),
    pytest.param("number2", "12.5", id="number with a fraction"),
    pytest.param("date3", "2026年12月1日", id="date"),
    pytest.param("phrase4", "已缴款", id="phrase"),
]
BAD = [
    pytest.param("thing1", "", id="nothing"),
    pytest.param("thing1", "字" * 21, id="thing of 21"),
    pytest.param("thing1", "一\n二", id="two lines"),
    pytest.param("character_string2", "案件442012003481", id="Chinese in a character_string"),
    pytest.param("character_string2", "x" * 33, id="character_string of 33"),
    pytest.param("time3", "明天", id="no time"),
    pytest.param("amount4", "12345678901", id="amount of 11 digits"),
    pytest.param("amount4", "¥1,200.00", id="amount with a comma"),
    pytest.param("phone_number5", "1" * 18, id="phone_number of 18"),
    pytest.param("car_number6", "粤T·12345", id="car_number with a dot"),
    pytest.param("car_number6", "粤TD1234567", id="car_number of 10"),
    pytest.param("const7", "字" * 21, id="const of 21"),
    pytest.param("first", "您好", id="first is gone"),
    pytest.param("remark", "谢谢", id="remark is gone"),
]
BAD_SUBSCRIPTION = [
    pytest.param("name1", "字" * 11, id="name of 11"),
    pytest.param("name1", "李明2", id="digit in a name"),
    pytest.param("number2", "三", id="no number"),
    pytest.param("phrase4", "已经缴款了啊", id="phrase of 6"),
    pytest.param("phrase4", "paid", id="phrase in letters"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_a_template_message_may_hold(name: str, value: str):
    assert checked({name: value}, TEMPLATE) == checked({name: value}, SUBSCRIPTION)
    assert checked({name: value}, TEMPLATE) == {name: {"value": value}}


@pytest.mark.parametrize(("name", "value"), ONLY_SUBSCRIPTION)
def test_what_only_a_subscription_notice_may_hold(name: str, value: str):
    assert checked({name: value}, SUBSCRIPTION) == {name: {"value": value}}
    with pytest.raises(ValueError, match=f"^{name}: there is no such category"):
        checked({name: value}, TEMPLATE)


@pytest.mark.parametrize(("name", "value"), [*BAD, *BAD_SUBSCRIPTION])
def test_a_field_that_would_be_refused_is_named_and_not_shown(name: str, value: str):
    categories = TEMPLATE if name in {"first", "remark"} else SUBSCRIPTION
    with pytest.raises(ValueError, match=f"^{name}: ") as refusal:
        checked({"thing9": "好", name: value}, categories)
    assert not value or value not in str(refusal.value)
