"""What must be true of the town, written down a second time, without a line of the service's: what a case costs, which steps there are
and what allows each, what stands on a licence, what may be locked. The figures are those of the laws that `domain` cites."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from models.base.calendar import StateCalendar
from tests.flows.town_books import Facts, Row

ONE_DAY = timedelta(days=1)
PER_CENT_A_DAY, FULL, DAYS_AFTER_WARNING, GRACE = 3, 12, 7, 3
UNDECIDED, PAYABLE = {"recorded", "notified"}, {"decided", "served", "overdue"}
# From, to: what is on record for it, and in which kinds of steps it may happen.
MOVES: Mapping[tuple[str, str], tuple[str, set[str]]] = {
    ("recorded", "notified"): ("case.notified", {"post", "consent_as_driver", "verify"}),
    ("notified", "decided"): ("case.decided", {"accept", "decide_silence"}),
    ("recorded", "decided"): ("case.decided", {"accept"}),
    ("decided", "served"): ("case.served", {"post", "serve"}),
    ("served", "decided"): ("case.service_failed", {"not_arrived"}),
    ("served", "overdue"): ("case.overdue", {"jobs"}),
    **{(each, "paid"): ("payment.booked", {"pay"}) for each in PAYABLE},
    **{(each, "erased"): ("case.erased", {"erase", "answer"}) for each in UNDECIDED},
    **{(each, "voided"): ("case.voided", {"void", "answer"}) for each in {*PAYABLE, "paid"}},
}
CHALLENGES = {("open", end) for end in ("upheld", "erased", "voided", "withdrawn")}
PLANS = {
    *{("asked", end) for end in ("granted", "refused", "withdrawn", "ended")},
    *{("granted", end) for end in ("kept", "broken", "withdrawn", "ended")},
}
NOMINATIONS = {
    *{("open", end) for end in ("consented", "verified", "declined", "lapsed", "withdrawn", "ended")},
    *{("consented", end) for end in ("verified", "rejected", "ended")},
}
REFUNDS = {
    ("owed", "done"),
    ("owed", "failed"),
    ("failed", "owed"),
    ("failed", "done"),
    ("failed", "replaced"),
}


def a_day(written: str) -> date:
    return date.fromisoformat(written)


def due(served: date, calendar: StateCalendar) -> date:
    """15 natural days, rolling to the next working day (APL 67)."""
    day = served + timedelta(days=15)
    while not calendar.is_workday(day):
        day += ONE_DAY
    return day


def added(amount: int, due_on: date, until: date, paused: Callable[[date], bool]) -> Fraction:
    """Day by day: 3 per cent for each that is late and not paused, up to the amount itself (APL 72)."""
    total, day = Fraction(0), due_on + ONE_DAY
    while day <= until and total < amount:
        if not paused(day):
            total += Fraction(amount * PER_CENT_A_DAY, 100)
        day += ONE_DAY
    return min(total, Fraction(amount))


def owed(facts: Facts, number: str, today: date) -> tuple[int, int]:
    """Principal and surcharge that are open today, in fen."""
    case = facts.cases[number]
    parts = [each for each in facts.of("payment_parts", number) if each.paid_principal or each.paid_surcharge]
    left = case.fine - sum(each.paid_principal for each in parts)
    if case.due_on is None:
        return left, 0
    spans = [
        (each.filed_on if hasattr(each, "filed_on") else each.asked_on, each.closed_on)
        for each in (*facts.of("challenges", number), *facts.of("payment_plans", number))
    ]

    def paused(day: date) -> bool:
        return any(a_day(since) <= day and (until is None or day <= a_day(until)) for since, until in spans)

    last = a_day(case.due_on)
    total = sum(
        (added(each.paid_principal, last, a_day(each.paid_on), paused) for each in parts), Fraction(0)
    )
    surcharge = int(total + added(left, last, today, paused)) - sum(each.paid_surcharge for each in parts)
    return left, max(0, surcharge)


@dataclass
class Laws:
    """`lots` is what stands for each driver by a plain list of our own: what it came from, points, day. `since` the day of the licence."""

    calendar: StateCalendar
    since: Mapping[int, date]
    adults: set[int]
    lots: dict[int, list[tuple[str, int, date]]] = field(default_factory=dict)
    worked: date = date.min

    def begin(self, facts: Facts) -> None:
        """From what is there to begin with."""
        self.lots = {}
        for person in self.since:
            days = {
                each.reference: each.day
                for each in facts.point_postings.values()
                if each.to_account == f"driver:{person}"
            }
            self.lots[person] = [
                (name, points, a_day(days[name])) for name, points in facts.lots(person).items()
            ]

    def check(self, before: Facts, now: Facts, step: str, today: date, consents: set[int]) -> None:
        """Everything, after a step of this kind. `consents`: who agreed to electronic service."""
        self._cases(before, now, step, today, consents)
        self._overlays(before, now, step, today)
        self._warnings(before, now, step, today, consents)
        self._locks(before, now, step, today)
        self._money(now)
        self._points(before, now, step, today)

    # cases

    def _cases(self, before: Facts, now: Facts, step: str, today: date, consents: set[int]) -> None:
        assert before.cases.keys() <= now.cases.keys()
        for number, case in now.cases.items():
            was = before.cases.get(number)
            if was is None:
                assert (case.state, step) == ("recorded", "record")
                assert "case.recorded" in now.events[f"case {number}"]
            elif case != was:
                self._moved(was, case, before, now, step, today, consents)

    def _moved(
        self, was: Row, case: Row, before: Facts, now: Facts, step: str, today: date, consents: set[int]
    ) -> None:
        events = now.events.get(f"case {case.number}", [])
        if case.liable_id != was.liable_id:
            self._handed_over(was, case, before, now, step, today)
            assert "case.handed_over" in events
        elif case.state != was.state:
            action, steps = MOVES[was.state, case.state]
            assert action in events, (action, events)
            assert step in steps, (was.state, case.state, step)
        if case.state == "decided" and was.state in UNDECIDED:
            assert (case.decided_on, case.served_on, case.due_on) == (str(today), None, None)
            assert not before.paused(case.number)
            assert before.nominated(case.number) is None
            assert case.liable_id in self.adults or step == "decide_silence"
        if case.state == "served" and was.state == "decided":
            served = a_day(case.served_on)
            assert case.due_on == str(due(served, self.calendar))
            if step == "post":
                assert served == today and case.liable_id in consents
        if case.state == "overdue" and was.state == "served":
            assert a_day(was.due_on) < today
            assert not before.paused(case.number)
        if case.state == "paid" and was.state in PAYABLE:
            assert sum(each.paid_principal or 0 for each in now.of("payment_parts", case.number)) == case.fine
        if case.state in {"paid", "erased", "voided"} and was.state != case.state:
            assert case.closed_on == str(today)
        if was.state not in UNDECIDED:
            assert (case.fine, case.decided_on) == (was.fine, was.decided_on)

    def _handed_over(self, was: Row, case: Row, before: Facts, now: Facts, step: str, today: date) -> None:
        """Only by consent, undisputed and undecided; the driver's own 30 days begin."""
        assert step in {"consent_as_driver", "verify"}
        asked = before.nominated(case.number)
        assert asked and (asked.owner_id, asked.driver_id) == (was.liable_id, case.liable_id)
        assert asked.state == ("open" if step == "consent_as_driver" else "consented")
        assert now.nominations[asked.id].state == "verified"
        assert step == "verify" or a_day(asked.expires_on) >= today
        assert was.state in UNDECIDED
        assert not before.paused(case.number)
        assert (case.state, case.handle_by) == ("notified", str(today + timedelta(days=30)))
        assert case.liable_id in self.adults
        if step == "consent_as_driver":
            assert case.fine <= 20000
            assert case.points <= 6
        standing = sum(points for _, points, _ in self.lots[case.liable_id])
        assert step == "verify" or not case.points or standing + case.points < FULL

    # what lies over them

    def _overlays(self, before: Facts, now: Facts, step: str, today: date) -> None:
        for table, moves, live in (
            ("challenges", CHALLENGES, {"open"}),
            ("payment_plans", PLANS, {"asked", "granted"}),
            ("nominations", NOMINATIONS, {"open", "consented"}),
        ):
            earlier, current = getattr(before, table), getattr(now, table)
            _one_live(row.case_number for row in current.values() if row.state in live)
            for key, row in current.items():
                was = earlier.get(key)
                if was is None:
                    assert row.state in {"open", "asked"}
                elif row.state != was.state:
                    assert (was.state, row.state) in moves, (table, was.state, row.state)
                    if table != "nominations" and row.state != "granted":
                        assert row.closed_on == str(today)
                if row.state in live:
                    self._still_possible(table, now.cases[row.case_number], row)
        for key, row in now.refunds.items():
            if (was := before.refunds.get(key)) and was.state != row.state:
                assert (was.state, row.state) in REFUNDS
        for key, row in now.lock_requests.items():
            if (was := before.lock_requests.get(key)) and was.state != row.state:
                assert was.state == "asked"

    def _still_possible(self, table: str, case: Row, row: Row) -> None:
        if table == "challenges":
            assert case.state not in {"erased", "voided"}
            assert row.person_id == case.liable_id
        if table == "payment_plans":
            assert case.state in PAYABLE
        if table == "nominations":
            assert case.state in UNDECIDED, f"a nomination waits for a case that is {case.state}"
            assert case.liable_id == row.owner_id

    # warnings and locks

    def _warnings(self, before: Facts, now: Facts, step: str, today: date, consents: set[int]) -> None:
        """A warning is served to who consented, on the day on which it is sent; its days do not run while something is in dispute."""
        for basis, row in now.restriction_warnings.items():
            was = before.restriction_warnings.get(basis)
            case = now.cases[basis.removeprefix("case ")]
            if row.served_on and (was is None or was.served_on != row.served_on):
                assert step in {"post", "confirm"}
                assert step == "confirm" or (row.served_on == str(today) and row.person_id in consents)
            if not row.ended_at and row.served_on:
                assert case.state == "overdue"
                assert not now.paused(case.number)

    def _locks(self, before: Facts, now: Facts, step: str, today: date) -> None:
        held = {each.id for each in before.locks()}
        for lock in now.locks():
            number = lock.basis.removeprefix("case ")
            case = now.cases[number]
            assert case.state == "overdue", f"locked for a case that is {case.state}"
            assert case.liable_id == lock.person_id in self.adults
            assert not any(each.state == "granted" for each in now.of("payment_plans", number))
            if lock.id not in held:
                assert step in {"jobs", "confirm"}
                assert not before.paused(number)
                warned = now.restriction_warnings[lock.basis].served_on
                assert warned is not None
                assert a_day(warned) + timedelta(days=DAYS_AFTER_WARNING) <= a_day(lock.since) <= today
        for each in before.locks():
            if now.restrictions[each.id].lifted_at:
                assert step in {"pay", "void", "answer", "grant", "confirm"}, f"lifted by {step}"

    def morning(self, now: Facts, day: date) -> None:
        """Once the jobs of a day have run nothing is left that they should have done."""
        for number, case in now.cases.items():
            if case.state == "served":
                assert a_day(case.due_on) >= day or now.paused(number), "not announced as overdue"
        for basis, row in now.restriction_warnings.items():
            if not row.ended_at and row.served_on and a_day(row.served_on) + timedelta(days=7) <= day:
                number = basis.removeprefix("case ")
                assert any(each.basis == basis for each in now.locks()), f"no lock for {number}"
        for each in now.nominations.values():
            assert each.state != "open" or a_day(each.expires_on) >= day, "not lapsed"
        for plan in now.payment_plans.values():
            if plan.state == "granted":
                first = _unpaid_instalment(now, plan)
                assert first is None or a_day(first.due_on) + timedelta(days=GRACE) >= day, "not broken"
        self.worked = day

    # money

    def _money(self, now: Facts) -> None:
        for number, case in now.cases.items():
            parts = now.of("payment_parts", number)
            principal = sum(each.paid_principal or 0 for each in parts)
            surcharge = sum(each.paid_surcharge or 0 for each in parts)
            left = case.fine - principal if case.state in PAYABLE else 0
            assert now.money(f"fine:{number}") == left
            if case.fine:
                assert principal <= case.fine >= surcharge, "more surcharge than principal"
            back = [each for each in now.of("refunds", number) if each.state != "replaced"]
            voided = sum(each.amount for each in back if each.reason == "voided")
            assert voided == (principal + surcharge if case.state == "voided" else 0)
            assert sum(each.amount for each in back) - voided == sum(each.surplus or 0 for each in parts)
        for paid in now.payments.values():
            back = [each for each in now.refunds.values() if each.transaction_id == paid.transaction_id]
            assert sum(each.amount for each in back if each.state != "replaced") <= paid.amount
            order = now.payment_orders[paid.order_number]
            assert (order.state, order.total) == ("paid", paid.amount)
        came = sum(each.amount for each in now.payments.values())
        went = sum(each.amount for each in now.refunds.values() if each.state == "done")
        assert now.money("treasury") == came - went
        surplus = sum(each.surplus for each in now.payments.values())
        returned = {True: 0, False: 0}
        for each in now.refunds.values():
            returned[each.reason == "voided"] += each.amount * (each.state == "done")
        assert now.money("surplus") == returned[False] - surplus
        taken_back = sum(
            each.amount
            for each in now.refunds.values()
            if each.reason == "voided" and each.state != "replaced"
        )
        assert now.money("owed back") == returned[True] - taken_back

    # points

    def _points(self, before: Facts, now: Facts, step: str, today: date) -> None:
        for person in self.since:
            self._standing(person, before, now, step, today)
        for hold in now.point_holds.values():
            if hold.passed_on and not hold.ended_on:
                lots = now.lots(hold.person_id)
                unpaid = [name for name in lots if name in now.cases and now.cases[name].state in PAYABLE]
                assert unpaid, "study, exam and payment are there, and the licence is held"

    def _standing(self, person: int, before: Facts, now: Facts, step: str, today: date) -> None:
        mine, moved = self.lots[person], False
        for number, case in now.cases.items():
            was = before.cases.get(number)
            if was and was.state != "voided" == case.state and case.liable_id == person:
                mine, moved = self._taken_back(mine, number), True
        found = now.lots(person)
        closed = self._closed(person, mine, now if step in {"void", "answer"} else before, today)
        new: list[tuple[str, int, date]] = []
        for number, case in now.cases.items():
            was = before.cases.get(number)
            if was and was.state in UNDECIDED and case.state == "decided" and case.liable_id == person:
                moved = True
                if case.points:
                    new.append((number, case.points, today))
        if step == "study":
            new += [
                (name, points, today)
                for name, points in found.items()
                if points < 0 and name not in {lot[0] for lot in mine}
            ]
            for _, points, _ in new:
                assert -2 <= points
            moved = moved or bool(new)
        may_stay_open = [] if moved else [mine]
        holds = {each.id for each in before.point_holds.values() if not each.ended_on}
        cleared = [
            each
            for each in now.point_holds.values()
            if each.person_id == person and each.outcome == "cleared" and (each.id in holds)
        ]
        if cleared and not found:
            self._cleared_rightly(cleared[0], before, now)
            self.lots[person] = []
            return
        for way in (closed, *may_stay_open):
            if {name: points for name, points, _ in [*way, *new] if points} == found:
                self.lots[person] = [*way, *new]
                break
        else:
            raise AssertionError(f"points of {person}: {found}, not {closed} with {new}, nor {mine}")
        total = sum(found.values())
        assert total >= 0
        assert (now.held(person) is not None) == (total >= FULL)
        if step == "jobs" and not self._same(mine, closed):
            over = [end for end in self._ends(person, mine, today) if end <= self.worked]
            assert not over or self._same(self.lots[person], closed), "a cycle that is over was not closed"

    @staticmethod
    def _same(one: Iterable[tuple[str, int, date]], other: Iterable[tuple[str, int, date]]) -> bool:
        return sorted(one) == sorted(other)

    @staticmethod
    def _taken_back(lots: list[tuple[str, int, date]], number: str) -> list[tuple[str, int, date]]:
        """PM 16. What a reduction took off already is not taken off again: nobody has less than no points."""
        total = sum(points for _, points, _ in lots)
        left = [
            (name, points - min(points, total) if name == number else points, day)
            for name, points, day in lots
        ]
        return [lot for lot in left if lot[1]]

    def _ends(self, person: int, lots: Iterable[tuple[str, int, date]], today: date) -> list[date]:
        since = self.since[person]
        days = {since.replace(year=year) for year in range(2025, today.year + 1)}
        return sorted(day for day in days if any(lot[2] < day <= today for lot in lots))

    def _closed(
        self, person: int, lots: list[tuple[str, int, date]], facts: Facts, today: date
    ) -> list[tuple[str, int, date]]:
        """PM 15: under the limit they clear; with a fine overdue and unpaid those of unpaid fines go over into the next cycle."""
        for end in self._ends(person, lots, today):
            old, left = [lot for lot in lots if lot[2] < end], 0
            left = sum(points for _, points, _ in old)
            if left >= FULL:
                continue
            unpaid = {
                number: case.due_on
                for number, case in facts.cases.items()
                if case.liable_id == person and case.state in PAYABLE
            }
            overdue = any(
                last and a_day(last) < end and not facts.paused(number) for number, last in unpaid.items()
            )
            carried = []
            for name, points, _ in old:
                if overdue and name in unpaid and min(points, left) > 0:
                    carried.append((name, min(points, left), end))
                    left -= min(points, left)
            lots = [*carried, *(lot for lot in lots if lot[2] >= end)]
        return lots

    def _cleared_rightly(self, hold: Row, before: Facts, now: Facts) -> None:
        """PM 23: study, exam, and each fine of its points paid."""
        assert hold.passed_on is not None
        for name in before.lots(hold.person_id):
            assert name not in now.cases or now.cases[name].state in {"paid", "voided"}


def _one_live(numbers: Iterable[str]) -> None:
    live = list(numbers)
    assert len(live) == len(set(live)), "two at once of one case"


def _unpaid_instalment(now: Facts, plan: Row) -> Row | None:
    """The first that what was paid since the grant does not cover."""
    parts = now.of("payment_parts", plan.case_number)
    paid = sum((each.paid_principal or 0) + (each.paid_surcharge or 0) for each in parts) - plan.paid_before
    mine = [each for each in now.plan_instalments if each.plan_id == plan.id]
    for each in sorted(mine, key=lambda row: row.position):
        paid -= each.amount
        if paid < 0:
            return each
    return None
