"""Accounts and consent: who is reached in the chat, in which language, and served electronically."""

import pytest

from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts, store
from models.identity.acts import Account
from models.identity.tables import consents
from tests.acts.queries import audited, count
from tests.helpers import Town


async def test_an_account_that_never_wrote_has_the_defaults(work: Work):
    assert await acts.account(work, "o-new") == Account("o-new", None, "zh_CN", following=False)


async def test_nothing_is_pushed_to_who_left_until_the_next_follow(work: Work, people: Town):
    await store.save_account(work, "o-li", person_id=people.li_ming)
    assert (await acts.contact(work, people.li_ming)).openid == "o-li"
    await acts.unfollow(work, "o-li")
    assert (await acts.contact(work, people.li_ming)).openid is None
    await acts.follow(work, "o-li")
    assert (await acts.contact(work, people.li_ming)).openid == "o-li"


async def test_a_language_is_chosen_for_the_account_and_read_for_the_person(work: Work, people: Town):
    await store.save_account(work, "o-li", person_id=people.li_ming)
    await acts.choose_language(work, "o-li", "en")
    assert (await acts.contact(work, people.li_ming)).language == "en"
    assert (await acts.contact(work, people.wang_fang)).language == "zh_CN"
    with pytest.raises(Refusal, match=r"language\.unknown"):
        await acts.choose_language(work, "o-li", "fr")


async def test_consent_is_given_and_revoked_and_its_history_kept(work: Work, people: Town):
    answers = []
    for given in (True, True, False, False, True):
        await acts.set_consent(work, people.li_ming, given=given)
        answers.append((await acts.contact(work, people.li_ming)).consent)
    assert answers == [True, True, False, False, True]
    assert not (await acts.contact(work, people.wang_fang)).consent
    assert await count(work, consents) == 2
    actions = ["consent.given", "consent.revoked", "consent.given"]
    assert await audited(work, f"person {people.li_ming}") == ["person.entered", *actions]


async def test_an_unknown_person_cannot_be_reached(work: Work):
    with pytest.raises(LookupError):
        await acts.contact(work, 404)
