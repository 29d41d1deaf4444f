"""What an officer may do with a record before it is decided: set its figure, erase it, extend its term; and that a decision was served on
paper. Taking a decision back is a flow.

Each act is kept with its reasons, sealed; the audit event names the officer. Reasons are part of the case's file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update

from models.base import audit
from models.base.db import Work
from models.base.errors import Refusal
from models.base.money import Fen
from models.base.texts import texts
from models.identity import acts as identity
from models.identity.rules import Plate
from models.post import desk, outbox
from models.post.notices import Kind, Notice
from models.violations import acts, challenges, nominations, officer_rules, rules, store
from models.violations.challenge_rules import ChallengeState
from models.violations.grounds import EraseGround, Ground, Paper
from models.violations.notices import while_in
from models.violations.officer_rules import Wrong
from models.violations.rules import State
from models.violations.tables import cases, offences, officer_acts

REASONS = "officer_acts.reasons"
LOOKS = 3  # a case may change hands while its holder is waited for
WRONG = {
    Wrong.FIXED: "officer.fixed_fine",
    Wrong.NOTHING: "officer.no_figure",
    Wrong.OUT_OF_RANGE: "officer.out_of_range",
    Wrong.STANDS: "officer.figure_stands",
    Wrong.NOT_LOWER: "officer.figure_not_lower",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What an officer did with a case, and why."""

    act: str
    ground: str | None
    reasons: str
    officer: str
    at: datetime


async def set_figure(
    work: Work, number: str, officer: str, fine: int, reasons: str, *, replaces: int | None = None
) -> None:
    """Set the fine (fen) of a ranged offence, and tell the proposal to the owner. `replaces` is the figure that it lowers.

    Raises Refusal: not undecided any more, out of the range, or another figure was set meanwhile.
    """
    case = await _held(work, number)
    if not case.undecided:
        raise Refusal("officer.not_undecided", number=number)
    bounds = await _range(work, number)
    if wrong := officer_rules.wrong_figure(bounds, case.fine, replaces, fine):
        low, high = Fen(bounds.low or 0), Fen(bounds.high or 0)
        raise Refusal(WRONG[wrong], number=number, low=low, high=high, stands=Fen(case.fine or 0))
    await _change(work, number, rules.UNDECIDED, fine=fine)
    act = await keep(work, number, "figure", officer, reasons)
    subject, person = f"case {number}", case.liable_id
    await audit.record(work, "case.figure_set", subject, person_id=person, fen=fine, officer=officer)
    params = {"amount": Fen(fine), "points": _points(case), "by": case.handle_by}
    await _tell(work, FIGURE, case, once=f"figure {act}", params=params)


async def erase(
    work: Work, case: store.Case, officer: str, ground: EraseGround, reasons: str, *, tell: bool = True
) -> None:
    """Erase an undecided record (PR 22). Raises Refusal when it was decided or ended meanwhile.

    `tell` is False where the caller tells the citizen in its own words.
    """
    number = case.number
    case = await _held(work, number)
    if not await store.move(work, number, State.ERASED, closed_on=work.today):
        raise Refusal("officer.not_undecided", number=number)
    await challenges.end_with_case(work, number, ChallengeState.ERASED, officer)
    await nominations.end_with_case(work, number)
    await keep(work, number, "erase", officer, reasons, ground=ground)
    details = {"ground": ground.value, "officer": officer}
    await audit.record(work, "case.erased", f"case {number}", person_id=case.liable_id, **details)
    if tell:
        language = (await identity.contact(work, case.liable_id)).language
        params = {"ground": texts(language).say(f"ground.{ground}")}
        await _tell(work, ERASED, case, once="erased", params=params)


async def extend(work: Work, number: str, officer: str, until: date, reasons: str) -> None:
    """Extend the term to handle a record, on request, once (PR 53); the owner is told. Raises Refusal with the reason."""
    case = await _held(work, number)
    if case.state is not State.NOTIFIED:
        raise Refusal("officer.not_waiting", number=number)
    if await _done(work, number, "extend"):
        raise Refusal("officer.extended_before", number=number, by=case.handle_by)
    latest = officer_rules.latest_extension(case.handle_by, work.city.tariff.handling.extension_months)
    if not max(case.handle_by, work.today) < until <= latest:
        raise Refusal("officer.extension", number=number, by=case.handle_by, latest=latest)
    await _change(work, number, {State.NOTIFIED}, handle_by=until)
    await keep(work, number, "extend", officer, reasons)
    details = {"until": until.isoformat(), "officer": officer}
    await audit.record(work, "case.term_extended", f"case {number}", person_id=case.liable_id, **details)
    await _tell(work, EXTENDED, case, once="extended", params={"by": until})


