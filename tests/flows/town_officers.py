"""What officers do, as at either of their doors."""

from datetime import timedelta
from typing import Any

from tests.flows.town_folks import OFFICER, OTHER, SUPERVISOR, Folks, Pick
from tests.flows.town_money import PAYABLE, UNDECIDED, a_day
from tests.flows.townsfolk import FOLK, WHY


class Officers(Folks):
    """Two of them, and a supervisor."""

    def _figure_now(self) -> list[str]:
        return [number for number in self._where(*UNDECIDED) if self.facts.cases[number].fine is None]

    async def figure(self, number: str, pick: Pick, wild: bool) -> bool:
        del wild
        return self._ok(
            await self.town.act("cases", "figure", number, fine_fen=pick([20000, 50000]), reasons=WHY)
        )

    def _erase_now(self) -> list[str]:
        return self._where(*UNDECIDED)

    async def erase(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "erase", number, ground="rescue", reasons=WHY))

    def _void_now(self) -> list[str]:
        return self._where(*PAYABLE, "paid")

    async def void(self, number: str, pick: Pick, wild: bool) -> bool:
        who = pick([OFFICER, SUPERVISOR]) if wild else SUPERVISOR
        return self._ok(await self.town.act("cases", "void", number, who, ground="procedure", reasons=WHY))

    def _extend_now(self) -> list[str]:
        done = {each.case_number for each in self.facts.officer_acts.values() if each.act == "extend"}
        return [number for number in self._where("notified") if number not in done]

    async def extend(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        until = max(a_day(self.facts.cases[number].handle_by), self.town.today) + timedelta(days=20)
        return self._ok(await self.town.act("cases", "extend", number, until=str(until), reasons=WHY))

    def _serve_now(self) -> list[str]:
        return self._where("decided")

    async def serve(self, number: str, pick: Pick, wild: bool) -> bool:
        """By letter, which came today or on the day of the decision; in a wild step perhaps by public notice."""
        decided = self.facts.cases[number].decided_on or str(self.town.today)
        how, day = (
            pick(["letter", "public_notice"] if wild else ["letter"]),
            pick([decided, str(self.town.today)]),
        )
        return self._ok(await self.town.act("cases", "serve", number, how=how, day=day, reasons=WHY))

    def _lying(self) -> list[str]:
        announced = {
            each.case_number
            for each in self.facts.silent_cases
            if self.facts.silent_owners[each.silence_id].state == "announced"
        }
        return [
            number
            for number in self._where("notified")
            if a_day(self.facts.cases[number].handle_by) < self.town.today and number not in announced
        ]

    def _announce_now(self) -> list[str]:
        lying = self._lying()
        return lying if len(lying) >= 5 else []

    async def announce(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "announce", number, reasons=WHY))

    def _announced(self) -> list[int]:
        return [key for key, each in self.facts.silent_owners.items() if each.state == "announced"]

    def _decide_silence_now(self) -> list[int]:
        over = self.facts.silent_owners
        return [each for each in self._announced() if a_day(over[each].announced_until) < self.town.today]

    def _withdraw_silence_now(self) -> list[int]:
        return self._announced()

    def _decide_silence_wild(self) -> list[int]:
        return list(self.facts.silent_owners)

    _withdraw_silence_wild = _decide_silence_wild

    async def decide_silence(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("announcements", "decide", key, SUPERVISOR, reasons=WHY))

    async def withdraw_silence(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("announcements", "withdraw", key))

    def _verify_now(self) -> list[int]:
        return [each.id for each in self._nominations("consented")]

    def _verify_wild(self) -> list[int]:
        return list(self.facts.nominations)

    async def verify(self, key: int, pick: Pick, wild: bool) -> bool:
        del wild
        return self._ok(
            await self.town.act("nominations", "verify", key, ok=pick([True, True, False]), reasons=WHY)
        )

    def _answer_now(self) -> list[int]:
        return [each.id for each in self._open_challenges()]

    def _answer_wild(self) -> list[int]:
        return list(self.facts.challenges)

    async def answer(self, key: int, pick: Pick, wild: bool) -> bool:
        case = self.facts.cases[self.facts.challenges[key].case_number]
        fits = ["upheld", "erased" if case.state in UNDECIDED else "voided"]
        outcome = pick(["upheld", "erased", "voided", "withdrawn"] if wild else fits)
        return self._ok(
            await self.town.act(
                "challenges", "decide", key, SUPERVISOR, outcome=outcome, ground="rescue", reasons=WHY
            )
        )

    def _grant_now(self) -> list[int]:
        return [each.id for each in self._plans("asked")]

    def _grant_wild(self) -> list[int]:
        return list(self.facts.payment_plans)

    _refuse_now, _refuse_wild = _grant_now, _grant_wild

    async def grant(self, key: int, pick: Pick, wild: bool) -> bool:
        plan = self.facts.payment_plans[key]
        spans = [2, 9] if plan.kind == "instalments" else [pick([2, 30])]
        days = [
            str(self.town.today + timedelta(days=each))
            for each in (spans if not wild else pick([[0], [3], [3, 4]]))
        ]
        return self._ok(await self.town.act("plans", "grant", key, days=days, reasons=WHY))

    async def refuse(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("plans", "refuse", key, reasons=WHY))

    # the wallet, by hand

    def _lock_now(self) -> list[str]:
        held = {each.basis for each in self.facts.locks()}
        return [
            number
            for number in self._where("overdue", paused=False)
            if f"case {number}" not in held
            and a_day(self.facts.cases[number].due_on) + timedelta(days=8) <= self.town.today
        ]

    async def lock(self, number: str, pick: Pick, wild: bool) -> bool:
        days = pick([0, 7, 10]) if wild else 7
        served = str(self.town.today - timedelta(days=days))
        return self._ok(await self.town.act("cases", "lock", number, OFFICER, served_on=served, reasons=WHY))

    def _unlock_now(self) -> list[str]:
        return [each.basis.removeprefix("case ") for each in self.facts.locks()]

    async def unlock(self, number: str, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("cases", "unlock", number, OFFICER, reasons=WHY))

    def _confirm_now(self) -> list[int]:
        return [key for key, each in self.facts.lock_requests.items() if each.state == "asked"]

    def _confirm_wild(self) -> list[int]:
        return list(self.facts.lock_requests)

    _turn_down_now, _turn_down_wild = _confirm_now, _confirm_wild

    async def confirm(self, key: int, pick: Pick, wild: bool) -> bool:
        who = pick([OFFICER, OTHER]) if wild else OTHER
        return self._ok(await self.town.act("lock-requests", "confirm", key, who, reasons=WHY))

    async def turn_down(self, key: int, pick: Pick, wild: bool) -> bool:
        del pick, wild
        return self._ok(await self.town.act("lock-requests", "refuse", key, OFFICER, reasons=WHY))

    # points

    def _study_now(self) -> list[int]:
        return [person for person in self._drivers() if self.facts.lots(person)]

    def _study_wild(self) -> list[int]:
        return self.town.people

    async def study(self, person: int, pick: Pick, wild: bool) -> bool:
        """Whatever helps: for a held licence its study and exam, else an hour on site."""
        del wild
        self.references += 1
        hold, today = self.facts.held(person), self.town.today
        what: dict[str, Any] = {"kind": "on_site", "first_day": str(today), "minutes": 60, "passed": True}
        if hold and pick([True, True, False]):
            first, last = a_day(hold.since), min(today, a_day(hold.since) + timedelta(days=29))
            await self._learn(person, {"kind": "full_study", "first_day": str(first), "last_day": str(last)})
            what = {"kind": "full_exam", "first_day": str(today), "passed": True}
        return await self._learn(person, what)

    async def _learn(self, person: int, what: dict[str, Any]) -> bool:
        self.references += 1
        named = {"resident_id": FOLK[self.town.people.index(person)].entry.claim.resident_id}
        return self._ok(
            await self.town.act("educations", "record", f"S-{self.references:04}", OFFICER, **named, **what)
        )
