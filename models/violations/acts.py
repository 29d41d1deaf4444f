"""What may be done with a case: record it, show it, remind of it. What spans two systems is a flow."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

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
from models.violations import catalogue, notices, rules, store
from models.violations.rules import State
from models.violations.store import Case as Case
from models.violations.tables import cases

CASE_NUMBER = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Report:
    """What a camera or an officer hands in; `occurred_at` is aware. The key is (authority, record_no)."""

    authority: str
    record_no: str
    plate: Plate
    offence: str
    occurred_at: datetime
    place: str

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

    Entering it again is harmless. Raises Refusal: another content under the same number, unknown vehicle or offence, a time to come or
    too long ago.
    """
    known = await store.recorded(work, report.authority, report.record_no)
    if known:
        if known[1] != report.print(work):
            raise Refusal("record.other_content")
        return Recorded(known[0], new=False)
    _refuse_impossible_time(work, report)
    day = report.occurred_at.astimezone(CITY_ZONE).date()
    owned = await identity.owner_on(work, report.plate, day)
    if owned is None:
        raise Refusal("record.unknown_vehicle")
    offence = await catalogue.version_on(work, report.authority, report.offence, day)
    if offence is None:
        raise Refusal("record.unknown_offence")
    number = work.city.ids.case_no()
    await _insert(work, number, report, owned.vehicle_id, owned.person_id, offence)
    await audit.record(work, "case.recorded", f"case {number}", person_id=owned.person_id)
    await _tell_owner(work, number, report, owned.vehicle_type, owned.person_id, offence)
    return Recorded(number, new=True)


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


async def case_by_link(work: Work, token: str) -> Case | None:
    """The case a signed link stands for; None for a token that was not made here."""
    number = work.city.links.case_no(token)
    return await store.case(work, number) if number else None


def link(work: Work, number: str) -> str:
    """The signed link to the page of one case."""
    return f"{work.city.public_url}/c/{work.city.links.token(number)}"


def bill_of(work: Work, case: Case) -> rules.Bill:
    """What a decided case costs today."""
    if case.fine is None:
        raise ValueError("a case without an amount has no bill")
    return rules.bill(case.fine, case.due_on, work.today, work.city.tariff.payment)


async def remind_undecided(work: Work) -> int:
    """Reminders on day 20 and 27 after the notice, for records nobody handled (city); returns how many."""
    days = [work.today - timedelta(days=count) for count in work.city.tariff.handling.undecided_reminder_days]
    waiting = await store.cases_in(work, State.NOTIFIED, cases.c.notified_on.in_(days))
    with_amount = [case for case in waiting if case.fine is not None]
    without = [case for case in waiting if case.fine is None]
    await _queue_each(work, notices.UNDECIDED_REMINDER_NO_AMOUNT, without)
    return len(without) + await _queue_each(work, notices.UNDECIDED_REMINDER, with_amount)


async def remind_due(work: Work) -> int:
    """Reminders 3 days before the last day to pay, and on it (city); returns how many."""
    days = [work.today + timedelta(days=count) for count in work.city.tariff.payment.reminder_days_before]
    waiting = await store.cases_in(work, State.SERVED, cases.c.due_on.in_(days))
    return await _queue_each(work, notices.DUE_REMINDER, waiting)


async def newly_overdue(work: Work) -> Sequence[Case]:
    """Move every served case whose last day has passed to overdue; returns those."""
    late = await store.cases_in(work, State.SERVED, cases.c.due_on < work.today)
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
                "amount": Fen(case.fine or 0),
                "by": case.due_on or case.handle_by,
                "link": link(work, case.number),
            },
        )
    return len(waiting)


def _refuse_impossible_time(work: Work, report: Report) -> None:
    if report.occurred_at > work.now:
        raise BadInput("record.in_future")
    if rules.too_old(report.occurred_at.astimezone(CITY_ZONE).date(), work.today):
        raise BadInput("record.too_old")


async def _insert(
    work: Work, number: str, report: Report, vehicle_id: int, person_id: int, offence: catalogue.Version
) -> None:
    row = {
        "number": number,
        "authority": report.authority,
        "record_no": report.record_no,
        "report_print": report.print(work),
        "vehicle_id": vehicle_id,
        "liable_id": person_id,
        "offence_id": offence.id,
        "occurred_at": report.occurred_at,
        "place": report.place,
        "state": State.RECORDED,
        "fine": offence.fine,
        "points": offence.points,
        "recorded_at": work.now,
        "handle_by": rules.handle_by(work.today, work.city.tariff.handling),
    }
    await work.run(insert(cases).values(row))


async def _tell_owner(
    work: Work,
    number: str,
    report: Report,
    vehicle_type: str,
    person_id: int,
    offence: catalogue.Version,
) -> None:
    language = texts((await identity.contact(work, person_id)).language)
    params = {
        "vehicle": vehicle_type if language.language == CHINESE else "",
        "plate": report.plate.masked,
        "day": report.occurred_at.astimezone(CITY_ZONE).date(),
        "place": report.place,
        "conduct": offence.what(language),
        "link": link(work, number),
    }
    kind = notices.RECORDED_NO_AMOUNT
    if offence.fine is not None and offence.points is not None:
        kind = notices.RECORDED
        params |= {"amount": Fen(offence.fine), "points": offence.points}
    await outbox.queue(work, kind, subject=number, once="recorded", person_id=person_id, params=params)
