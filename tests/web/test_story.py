"""The town's stories, told to the running demo over HTTP. They follow one another: a day that has passed does not come back."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest

from tests.web.citizen import Citizen, amount_on, link_in, until
from tests.web.conftest import Phone
from tests.web.demo import Demo

pytestmark = pytest.mark.xdist_group("story")

DUE = re.compile(r"请在(\d+)月(\d+)日")
FORM_PASS = re.compile(r'name="pass" value="([^"]+)"')
CASE = re.compile(r"\d{12}")
SECONDS_TO_UNLOCK = 10.0  # the goal is 5 on a machine of its own


# What the demo promises


@pytest.mark.parametrize(
    "slug", ["li-ming", "wang-fang", "zhang-wei", "chen-jie", "liu-yang", "zhao-lei", "sun-li"]
)
async def test_bound_from_the_start(phone: Phone, slug: str):
    assert "绑定" not in await phone(slug).say("罚单")


async def test_only_the_newcomer_is_not_bound_but_was_texted_a_fine(phone: Phone):
    newcomer = phone("new-comer")
    assert "请先绑定" in await newcomer.say("罚单")
    await newcomer.text_about("拟罚款", "¥200.00")


async def test_li_ming_has_a_new_fine_first_then_an_overdue_one_and_a_locked_wallet(phone: Phone):
    li_ming = phone("li-ming")
    newest, overdue = (await li_ming.say("罚单")).split("①")[1].split("②")
    assert "¥200.00、记3分" in newest
    assert "逾期" in overdue
    assert await li_ming.wallet_is_locked()
    (case,) = CASE.findall(overdue)
    assert case in await li_ming.say("限制")


async def test_zhao_lei_was_named_as_the_driver_agrees_and_the_case_is_his(phone: Phone):
    wang_fang, zhao_lei = phone("wang-fang"), phone("zhao-lei")
    (case,) = CASE.findall(await wang_fang.say("转给"))[:1]
    await zhao_lei.told_in_chat("王*", "文明路", "¥200.00")
    assert "¥200.00、记1分" in await zhao_lei.say("同意")
    assert case in await zhao_lei.say("1")
    await wang_fang.told_in_chat("赵*", case)
    assert case not in await wang_fang.say("罚单")
    assert case in await zhao_lei.say("罚单")


async def test_chen_jie_tells_class_3_2_and_liu_yang_reads_it_and_sun_li_does_not(phone: Phone):
    teacher, guardian, neighbour = phone("chen-jie"), phone("liu-yang"), phone("sun-li")
    assert "春游" in await guardian.say("动态")
    assert "1位家长" in await teacher.say("发布 3-2 明天带水彩笔，谢谢！")
    assert "已发布" in await teacher.say("确认")
    await guardian.told_in_chat("明天带水彩笔，谢谢！")
    assert "微信送达1" in await teacher.say("结果")
    assert "水彩笔" not in await neighbour.say("动态")
    assert "不是这个班的老师" in await neighbour.say("发布 3-2 大家好")


# A newcomer's first fine


async def test_a_newcomer_binds_looks_up_accepts_pays_in_the_chat_and_gets_a_receipt(phone: Phone):
    newcomer = phone("new-comer")
    await bind(newcomer)
    case = await newcomer.caught()
    link = link_in(await newcomer.text_about("兴中道", "拟罚款", "¥200.00"))
    await looks_it_up(newcomer, case, link)
    await newcomer.accept(case)
    assert await newcomer.state_of(link) == "due"
    assert await newcomer.link_of(case) == link
    assert await newcomer.pay_in_chat(link) == "¥200.00"
    assert "¥200.00" in await newcomer.told_in_chat("已收到缴款", case)
    assert await newcomer.state_of(link) == "paid"
    assert "已缴清" in await newcomer.open(link)
    assert case not in await newcomer.say("罚单")
    await keeps_a_receipt(newcomer, case)


async def keeps_a_receipt(person: Citizen, case: str) -> None:
    """Its page, its PDF, and the page on which anybody verifies its code."""
    link = link_in(await person.say(f"收据 {case}"))
    page = await person.open(link)
    assert case in page
    assert amount_on(page) == "¥200.00"
    async with person.session.get(f"{link}/receipt.pdf") as paper:
        assert (paper.status, (await paper.read())[:5]) == (200, b"%PDF-")
    code = re.search(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){3}", page)
    assert code
    public = await person.open(f"{link.partition('/r/')[0]}/verify?code={code[0]}")
    assert "收据有效" in public
    assert case not in public


async def bind(person: Citizen) -> None:
    """Name, ID and phone; the code from the text; consent to electronic service."""
    assert "验证码" in await person.say(f"绑定 {person.claim}")
    code = re.search(r"\d{6}", await person.text_about("验证码"))
    assert code
    assert "绑定成功" in await person.say(code[0])
    assert "送达" in await person.say("1")


async def looks_it_up(person: Citizen, case: str, link: str) -> None:
    """The page shows what happened and nobody; the chat shows the list, the details, the proposal."""
    name, resident_id, phone_number = person.claim.split()
    page = await person.open(link)
    assert "粤T·***01" in page
    assert amount_on(page) == "¥200.00"
    assert not any(private in page for private in (name, resident_id, phone_number, "T78901"))
    assert case in await person.say("罚单")
    details = await person.say(case)
    assert all(words in details for words in ("粤T78901", "兴中道", "¥200.00", "记1分", "依据"))


# Money that comes another way, late, or twice


async def test_anyone_may_pay_by_scanning_the_code_of_the_page(phone: Phone):
    wang_fang, payer = phone("wang-fang"), phone("zhao-lei")
    case = await wang_fang.caught()
    await wang_fang.accept(case)
    link = await wang_fang.link_of(case)
    assert await payer.scan_and_pay(link) == "¥200.00"
    await wang_fang.told_in_chat("已收到缴款", case)
    assert await wang_fang.state_of(link) == "paid"


async def test_a_payment_whose_news_is_lost_is_found_by_asking(phone: Phone):
    zhao_lei = phone("zhao-lei")
    case = await zhao_lei.caught()
    await zhao_lei.accept(case)
    await mishap(zhao_lei, "pay_notify", "drop")
    link = await zhao_lei.link_of(case)
    await zhao_lei.pay_in_chat(link)
    assert await zhao_lei.state_of(link) == "due"
    await zhao_lei.told_in_chat("已收到缴款", case)
    assert await zhao_lei.state_of(link) == "paid"


async def test_news_that_comes_twice_is_booked_once(phone: Phone, demo: Demo):
    sun_li = phone("sun-li")
    case = await sun_li.caught()
    await sun_li.accept(case)
    await mishap(sun_li, "pay_notify", "repeat")
    await sun_li.pay_in_chat(await sun_li.link_of(case))

    async def log() -> str:
        return demo.log("service.log")

    await until(log, lambda lines: '"already"' in lines)
    await sun_li.told_in_chat("已收到缴款", case)
    assert sum(case in message and "已收到缴款" in message for message in await sun_li.chat()) == 1


async def mishap(person: Citizen, wire: str, what: str, times: int = 1) -> None:
    """Something goes wrong with the next calls or notices on this wire."""
    await person.town.post("/control/faults", wire=wire, what=what, times=times)


# Another language


async def test_in_english(phone: Phone):
    zhang_wei = phone("zhang-wei")
    assert "English from now on" in await zhang_wei.say("English")
    assert "You have 1 open case" in await zhang_wei.say("fines")
    case = await zhang_wei.caught("1120")
    await zhang_wei.text_about("¥50.00", "http")
    assert "driving without a seat belt" in await zhang_wei.say(case)
    assert "right to be heard" in await zhang_wei.say(f"accept {case}")
    assert "Decided" in await zhang_wei.say("1")
    await zhang_wei.text_about("Decision", case, "¥50.00")


# The other path: nobody pays


async def test_wallet_that_fails_first_is_still_unlocked_before_anyone_is_told(phone: Phone):
    li_ming = phone("li-ming")
    overdue = CASE.findall((await li_ming.say("罚单")).split("②")[1])[0]
    before = await unlock_confirmations(li_ming)
    await mishap(li_ming, "wallet", "fail")
    await li_ming.pay_in_chat(await li_ming.link_of(overdue))
    await li_ming.told_in_chat("已收到缴款", overdue)
    assert await li_ming.wallet_is_locked()
    assert await unlock_confirmations(li_ming) == before
    assert not await until(li_ming.wallet_is_locked, lambda locked: not locked)
    await li_ming.told_in_chat("已解锁")
    await li_ming.text_about("已解锁")


async def unlock_confirmations(person: Citizen) -> int:
    return sum("已解锁" in message for message in [*await person.chat(), *await person.texts()])


async def test_from_accepting_to_the_lock_day_by_day_and_back_at_once(phone: Phone):
    chen_jie = phone("chen-jie")
    case = await chen_jie.caught()
    await chen_jie.accept(case)
    due = await day_named_in(chen_jie, await chen_jie.text_about("处罚决定", case))
    locked_on = due + timedelta(days=1 + 7)  # warned on the first day overdue, 7 days to act
    diary = await lives_until(chen_jie, locked_on)
    quiet = {day for day, texts in diary.items() if not texts}
    assert diary.keys() - quiet == {due - timedelta(days=3), due, due + timedelta(days=1), locked_on}
    for day in (due - timedelta(days=3), due):
        assert all(words in diary[day] for words in ("提醒", "¥200.00"))
    assert all(
        words in diary[due + timedelta(days=1)] for words in ("已逾期", "¥206.00", "¥6.00", "将被锁定")
    )
    assert "已锁定" in diary[locked_on]
    await the_lock_is_explained(chen_jie, case)
    await paying_unlocks_at_once(chen_jie, case)


async def day_named_in(person: Citizen, text: str) -> date:
    """The day of `请在12月9日前`, the next one of that name."""
    found = DUE.search(text)
    assert found, text
    today = await today_in(person)
    named = date(today.year, int(found[1]), int(found[2]))
    return named if named >= today else named.replace(year=today.year + 1)


async def today_in(person: Citizen) -> date:
    return date.fromisoformat((await person.town.get("/control/clock"))["today"])


async def lives_until(person: Citizen, last: date) -> dict[date, str]:
    """One day after another: the texts that each brought. The wallet stays open until the last."""
    diary, read = {}, len(await person.texts())
    while (today := await today_in(person)) < last:
        assert not await person.wallet_is_locked(), today
        moved: dict[str, Any] = await person.town.post("/control/clock", days=1)
        texts = await person.texts()
        diary[date.fromisoformat(moved["today"])] = "\n".join(texts[read:])
        read = len(texts)
    assert await person.wallet_is_locked()
    return diary


async def the_lock_is_explained(person: Citizen, case: str) -> None:
    explained = await person.say("限制")
    assert all(words in explained for words in (case, "第9条", "交通警察支队", "缴清后立即解除"))


async def paying_unlocks_at_once(person: Citizen, case: str) -> None:
    """Eight days late: ¥200.00 and 8 times ¥6.00."""
    assert await person.pay_in_chat(await person.link_of(case)) == "¥248.00"
    await until(person.wallet_is_locked, lambda locked: not locked, SECONDS_TO_UNLOCK)
    await person.told_in_chat("已解锁")
    await person.text_about("已解锁")
    assert "没有被限制" in await person.say("限制")


# The shell beside it


def test_say_from_the_shell(demo: Demo):
    said = demo.shell("say", "罚单", "--as", "liu-yang")
    assert (said.returncode, said.stderr) == (0, "")
    assert "没有未处理的案件" in said.stdout


def test_the_audit_trail_holds(demo: Demo):
    verified = demo.shell("audit", "verify")
    assert verified.returncode == 0, verified.stderr
    assert "events verified" in verified.stdout


def test_the_demos_key_is_listed_without_its_secret(demo: Demo):
    listed = demo.shell("keys", "list")
    assert listed.returncode == 0, listed.stderr
    assert "demo" in listed.stdout
    assert demo.env["DEMO_API_KEY"] not in listed.stdout


async def test_a_class_is_told_reads_answers_and_is_answered(phone: Phone):
    chen, liu, sun = phone("chen-jie"), phone("liu-yang"), phone("sun-li")
    await chen.say("发布 3-2 明天春游，请带水。")
    assert "已发布" in await chen.say("确认")
    link = link_in(await liu.told_in_chat("明天春游"))
    page = await liu.open(link)
    assert "明天春游，请带水。" in page
    async with sun.session.get(link) as answer:
        assert answer.status == 404
        assert "春游" not in await answer.text()
    form = {"text": "几点集合？", "pass": html.unescape(FORM_PASS.findall(page)[0])}
    async with liu.session.post(f"{link}/answer", data=form) as answer:
        assert "几点集合？" in await answer.text()
    assert "几点集合？" in await chen.say("家长留言")
    await chen.say("1")
    assert "已答复" in await chen.say("八点，校门口")
    assert "八点，校门口" in await liu.open(link_in(await liu.told_in_chat("老师答复了您")))
    assert "参加的话是第1名" in await liu.say("排行")
    assert "只有班级的家长能看" in await sun.say("排行")