async def serve(work: Work, number: str, officer: str, how: Paper, day: date, reasons: str) -> date:
    """A decision that no text served was served on paper; its days to pay begin. `day` is that of the letter or of the public notice.

    Returns the last day to pay. Raises Refusal: not decided, served before, or a day that is not between the decision and today.
    """
    case = await _held(work, number)
    if case.state is not State.DECIDED or case.decided_on is None:
        raise Refusal("officer.not_to_serve", number=number)
    served = officer_rules.served_on(how, day, work.city.tariff.handling)
    if not case.decided_on <= day <= served <= work.today:
        raise Refusal("officer.service_day", number=number, decided=case.decided_on, served=served)
    due = rules.due_on(served, work.city.calendar, work.city.tariff.payment)
    if not await store.move(work, number, State.SERVED, served_on=served, due_on=due):
        raise Refusal("officer.not_to_serve", number=number)
    await keep(work, number, "serve", officer, reasons, ground=how)
    await desk.settled(work, f"case {number}", "serve_by_letter", "not_reached", outcome=f"served: {how}")
    details = {"due_on": str(due), "by": how.value, "officer": officer}
    await audit.record(work, "case.served", f"case {number}", person_id=case.liable_id, **details)
    return due


async def reveal(work: Work, number: str, officer: str, reasons: str) -> store.Case:
    """Somebody looks at a case with the personal data in clear, and says why. Raises Refusal for an unknown case."""
    case = await known(work, number)
    await keep(work, number, "reveal", officer, reasons)
    await audit.record(work, "person.revealed", f"case {number}", person_id=case.liable_id, officer=officer)
    return case


async def known(work: Work, number: str) -> store.Case:
    """The case of this number. Raises Refusal when there is none."""
    case = await store.case(work, number)
    if case is None:
        raise Refusal("officer.no_case", number=number)
    return case


async def check_authority(work: Work, number: str, authority: str) -> None:
    """Raises Refusal for a case of another authority, as for one that does not exist: its own officers decide on it."""
    found: str | None = await work.scalar(select(cases.c.authority).where(cases.c.number == number))
    if found != authority:
        raise Refusal("officer.no_case", number=number)


async def keep(
    work: Work, number: str, act: str, officer: str, reasons: str, *, ground: Ground | Paper | None = None
) -> int:
    """Put an act and its reasons into the case's file; returns its id."""
    row = {
        "case_number": number,
        "act": act,
        "ground": ground.value if ground else None,
        "reasons": work.seal(reasons, REASONS),
        "officer": officer,
        "at": work.now,
    }
    return int(await work.scalar(insert(officer_acts).values(row).returning(officer_acts.c.id)))


async def file_of(work: Work, number: str) -> Sequence[Act]:
    """What officers did with a case, the oldest first."""
    mine = select(officer_acts).where(officer_acts.c.case_number == number).order_by(officer_acts.c.id)
    return [
        Act(row.act, row.ground, work.open(row.reasons, REASONS), row.officer, row.at)
        for row in await work.all(mine)
    ]


async def _held(work: Work, number: str) -> store.Case:
    """The case, while its holder and whoever was named for it are held, in one order: nobody answers meanwhile."""
    for _ in range(LOOKS):
        seen, asked = await known(work, number), await nominations.live(work, number)
        await identity.hold_all(work, {seen.liable_id} | ({asked.driver_id} if asked else set()))
        await store.states(work, [number], hold=True)
        now, still = await known(work, number), await nominations.live(work, number)
        if now.liable_id == seen.liable_id and (still is None or (asked and still.id == asked.id)):
            return now
    raise Refusal("officer.busy", number=number)


async def _change(work: Work, number: str, states: Collection[State], **values: Any) -> None:
    """Raises Refusal when the case left these states just now: another officer, or a job, was first."""
    still = (cases.c.number == number) & cases.c.state.in_(sorted(states))
    if not (await work.run(update(cases).where(still).values(**values))).rowcount:
        raise Refusal("officer.not_undecided", number=number)


async def _range(work: Work, number: str) -> officer_rules.Range:
    ranged = select(offences.c.fine_low, offences.c.fine_high).select_from(cases.join(offences))
    row = await work.first(ranged.where(cases.c.number == number))
    assert row is not None
    return officer_rules.Range(row.fine_low, row.fine_high)


async def _done(work: Work, number: str, act: str) -> bool:
    mine = (officer_acts.c.case_number == number) & (officer_acts.c.act == act)
    return await work.scalar(select(officer_acts.c.id).where(mine).limit(1)) is not None


def _points(case: store.Case) -> str:
    """As the text writes them: a dash while nobody knows them."""
    return "—" if case.points is None else str(case.points)


async def _tell(work: Work, kind: Kind, case: store.Case, *, once: str, params: Mapping[str, Any]) -> None:
    same = {
        "plate": Plate("", case.plate).masked,
        "number": case.number,
        "link": acts.link(work, case.number),
    }
    person = case.liable_id
    await outbox.queue(
        work, kind, subject=case.number, once=once, person_id=person, params={**same, **params}
    )


async def _figure_holds(work: Work, notices: Sequence[Notice]) -> set[int]:
    """Undecided, and the figure is still the one that is told."""
    now = await store.cases_of(work, {notice.subject for notice in notices})
    told = {notice.id: now.get(notice.subject) for notice in notices}
    return {
        notice.id
        for notice in notices
        if (case := told[notice.id]) and case.undecided and case.fine == notice.params["amount"]
    }


FIGURE = Kind("figure_set", still_true=_figure_holds)
ERASED = Kind("record_erased", still_true=while_in(State.ERASED))
EXTENDED = Kind("term_extended", still_true=while_in(State.NOTIFIED))
KINDS = (FIGURE, ERASED, EXTENDED)
