"""An objection or a review, from filing to the answer, and what either does to the case (violations + licences + restrictions).

While one is open the surcharge stands still, nothing is announced as overdue, no warning runs and no measure takes hold. A measure
that was in force before stays: a challenge does not suspend a decision. Once the record stands after all, a warning that was under
way is sent anew, and its days run from then.

Order of locks, for all of it: the person, then the case, then the challenge.
"""

from collections.abc import Mapping
from typing import Any

from models.base.db import Work
from models.base.errors import Refusal
from models.base.texts import texts
from models.flows import enforcement, voiding
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post import outbox
from models.post.notices import Channel, Kind
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import challenge_rules as rules
from models.violations import challenges, officer_acts, store
from models.violations.challenge_rules import ChallengeState
from models.violations.challenges import Challenge
from models.violations.grounds import EraseGround, Ground, VoidGround
from models.violations.rules import State


async def check(work: Work, person_id: int, number: str, kind: rules.Kind) -> None:
    """Raises Refusal when this person cannot ask this of this case now: before a reason is asked for."""
    await challenges.check(work, await violations.case_of(work, person_id, number), kind)


async def file(work: Work, person_id: int, number: str, kind: rules.Kind, reason: str) -> Challenge:
    """Object to a case, or ask for the review of its decision. Raises Refusal with the reason why not."""
    case = await _held(work, person_id, number)
    if case.liable_id != person_id:
        raise Refusal("case.unknown", number=number)
    filed = await challenges.enter(work, case, kind, reason)
    await restrictions.stop_warning(work, f"case {number}")
    return filed


async def withdraw(work: Work, person_id: int, number: str) -> Challenge:
    """The citizen takes it back; the case is as if nothing had been asked. Raises Refusal when there is nothing open."""
    waiting = [each for each in await challenges.of_case(work, number) if each.open]
    if not waiting or waiting[0].person_id != person_id:
        raise Refusal("object.nothing_open", number=number)
    case = await _held(work, person_id, number)
    await challenges.end(work, waiting[0], ChallengeState.WITHDRAWN)
    await _warn_again(work, case, waiting[0])
    return waiting[0]


async def decide(
    work: Work,
    challenge_id: int,
    officer: str,
    outcome: ChallengeState,
    reasons: str,
    ground: Ground = VoidGround.OTHER,
) -> Challenge:
    """Answer an open challenge: the record stands (`upheld`), is erased (before a decision) or its decision is voided (after one).

    `officer` is who answers, as the audit names them; `reasons` are told to the citizen, `ground` is one of those of PR 22. What is to be
    erased goes at once, well within the 3 working days of PR 22. Raises Refusal when another was first, or when the outcome does not fit.
    """
    challenge = await challenges.by_id(work, challenge_id)
    case = await _held(work, challenge.person_id, challenge.case_number)
    challenge = await challenges.by_id(work, challenge_id)  # as it stands, now that nobody else can end it
    if not challenge.open:
        raise Refusal("officer.challenge_ended", number=case.number)
    if not rules.fits(outcome, case.state):
        raise Refusal("officer.wrong_outcome", number=case.number)
    if outcome is ChallengeState.ERASED and ground not in set(EraseGround):
        raise Refusal("officer.wrong_ground", number=case.number)
    values = {"decided_by": officer, "answer": work.seal(reasons, challenges.ANSWER)}
    named = {} if outcome is ChallengeState.UPHELD else {"ground": ground.value}
    await challenges.end(work, challenge, outcome, **values, **named)
    if outcome is ChallengeState.ERASED:
        await officer_acts.erase(work, case, officer, EraseGround(ground), reasons, tell=False)
    elif outcome is ChallengeState.VOIDED:
        await voiding.void(work, case, officer, VoidGround(ground), reasons, tell=False)
    else:
        await _warn_again(work, case, challenge)
    await _answer(work, case, challenge, outcome, reasons, ground)
    return challenge


async def _held(work: Work, person_id: int, number: str) -> store.Case:
    """The case, once nobody else can move it. Raises Refusal for one that is not there."""
    await identity.hold(work, person_id)
    await store.states(work, [number], hold=True)
    case = await store.case(work, number)
    if case is None:
        raise Refusal("case.unknown", number=number)
    return case


async def _warn_again(work: Work, case: store.Case, challenge: Challenge) -> None:
    """What the challenge had stopped goes on from the beginning."""
    if case.state is State.OVERDUE and await restrictions.stop_warning(work, f"case {case.number}"):
        await enforcement.warn_again(work, case, once=f"challenge-{challenge.id}")


async def _answer(
    work: Work, case: store.Case, challenge: Challenge, outcome: ChallengeState, reasons: str, ground: Ground
) -> None:
    """Told to whoever asked, with the reasons and what can be done next."""
    language = (await identity.contact(work, challenge.person_id)).language
    params: dict[str, Any] = {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "reasons": reasons,
        "link": violations.link(work, case.number),
    }
    if outcome is not ChallengeState.UPHELD:
        params["ground"] = texts(language).say(f"ground.{ground}")
    await outbox.queue(
        work,
        ANSWERS[_kind(case, challenge, outcome)],
        subject=case.number,
        once=f"challenge-{challenge.id}",
        person_id=challenge.person_id,
        params=params,
    )


def _kind(case: store.Case, challenge: Challenge, outcome: ChallengeState) -> str:
    """Which answer: what can be done next depends on who was asked, and on whether there is a decision."""
    if outcome is not ChallengeState.UPHELD:
        refunded = outcome is ChallengeState.VOIDED and case.state is State.PAID
        return "voided_paid" if refunded else outcome.value
    if challenge.kind is rules.Kind.REVIEW:
        return "review_upheld"
    return "record_upheld" if case.undecided else "decision_upheld"


ANSWERS: Mapping[str, Kind] = {
    name: Kind(f"challenge_{name}", channels=(Channel.CHAT,), chat_else_sms=True)
    for name in ("record_upheld", "decision_upheld", "review_upheld", "erased", "voided", "voided_paid")
}
KINDS = tuple(ANSWERS.values())
