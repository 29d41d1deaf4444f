"""What must be true of the town, written down a second time, without a line of the service's: which steps there are and what allows
each, what may be locked, and what the jobs leave undone. The figures are those of the laws that `domain` cites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.base.calendar import Calendar
from tests.flows import town_money
from tests.flows.town_books import Facts, Row
from tests.flows.town_money import PAYABLE, UNDECIDED, a_day, due, unpaid_instalment
from tests.flows.town_points import FULL, PointBooks

DAYS_AFTER_WARNING, GRACE = 7, 3
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
OVERLAYS: tuple[
    tuple[str, set[tuple[str, str]], set[str]], ...
] = (  # table, its moves, and the states in which a case has no more than one
    ("challenges", CHALLENGES, {"open"}),
    ("payment_plans", PLANS, {"asked", "granted"}),
    ("nominations", NOMINATIONS, {"open", "consented"}),
    ("refunds", REFUNDS, set()),
    ("lock_requests", {("asked", "confirmed"), ("asked", "refused")}, {"asked"}),
)


@dataclass
class Laws:
    """`consents` of `check`: who agreed to electronic service; `adults` without the minor, the company included."""

    calendar: Calendar
    adults: set[int]
    points: PointBooks

    def check(self, before: Facts, now: Facts, step: str, today: date, consents: set[int]) -> None:
        """Everything, after a step of this kind. `consents`: who agreed to electronic service."""
        self._cases(before, now, step, today, consents)
        self._overlays(before, now, today)
        self._warnings(before, now, step, today, consents)
        self._locks(before, now, step, today)
        town_money.check(now)
        self.points.check(before, now, step, today)

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
        if case.state != was.state:
            self._allowed(was, case, before, now, step, today, consents)
        if was.state not in UNDECIDED:
            assert (case.fine, case.decided_on) == (was.fine, was.decided_on)

    def _allowed(
        self, was: Row, case: Row, before: Facts, now: Facts, step: str, today: date, consents: set[int]
    ) -> None:
        """What a step takes, beside being in the table."""
        match was.state, case.state:
            case _, "decided" if was.state in UNDECIDED:
                assert (case.decided_on, case.served_on, case.due_on) == (str(today), None, None)
                assert not before.paused(case.number)
                assert before.nominated(case.number) is None
                assert case.liable_id in self.adults
            case _, "served":
                assert case.due_on == str(due(a_day(case.served_on), self.calendar))
                if step == "post":
                    assert case.served_on == str(today)
                    assert case.liable_id in consents
            case _, "overdue":
                assert a_day(was.due_on) < today
                assert not now.paused(case.number)
            case _, "paid":
                parts = now.of("payment_parts", case.number)
                assert sum(each.paid_principal or 0 for each in parts) == case.fine
        if case.state in {"paid", "erased", "voided"}:
            assert case.closed_on == str(today)

    def _handed_over(self, was: Row, case: Row, before: Facts, now: Facts, step: str, today: date) -> None:
        """Only by consent, undisputed and undecided; the driver's own 30 days begin."""
        assert step in {"consent_as_driver", "verify"}
        asked = before.nominated(case.number)
        assert asked
        assert (asked.owner_id, asked.driver_id) == (was.liable_id, case.liable_id)
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
        standing = self.points.standing(case.liable_id)
        assert step == "verify" or not case.points or standing + case.points < FULL

    # what lies over them

    def _overlays(self, before: Facts, now: Facts, today: date) -> None:
        for table, moves, live in OVERLAYS:
            earlier, current = getattr(before, table), getattr(now, table)
            _one_live(row.case_number for row in current.values() if row.state in live)
            for key, row in current.items():
                was = earlier.get(key)
                if was is None:
                    assert row.state in {"open", "asked", "owed"}
                elif row.state != was.state:
                    assert (was.state, row.state) in moves, (table, was.state, row.state)
                    assert getattr(row, "closed_on", None) in {None, str(today)}
                if row.state in live:
                    self._still_possible(table, now.cases[row.case_number], row)

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
                first = unpaid_instalment(now, plan)
                assert first is None or a_day(first.due_on) + timedelta(days=GRACE) >= day, "not broken"
        self.points.worked = day


def _one_live(numbers: Iterable[str]) -> None:
    live = list(numbers)
    assert len(live) == len(set(live)), "two at once of one case"
