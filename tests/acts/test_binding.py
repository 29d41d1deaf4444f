"""Binding an account: a code to the claimed phone, good for ten minutes, once, five tries, for that account and phone only."""

from dataclasses import replace

import pytest

from models.base.db import Database
from models.base.errors import Refusal
from models.identity import acts, binding
from models.identity.rules import Claim, birth_date
from models.identity.tables import people as people_table
from tests.acts.queries import audited, count, queued
from tests.conftest import FixedClock
from tests.helpers import LI_MING, Town, resident_id, serve

PHONE_A, PHONE_B = "o-phone-a", "o-phone-b"  # openids of two accounts
LI = LI_MING.claim
STRANGER = Claim("赵云", resident_id("18800303"), "13900000009")


async def code_for(database: Database, openid: str, claim: Claim = LI) -> str:
    """Ask for a code; it comes by text to the claimed phone."""
    async with database.begin("citizen") as work:
        await binding.send_code(work, openid, claim)
    [text] = await serve(database)
    assert (text.kind, text.to, text.params["minutes"]) == ("bind_code", claim.phone, 10)
    return str(text.params["code"])


async def confirmed(database: Database, openid: str, code: str) -> int:
    """Bind with this code."""
    async with database.begin("citizen") as work:
        return await binding.confirm_code(work, openid, code)


async def refusal_of(database: Database, openid: str, code: str) -> Refusal:
    """Why this code does not bind; the unit of work commits, as a door does."""
    async with database.begin("citizen") as work:
        with pytest.raises(Refusal) as refused:
            await binding.confirm_code(work, openid, code)
    return refused.value


async def no_code_for(database: Database, openid: str, claim: Claim = LI) -> str:
    """Why no code is sent."""
    async with database.begin("citizen") as work:
        with pytest.raises(Refusal) as refused:
            await binding.send_code(work, openid, claim)
        assert await queued(work) == []
    return refused.value.key


def other(code: str) -> str:
    """A wrong code."""
    return str((int(code) + 1) % 1_000_000).zfill(6)


async def test_the_right_code_binds(database: Database, people: Town):
    code = await code_for(database, PHONE_A)
    assert (len(code), code.isdigit()) == (6, True)
    assert await confirmed(database, PHONE_A, code) == people.li_ming
    async with database.begin("citizen") as work:
        account = await acts.account(work, PHONE_A)
        assert (account.person_id, account.following) == (people.li_ming, True)
        assert (await acts.contact(work, people.li_ming)).openid == PHONE_A
        assert (await audited(work, f"person {people.li_ming}"))[-1] == "account.bound"


async def test_somebody_new_to_the_registers_is_entered(database: Database, people: Town):
    person_id = await confirmed(database, PHONE_A, await code_for(database, PHONE_A, STRANGER))
    async with database.begin("citizen") as work:
        contact = await acts.contact(work, person_id)
        assert (contact.name, contact.phone) == (STRANGER.name, STRANGER.phone)
        assert contact.born_on == birth_date(STRANGER.resident_id)
        assert await acts.resident_ids(work, [person_id]) == {person_id: STRANGER.resident_id}


async def test_a_new_phone_changes_nothing_but_the_phone(database: Database, people: Town):
    claim = replace(LI, phone="13700000007")
    assert await confirmed(database, PHONE_A, await code_for(database, PHONE_A, claim)) == people.li_ming
    async with database.begin("citizen") as work:
        assert (await acts.contact(work, people.li_ming)).phone == "13700000007"
        assert await count(work, people_table) == 3


async def test_a_wrong_try_is_counted_although_refused(database: Database, people: Town):
    code = await code_for(database, PHONE_A)
    wrong = [await refusal_of(database, PHONE_A, other(code)) for _ in range(5)]
    assert [refused.params.get("left") for refused in wrong] == [4, 3, 2, 1, None]
    assert [refused.key for refused in wrong] == ["bind.wrong_code"] * 4 + ["bind.too_many_tries"]
    assert (await refusal_of(database, PHONE_A, code)).key == "bind.too_many_tries"


async def test_the_fifth_try_may_be_the_right_one(database: Database, people: Town):
    code = await code_for(database, PHONE_A)
    for _ in range(4):
        await refusal_of(database, PHONE_A, other(code))
    assert await confirmed(database, PHONE_A, code) == people.li_ming


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "abcdef", "１２３４５６"])
async def test_what_is_no_code_is_a_wrong_try(database: Database, people: Town, wrong: str):
    await code_for(database, PHONE_A)
    assert (await refusal_of(database, PHONE_A, wrong)).params == {"left": 4}


async def test_a_code_holds_ten_minutes(database: Database, people: Town, wall: FixedClock):
    code = await code_for(database, PHONE_A)
    wall.move(minutes=10, seconds=1)
    assert (await refusal_of(database, PHONE_A, code)).key == "bind.code_expired"
    wall.move(seconds=-1)
    assert await confirmed(database, PHONE_A, code) == people.li_ming


async def test_without_a_code_there_is_nothing_to_confirm(database: Database, people: Town):
    assert (await refusal_of(database, PHONE_A, "123456")).key == "bind.no_code"


async def test_a_code_binds_only_the_account_that_asked(database: Database, people: Town, wall: FixedClock):
    first = await code_for(database, PHONE_A)
    assert (await refusal_of(database, PHONE_B, first)).key == "bind.no_code"
    wall.move(minutes=1)
    second = await code_for(database, PHONE_B)
    assert (await refusal_of(database, PHONE_B, first)).key == "bind.wrong_code"
    assert (await refusal_of(database, PHONE_A, second)).key == "bind.wrong_code"


