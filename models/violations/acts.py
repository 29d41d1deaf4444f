"""What may be done with a case: record it, show it, remind of it. What spans two systems is a flow."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.base import audit
from models.base.clock import CITY_ZONE
from models.base.db import Work
from models.base.errors import BadInput, Refusal
from models.base.ids import is_case_no
from models.base.money import Fen
from models.base.texts import CHINESE, texts
from models.identity import acts as identity
from models.identity.rules import Plate, tidy
from models.post import outbox
from models.post.notices import Kind
from models.violations import catalogue, evidence, notices, pauses, rules, store
from models.violations.amount_rules import Bill, Lateness, bill, lateness
from models.violations.rules import State
from models.violations.store import Case as Case
from models.violations.tables import cases

CASE_NUMBER = re.compile(r"[0-9]{12}")
NUMBERS_TRIED = 5  # one drawn at random may be taken


@dataclass(frozen=True, slots=True)
class Report:
    """What a camera or an officer hands in; `occurred_at` is aware. The key is (authority, record_no). `pictures` are addresses on the
    police's own hosts, or keys of what was handed in before; they are no part of what makes a record the same."""

    authority: str
    record_no: str
    plate: Plate
    offence: str
    occurred_at: datetime
    place: str
    pictures: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.authority, self.record_no

    @property
    def day(self) -> date:
        """The civic day on which it happened."""
        at = self.occurred_at
        return (at if at.tzinfo is CITY_ZONE else at.astimezone(CITY_ZONE)).date()

    def print(self, work: Work) -> bytes:
        """A fingerprint of the content, by which a repeated record is told from a changed one."""
        instant = self.occurred_at.astimezone(UTC).isoformat()  # however the zone is written
        fields = (self.plate.kind, self.plate.number, self.offence, instant, self.place)
        return work.index("\0".join(fields), "cases.report")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The case of a report; `new` is False when the record was in already."""

    number: str
    new: bool


async def record(work: Work, report: Report) -> Recorded:
    """Enter a violation: plate -> owner at the time -> person, and the notice to that person.

    Entering it again is harmless, and may bring pictures that were missing. Raises Refusal: another content under the same number,
    unknown vehicle, offence or picture, a time to come or too long ago. `entering.record_all` does the same for many.
    """
    evidence.check(work, report.pictures)
    known = await store.recorded(work, report.authority, report.record_no)
    if known:
        seen = again(report.print(work), *known)
        await evidence.attach(work, [(seen.number, report.pictures)])
        return seen
    refuse_impossible_time(work, report)
    owned = await identity.owner_on(work, report.plate, report.day)
    if owned is None:
        raise Refusal("record.unknown_vehicle")
    offence = applicable(await catalogue.version_on(work, report.authority, report.offence, report.day))
    number = await _insert(work, case_row(work, report, owned, offence))
    if number is None:  # the same record came in at the same time, and was first
        return await record(work, report)
    await audit.record(work, "case.recorded", f"case {number}", person_id=owned.person_id)
    await evidence.attach(work, [(number, report.pictures)])
    language = (await identity.contact(work, owned.person_id)).language
    await outbox.put(work, owner_notice(work, number, report, owned, offence, language))
    return Recorded(number, new=True)


def again(content: bytes, number: str, known: bytes) -> Recorded:
    """A record that is in already. Raises Refusal when it was in with another content."""
    if known != content:
        raise Refusal("record.other_content")
    return Recorded(number, new=False)


def read_case_number(text: str) -> str:
    """12 digits with a right check digit; gaps and full-width digits are forgiven. Raises BadInput."""
    number = re.sub(r"[\s\-]", "", tidy(text))
    if not CASE_NUMBER.fullmatch(number):
        raise BadInput("case.how")
    if not is_case_no(number):
        raise BadInput("case.mistyped", number=number)
    return number


async def open_cases(work: Work, person_id: int) -> list[Case]:
    """What somebody has open, the newest record first."""
    return await store.open_cases(work, person_id)


async def case_of(work: Work, person_id: int, number: str) -> Case:
    """A case of this person. Raises Refusal for any other number: whose case it is, or whether it is one, is nobody else's business."""
    case = await store.case(work, number)
    if case is None or case.liable_id != person_id:
        raise Refusal("case.unknown", number=number)
    return case


async def cases_by_link(work: Work, token: str) -> list[Case]:
    """The cases a signed link stands for, in its order; none for a token that was not made here."""
    numbers = work.city.links.case_numbers(token)
    if len(numbers) == 1:
        case = await store.case(work, numbers[0])
        return [case] if case else []
    found = await store.cases_of(work, numbers) if numbers else {}
    return [found[number] for number in numbers if number in found]


def link(work: Work, *numbers: str) -> str:
    """The signed link to the page of a case, or of some that are paid together."""
    return f"{work.city.public_url}/c/{work.city.links.token(*numbers)}"


def oldest_due_first(cases: Iterable[Case]) -> list[Case]:
    """The order in which money for several cases is spread over them; what was not served yet is due last."""
    return sorted(cases, key=lambda case: (case.due_on or date.max, case.decided_on or date.max, case.number))


def bill_of(work: Work, case: Case, on: date | None = None) -> Bill:
    """What is open on a decided case today, or what was on an earlier day, with all that is booked by now."""
    if case.fine is None:
        raise ValueError("a case without an amount has no bill")
    payment, suspended = work.city.tariff.payment, (*case.suspensions, *case.rests)
    return bill(case.fine, case.due_on, on or work.today, payment, suspended, case.paid)


