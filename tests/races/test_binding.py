"""Codes, accounts, phones and consents: one person in two web processes, or two people after the same."""

from dataclasses import replace

import pytest

from models.identity import acts as identity
from models.identity import binding
from models.identity.tables import accounts, bind_codes, consents
from models.post import desk
from models.post.desk import tickets
from tests.databases import on_postgresql
from tests.races import acts, jobs
from tests.races.ring import Meetings
from tests.races.street import Street

pytestmark = on_postgresql

TRIES = 5  # of the town's tariff
WRONG = "no code"


async def test_wrong_tries_are_counted_to_the_last(twins: Meetings, street: Street) -> None:
    """The code's row is held (FOR UPDATE): each try sees the one before."""
    async for meet in twins:
        him = await street.citizen(bound=False)
        code = await street.code(him.openid, him.claim)
        for _ in range(TRIES - 2):
            await street.act(binding.confirm_code, him.openid, WRONG)
        wrong = jobs.act(binding.confirm_code, him.openid, WRONG)
        assert sorted(await meet(wrong, wrong)) == ["bind.too_many_tries", "bind.wrong_code"]
        assert await street.rows(bind_codes, openid=him.openid, tries=TRIES) == 1
        assert await street.act(binding.confirm_code, him.openid, code) == "bind.too_many_tries"


async def test_after_the_last_wrong_try_the_right_code_is_too_late(
    meetings: Meetings, street: Street
) -> None:
    """The same: it is bound, or it was tried too often, never both."""
    async for meet in meetings:
        him = await street.citizen(bound=False)
        code = await street.code(him.openid, him.claim)
        for _ in range(TRIES - 1):
            await street.act(binding.confirm_code, him.openid, WRONG)
        tries = [jobs.act(binding.confirm_code, him.openid, each) for each in (WRONG, code)]
        _, answer = await meet(*tries)
        assert answer in {him.person_id, "bind.too_many_tries"}
        tried_out = answer != him.person_id
        assert await street.rows(bind_codes, openid=him.openid, tries=TRIES) == tried_out
        assert await street.rows(accounts, openid=him.openid) == (not tried_out)


async def test_the_right_code_is_good_once(twins: Meetings, street: Street) -> None:
    """The same: the second finds it used, or the account bound."""
    async for meet in twins:
        him = await street.citizen(bound=False)
        right = jobs.act(binding.confirm_code, him.openid, await street.code(him.openid, him.claim))
        answers = await meet(right, right)
        assert him.person_id in answers
        assert {"bind.no_code", "bind.already"} & set(answers)
        assert await street.happened("account.bound", f"person {him.person_id}") == 1


async def test_one_code_is_sent_at_a_time(twins: Meetings, street: Street) -> None:
    """Alone with the phone and the account (an advisory lock) while codes are counted, then sent."""
    async for meet in twins:
        him = await street.citizen(bound=False)
        send = jobs.act(binding.send_code, him.openid, him.claim)
        assert set(await meet(send, send)) == {None, "bind.code_just_sent"}
        assert await street.rows(bind_codes, openid=him.openid) == 1


async def test_of_two_accounts_of_one_person_the_later_holds(twins: Meetings, street: Street) -> None:
    """The person is held (`prove_person`): each is told of at the phone that was on record until then."""
    async for meet in twins:
        him = await street.citizen(bound=False)
        phones, confirms = [him.claim.phone], []
        for openid in (f"{him.openid}-1", f"{him.openid}-2"):
            claim = replace(him.claim, phone=street.entry().claim.phone)
            phones.append(claim.phone)
            confirms.append(jobs.act(binding.confirm_code, openid, await street.code(openid, claim)))
        one, other = confirms
        assert await meet(one, jobs.later(1, other)) == (him.person_id, him.person_id)
        assert await street.rows(accounts, person_id=him.person_id) == 1
        async with street.database.begin("street") as work:
            told = [notice.to for notice in await acts.claimed(work) if notice.kind == binding.MOVED.name]
            last = (await identity.contact(work, him.person_id)).phone
        assert sorted(told) == sorted({*phones} - {last})


async def test_a_newcomer_who_binds_two_accounts(twins: Meetings, street: Street) -> None:
    """The unique blind index of the resident ID."""
    async for meet in twins:
        claim, openid = street.entry().claim, f"o-{next(street.numbers)}"
        confirms = []
        for each in (f"{openid}-1", f"{openid}-2"):
            proved = replace(claim, phone=street.entry().claim.phone)
            confirms.append(jobs.act(binding.confirm_code, each, await street.code(each, proved)))
        one, other = await meet(*confirms)
        assert one == other
        assert await street.rows(accounts, person_id=one) == 1


async def test_one_phone_has_one_holder(twins: Meetings, street: Street) -> None:
    """Alone with the phone (an advisory lock)."""
    async for meet in twins:
        both = [await street.citizen() for _ in range(2)]
        phone = street.entry().claim.phone
        await meet(*[jobs.act(identity.prove_person, replace(him.claim, phone=phone)) for him in both])
        async with street.database.read() as work:
            phones = [(await identity.contact(work, him.person_id)).phone for him in both]
        assert phones.count(phone) == 1
        assert phones.count(None) == 1


async def test_two_who_exchange_their_phones(twins: Meetings, street: Street) -> None:
    """Neither waits for the other for ever."""
    async for meet in twins:
        one, other = [await street.citizen() for _ in range(2)]
        exchanged = [
            jobs.act(identity.prove_person, replace(one.claim, phone=other.claim.phone)),
            jobs.act(identity.prove_person, replace(other.claim, phone=one.claim.phone)),
        ]
        await meet(*exchanged)
        async with street.database.read() as work:
            phones = {(await identity.contact(work, him.person_id)).phone for him in (one, other)}
        assert phones <= {one.claim.phone, other.claim.phone, None}


@pytest.mark.parametrize(
    "both",
    [
        pytest.param((True, True), id="given twice"),
        pytest.param((False, False), id="revoked twice"),
        pytest.param((True, False), id="given and revoked"),
    ],
)
async def test_consents_stay_one_story(meetings: Meetings, street: Street, both: tuple[bool, bool]) -> None:
    """The person is held (`set_consent`)."""
    async for meet in meetings:
        him = await street.citizen()
        if not any(both):
            await street.act(identity.set_consent, him.person_id, given=True)
        await meet(*[jobs.act(identity.set_consent, him.person_id, given=given) for given in both])
        subject = f"person {him.person_id}"
        given, revoked = [
            await street.happened(f"consent.{action}", subject) for action in ("given", "revoked")
        ]
        assert await street.rows(consents, person_id=him.person_id) == given == 1
        async with street.database.read() as work:
            agrees = (await identity.contact(work, him.person_id)).consent
        assert revoked == (not agrees)


async def test_one_matter_is_one_ticket(twins: Meetings, street: Street) -> None:
    """Alone with the matter (an advisory lock)."""
    async for meet in twins:
        subject = f"order {next(street.numbers)}"
        open_ticket = jobs.act(desk.open_ticket, "refund", subject)
        one, other = await meet(open_ticket, open_ticket)
        assert one == other
        assert await street.rows(tickets, subject=subject) == 1
