"""Taking back a decision: the case, its points, its money, and what rests on it, in one unit of work (violations + licences +
restrictions).

Whoever may decide that (an officer, a challenge) calls `void`. What was paid is owed back from now on (`reversing.OWED_BACK`), and
asked for at WeChat Pay at once (`refunds`).
"""

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.base.texts import texts
from models.flows import full_score, point_cycles
from models.identity import acts as identity
from models.identity.rules import Plate
from models.licences import acts as licences
from models.post import outbox
from models.post.notices import Kind
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import challenges, officer_acts, payments, plans, refunds, reversing, store
from models.violations.challenge_rules import ChallengeState
from models.violations.grounds import VoidGround
from models.violations.notices import while_in
from models.violations.rules import State

VOIDED = Kind("decision_voided", still_true=while_in(State.VOIDED))
VOIDED_PAID = Kind("decision_voided_paid", still_true=while_in(State.VOIDED))
KINDS = (VOIDED, VOIDED_PAID)


async def void(
    work: Work, case: store.Case, officer: str, ground: VoidGround, reasons: str, *, tell: bool = True
) -> int:
    """Take the decision of a case back; returns the fen that are owed back to whoever paid. Raises Refusal when there is none in force.

    `officer` is who does it, as the audit names them (`officer:3`). `tell` is False where the caller tells the citizen in its own words.
    """
    number = case.number
    await identity.hold(work, case.liable_id)  # the person before the case, as everywhere
    if not await store.move(work, number, State.VOIDED, closed_on=work.today):
        raise Refusal("officer.not_decided", number=number)
    await licences.reverse_decision(work, case.liable_id, number)
    await point_cycles.catch_up(
        work, case.liable_id
    )  # what was held may clear now, as of the end of its cycle
    await full_score.clear_if_done(work, case.liable_id)
    owed = await reversing.reverse(work, number)
    await refunds.pay_back(work, number, case.liable_id)
    await payments.end_others(work, number)
    await challenges.end_with_case(work, number, ChallengeState.VOIDED, officer)
    await plans.end_with_case(work, number, paid=False)
    await restrictions.lift(work, f"case {number}")
    await officer_acts.keep(work, number, "void", officer, reasons, ground=ground)
    details = {"ground": ground.value, "owed_back_fen": owed, "officer": officer}
    await audit.record(work, "case.voided", f"case {number}", person_id=case.liable_id, **details)
    if tell:
        await _tell(work, case, ground, owed)
    return owed


async def _tell(work: Work, case: store.Case, ground: VoidGround, owed: int) -> None:
    language = (await identity.contact(work, case.liable_id)).language
    params = {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "ground": texts(language).say(f"ground.{ground}"),
        "link": violations.link(work, case.number),
    }
    kind, amount = (VOIDED_PAID, {"amount": Fen(owed)}) if owed else (VOIDED, {})
    person = case.liable_id
    await outbox.queue(
        work, kind, subject=case.number, once="voided", person_id=person, params={**params, **amount}
    )