def lateness_of(work: Work, case: Case) -> Lateness:
    """What paying late would make of what is open of a case's fine."""
    if case.fine is None:
        raise ValueError("a case without an amount does not grow")
    payment, suspended = work.city.tariff.payment, (*case.suspensions, *case.rests)
    return lateness(case.fine, case.due_on, payment, suspended, case.paid)


async def remind_undecided(work: Work) -> int:
    """Reminders on day 20 and 27 after the notice, for records nobody handled (city); returns how many."""
    days = [work.today - timedelta(days=count) for count in work.city.tariff.handling.undecided_reminder_days]
    untouched = await store.cases_in(work, State.NOTIFIED, cases.c.notified_on.in_(days))
    # The driver is asked, or an objection is looked into: the owner hears of the answer.
    waiting = [case for case in untouched if not (case.nominated or case.challenged)]
    with_amount = [case for case in waiting if case.fine is not None]
    without = [case for case in waiting if case.fine is None]
    await _queue_each(work, notices.UNDECIDED_REMINDER_NO_AMOUNT, without)
    return len(without) + await _queue_each(work, notices.UNDECIDED_REMINDER, with_amount)


async def remind_due(work: Work) -> int:
    """Reminders 3 days before the last day to pay, and on it (city); returns how many."""
    days = [work.today + timedelta(days=count) for count in work.city.tariff.payment.reminder_days_before]
    found = await store.cases_in(work, State.SERVED, cases.c.due_on.in_(days))
    waiting = [case for case in found if not case.paused]
    return await _queue_each(work, notices.DUE_REMINDER, waiting)


async def newly_overdue(work: Work) -> Sequence[Case]:
    """Move every served case whose last day has passed to overdue, but for those that are paused; returns those."""
    late = await store.cases_in(work, State.SERVED, cases.c.due_on < work.today)
    await store.states(work, [case.number for case in late], hold=True)  # nobody objects from here on
    paused = await pauses.paused(work, [case.number for case in late])
    late = [case for case in late if case.number not in paused]
    moved = [case for case in late if await store.move(work, case.number, State.OVERDUE)]
    for case in moved:
        await audit.record(work, "case.overdue", f"case {case.number}", person_id=case.liable_id)
    return moved


async def _queue_each(work: Work, kind: Kind, waiting: Sequence[Case]) -> int:
    for case in waiting:
        await outbox.queue(
            work,
            kind,
            subject=case.number,
            once=work.today.isoformat(),
            person_id=case.liable_id,
            params={
                "plate": Plate("", case.plate).masked,
                "amount": Fen(bill_of(work, case).total if case.payable else case.fine or 0),
                "by": case.due_on or case.handle_by,
                "link": link(work, case.number),
            },
        )
    return len(waiting)


def refuse_impossible_time(work: Work, report: Report) -> None:
    """Raises BadInput for what is still to come, and for what is not fined any more."""
    if report.occurred_at > work.now:
        raise BadInput("record.in_future")
    if rules.too_old(report.day, work.today):
        raise BadInput("record.too_old")


def applicable(offence: catalogue.Version | None) -> catalogue.Version:
    """The offence, for a record. Raises Refusal when there is none, or when nobody knows for which days it holds."""
    if offence is None:
        raise Refusal("record.unknown_offence")
    if offence.undated:
        raise Refusal("record.undated_offence")
    return offence


def case_row(work: Work, report: Report, owned: identity.Owned, offence: catalogue.Version) -> dict[str, Any]:
    """A new case, but for its number."""
    return {
        "authority": report.authority,
        "record_no": report.record_no,
        "report_print": report.print(work),
        "vehicle_id": owned.vehicle_id,
        "liable_id": owned.person_id,
        "offence_id": offence.id,
        "occurred_at": report.occurred_at,
        "place": report.place,
        "state": State.RECORDED,
        "fine": offence.fine,
        "points": offence.points,
        "recorded_at": work.now,
        "handle_by": rules.handle_by(work.today, work.city.tariff.handling),
    }


def owner_notice(
    work: Work,
    number: str,
    report: Report,
    owned: identity.Owned,
    offence: catalogue.Version,
    language: str,
) -> outbox.Draft:
    """The notice of a new case to its owner."""
    params = {
        "vehicle": owned.vehicle_type if language == CHINESE else "",
        "plate": report.plate.masked,
        "day": report.day,
        "place": report.place,
        "conduct": offence.what(texts(language)),
        "link": link(work, number),
    }
    kind = notices.RECORDED_NO_AMOUNT
    if offence.fine is not None and offence.points is not None:
        kind = notices.RECORDED
        params |= {"amount": Fen(offence.fine), "points": offence.points}
    return outbox.Draft(kind, number, "recorded", owned.person_id, params)


async def _insert(work: Work, row: Mapping[str, Any]) -> str | None:
    """The number of the new case; None when the record is in already."""
    for _ in range(NUMBERS_TRIED):
        number = work.city.ids.case_no()
        if await work.insert_new(cases, {**row, "number": number}):
            return number
        if await store.recorded(work, row["authority"], row["record_no"]):
            return None
    raise LookupError("no free case number")
