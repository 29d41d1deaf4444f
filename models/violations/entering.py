"""Many violations at once, as an authority's own system hands them over: what `acts.record` does for one, in a few statements for all.

A test holds the two together. When somebody else enters one of the records at the same moment all of it fails, and is to be done one
by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.base import audit, bulk
from models.base.db import Work
from models.base.errors import Refusal
from models.identity import acts as identity
from models.post import outbox
from models.violations import catalogue, evidence, store
from models.violations.acts import (
    Recorded,
    Report,
    again,
    applicable,
    case_row,
    owner_notice,
    refuse_impossible_time,
)
from models.violations.tables import cases

Found = tuple[identity.Owned | None, catalogue.Version | None]


@dataclass(frozen=True, slots=True)
class _New:
    """A report that becomes a case."""

    report: Report
    owned: identity.Owned
    offence: catalogue.Version
    row: Mapping[str, Any]

    def notice(self, work: Work, language: str) -> outbox.Draft:
        """The notice to the owner, in her language."""
        number = self.row["number"]
        return owner_notice(work, number, self.report, self.owned, self.offence, language)


async def record_all(work: Work, reports: Sequence[Report]) -> list[Recorded | Refusal]:
    """What became of each report, in their order. A record that comes twice is in already the second time. Pictures are addresses here."""
    known = await store.recorded_all(work, {report.key for report in reports})
    fresh = [report for report in reports if report.key not in known]
    found = await _look_up(work, fresh)
    numbers = iter(await _numbers(work, len(fresh)))
    new: list[_New] = []

    def enter(report: Report) -> Recorded:
        evidence.check(work, report.pictures, handed_in=False)
        if report.key in known:
            return again(report.print(work), *known[report.key])
        refuse_impossible_time(work, report)
        owned, offence = found[report]
        if owned is None:
            raise Refusal("record.unknown_vehicle")
        version = applicable(offence)
        row = {**case_row(work, report, owned, version), "number": next(numbers)}
        known[report.key] = (row["number"], row["report_print"])
        new.append(_New(report, owned, version, row))
        return Recorded(row["number"], new=True)

    outcomes: list[Recorded | Refusal] = []
    for report in reports:
        try:
            outcomes.append(enter(report))
        except Refusal as refusal:
            outcomes.append(refusal)
    await _write(work, new)
    seen = zip(outcomes, reports, strict=True)
    await evidence.attach(
        work, [(each.number, report.pictures) for each, report in seen if isinstance(each, Recorded)]
    )
    return outcomes


async def _look_up(work: Work, reports: Sequence[Report]) -> dict[Report, Found]:
    """Whose vehicle it was, and the offence as it was then."""
    if not reports:
        return {}
    owners = await identity.owners_on(work, [(report.plate, report.day) for report in reports])
    versions = await catalogue.versions_on(
        work, [(report.authority, report.offence, report.day) for report in reports]
    )
    return dict(zip(reports, zip(owners, versions, strict=True), strict=True))


async def _numbers(work: Work, count: int) -> list[str]:
    """So many numbers that no case has: in a file of a million a few are drawn that are taken."""
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        drawn = [work.city.ids.case_no() for _ in range(count - len(numbers))]
        taken = await store.taken(work, drawn)
        numbers |= {number: None for number in drawn if number not in taken}
    return list(numbers)


async def _write(work: Work, new: Sequence[_New]) -> None:
    """Cases, audit events, notices."""
    if not new:
        return
    await bulk.append(work, cases, [each.row for each in new])
    events = [(f"case {each.row['number']}", each.owned.person_id) for each in new]
    await audit.record_all(work, "case.recorded", events)
    languages = await identity.languages(work, {each.owned.person_id for each in new})
    await outbox.put_all(work, [each.notice(work, languages[each.owned.person_id]) for each in new])