async def test_a_code_proves_only_the_phone_it_was_sent_to(
    database: Database, people: Town, wall: FixedClock
):
    """Own phone first, then somebody else's: the first code does not confirm the second claim."""
    own = await code_for(database, PHONE_A, STRANGER)
    wall.move(minutes=1)
    await code_for(database, PHONE_A, LI)
    assert (await refusal_of(database, PHONE_A, own)).key == "bind.wrong_code"


async def test_a_code_is_used_once(database: Database, people: Town, wall: FixedClock):
    first = await code_for(database, PHONE_A)
    await confirmed(database, PHONE_A, first)
    wall.move(minutes=1)
    await confirmed(database, PHONE_B, await code_for(database, PHONE_B))
    assert (await refusal_of(database, PHONE_A, first)).key == "bind.no_code"


async def test_whoever_is_bound_is_told_so(database: Database, people: Town):
    code = await code_for(database, PHONE_A)
    await confirmed(database, PHONE_A, code)
    assert await no_code_for(database, PHONE_A, STRANGER) == "bind.already"
    assert (await refusal_of(database, PHONE_A, code)).key == "bind.already"


async def test_an_id_on_record_under_another_name_gets_no_code(database: Database, people: Town):
    assert await no_code_for(database, PHONE_A, replace(LI, name="李四")) == "bind.mismatch"


async def test_one_code_a_minute(database: Database, people: Town, wall: FixedClock):
    await code_for(database, PHONE_A)
    wall.move(seconds=59)
    assert await no_code_for(database, PHONE_A) == "bind.code_just_sent"
    assert await no_code_for(database, PHONE_B) == "bind.code_just_sent"  # the same phone
    assert await no_code_for(database, PHONE_A, STRANGER) == "bind.code_just_sent"  # the same account
    wall.move(seconds=1)
    await code_for(database, PHONE_A)


@pytest.mark.parametrize(
    ("openids", "phones"),
    [
        pytest.param(
            [PHONE_A] * 10, [f"1390000000{n}" for n in range(10)], id="by one account, to many phones"
        ),
        pytest.param([f"o-{n}" for n in range(10)], [LI.phone] * 10, id="to one phone, by many accounts"),
    ],
)
async def test_ten_codes_a_day(
    database: Database, people: Town, wall: FixedClock, openids: list[str], phones: list[str]
):
    for openid, phone in zip(openids, phones, strict=True):
        await code_for(database, openid, replace(STRANGER, phone=phone))
        wall.move(hours=1)
    last = replace(STRANGER, phone=phones[0])
    assert await no_code_for(database, openids[0], last) == "bind.too_many_codes"
    wall.move(hours=15)  # the first is a day old
    await code_for(database, openids[0], last)


async def test_a_person_has_one_account_and_is_told_when_it_moves(
    database: Database, people: Town, wall: FixedClock
):
    await confirmed(database, PHONE_A, await code_for(database, PHONE_A))
    wall.move(minutes=1)
    await confirmed(database, PHONE_B, await code_for(database, PHONE_B))
    async with database.begin("citizen") as work:
        assert (await acts.account(work, PHONE_A)).person_id is None
        assert (await acts.account(work, PHONE_B)).person_id == people.li_ming
        assert await queued(work) == [("account_moved", "sms", f"person {people.li_ming}")]


async def test_a_proven_phone_is_nobody_elses(database: Database, people: Town):
    """A number that changed hands: the earlier holder's record loses it, and so does not get the new holder's texts."""
    claim = replace(STRANGER, phone=LI.phone)
    await confirmed(database, PHONE_A, await code_for(database, PHONE_A, claim))
    async with database.read() as work:
        assert (await acts.contact(work, people.li_ming)).phone is None
        assert "person.phone_gone" in await audited(work, f"person {people.li_ming}")


async def test_of_a_new_phone_the_old_one_is_told(database: Database, people: Town):
    """Whoever lost account and phone to somebody else must hear of it where they still are."""
    await confirmed(database, PHONE_A, await code_for(database, PHONE_A, replace(LI, phone="13700000007")))
    [text] = await serve(database)
    assert (text.kind, text.to) == ("account_moved", LI.phone)


async def test_the_register_does_not_overwrite_a_proven_phone(database: Database, people: Town):
    claim = replace(LI, phone="13700000007")
    await confirmed(database, PHONE_A, await code_for(database, PHONE_A, claim))
    async with database.begin("import:people") as work:
        assert await acts.enter_person(work, LI_MING) == (people.li_ming, "unchanged")
        assert (await acts.contact(work, people.li_ming)).phone == "13700000007"


async def test_codes_an_hour(database: Database, people: Town, wall: FixedClock):
    """Carriers allow five codes an hour to one number (Aliyun)."""
    for _ in range(5):
        await code_for(database, PHONE_A)
        wall.move(minutes=2)
    assert await no_code_for(database, PHONE_A) == "bind.too_many_codes"
    wall.move(hours=1)
    await code_for(database, PHONE_A)


async def test_an_expired_code_is_not_sent_any_more(database: Database, people: Town, wall: FixedClock):
    async with database.begin("citizen") as work:
        await binding.send_code(work, PHONE_A, LI)
    wall.move(minutes=11)
    assert await serve(database) == []
