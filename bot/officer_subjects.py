"""What an officer's act is about, as its path or argument names it: found, and of the officer's own authority. Each raises Refusal."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.matter_fields import document
from bot.officer_fields import receipt
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.flows import by_hand
from models.identity.staff import Member
from models.restrictions import listed, pleas
from models.violations import challenges, nominations, officer_acts, plans, refunds, silent_owners
from models.violations.acts import read_case_number

LONGEST_ID = 10
LONGEST_REFUND = 32
REFERENCE = re.compile(r"[0-9A-Za-z-]{4,24}")
TICKET = re.compile(r"[0-9A-Z]{6,8}")


async def _reference(work: Work, member: Member, subject: str) -> str:
    del work, member
    if not REFERENCE.fullmatch(subject):
        raise BadInput("officer.education_number")
    return subject


async def _receipt(work: Work, member: Member, subject: str) -> str:
    """Whether it is in already, and whose cases are on it, is for the act to say."""
    del work, member
    return str(receipt(subject))


async def own_case(work: Work, member: Member, subject: str) -> str:
    """The number of a case of the officer's authority."""
    number = read_case_number(subject)
    await officer_acts.check_authority(work, number, member.authority)
    return number


async def _ticket(work: Work, member: Member, subject: str) -> str:
    del work, member
    number = subject.strip().upper()
    if not TICKET.fullmatch(number):
        raise Refusal("officer.no_ticket", number=subject[:8])
    return number


async def _challenge(work: Work, member: Member, subject: str) -> int:
    found = await challenges.by_id(work, _number(subject, "officer.no_challenge"))
    await officer_acts.check_authority(work, found.case_number, member.authority)
    return found.id


async def _plan(work: Work, member: Member, subject: str) -> int:
    found = await plans.by_id(work, _number(subject, "officer.no_plan"))
    await officer_acts.check_authority(work, found.case_number, member.authority)
    return found.id


async def _refund(work: Work, member: Member, subject: str) -> str:
    found = await refunds.by_number(work, subject.strip().upper()[:LONGEST_REFUND])
    await officer_acts.check_authority(work, found.case_number, member.authority)
    return found.number


async def _nomination(work: Work, member: Member, subject: str) -> int:
    found = await nominations.by_id(work, _number(subject, "officer.no_nomination"))
    await officer_acts.check_authority(work, found.case_number, member.authority)
    return found.id


def _number(subject: str, otherwise: str) -> int:
    """An id of our own. Raises Refusal with the key of what there is none of."""
    if not (subject.isascii() and subject.isdigit() and len(subject) < LONGEST_ID):
        raise Refusal(otherwise, number=subject[:LONGEST_ID])
    return int(subject)


async def _silence(work: Work, member: Member, subject: str) -> int:
    found = await silent_owners.proposal_of(work, _number(subject, "officer.no_silence"))
    if found.authority != member.authority:
        raise Refusal("officer.no_silence", number=subject)
    return found.id


async def _matter(work: Work, member: Member, subject: str) -> str:
    """Whose it is, is for the act to say: an officer changes those of her authority, and answers for all."""
    del work, member
    return listed.read_number(subject)


async def _document(work: Work, member: Member, subject: str) -> str:
    del work, member
    return str(document(subject))


async def _plea(work: Work, member: Member, subject: str) -> int:
    del member
    return (await pleas.by_id(work, _number(subject, "matter.no_plea"))).id


async def _request(work: Work, member: Member, subject: str) -> int:
    found = await by_hand.by_id(work, _number(subject, "officer.no_request"))
    await officer_acts.check_authority(work, found.case_number, member.authority)
    return found.id


SUBJECTS: Mapping[str, Callable[[Work, Member, str], Awaitable[Any]]] = {
    "cases": own_case,
    "tickets": _ticket,
    "announcements": _silence,
    "nominations": _nomination,
    "challenges": _challenge,
    "plans": _plan,
    "refunds": _refund,
    "educations": _reference,
    "matters": _matter,
    "notices": _document,
    "pleas": _plea,
    "lock-requests": _request,
    "counter-receipts": _receipt,
}
