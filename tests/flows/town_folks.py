"""Who there is in the town to do something, and with what: what the acts of citizens and officers stand on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.violations.payments import Order
from tests.flows.town_books import Facts, Row
from tests.flows.townsfolk import FOLK, LI, WANG, ZHAO, ZHOU, Townsfolk
from tests.helpers import HORN, OVERLOAD, PARKING, RED_LIGHT, SPEEDING

Pick = Callable[[Sequence[Any]], Any]
OFFICER, OTHER, SUPERVISOR = 0, 1, 2
REASON = "红灯时我在让救护车"
CODES = (PARKING, SPEEDING, SPEEDING, RED_LIGHT, OVERLOAD, HORN)
OPENIDS = ("o-li", "o-wang", "")


@dataclass
class Folks:
    """`facts` are those after the last step, `step` is its kind; `consents` is who agreed to electronic service."""

    town: Townsfolk
    facts: Facts = field(init=False)
    step: str = ""
    worked: bool = False
    consents: set[int] = field(init=False)
    orders: list[Order] = field(default_factory=list)
    paid: list[Any] = field(default_factory=list)
    references: int = 0

    def __post_init__(self) -> None:
        self.consents = {self.town.people[each] for each in (LI, WANG, ZHAO, ZHOU)}

    # who and what

    def _cases(self) -> list[str]:
        return list(self.facts.cases)

    def _where(self, *states: str, **more: Any) -> list[str]:
        """Cases that are in these states, in dispute or not, and waiting for a driver or not."""
        found = []
        for number, case in self.facts.cases.items():
            paused, nominated = self.facts.paused(number), self.facts.nominated(number) is not None
            as_wanted = (more.get("paused", paused), more.get("nominated", nominated)) == (paused, nominated)
            if case.state in states and as_wanted:
                found.append(number)
        return found

    def _writes(self, person: int) -> bool:
        each = self.town.folk_of(person)
        return each is None or bool(each.openid)

    def _written(self, numbers: Sequence[str]) -> list[str]:
        return [number for number in numbers if self._writes(self.facts.cases[number].liable_id)]

    def _writers(self) -> list[int]:
        return [
            *(person for person in self.town.people if self._writes(person)),
            self.town.company,
        ]

    def _open_challenges(self) -> list[Row]:
        return [each for each in self.facts.challenges.values() if each.state == "open"]

    def _plans(self, *states: str) -> list[Row]:
        return [each for each in self.facts.payment_plans.values() if each.state in states]

    def _drivers(self) -> list[int]:
        return [
            each for each, who in zip(self.town.people, FOLK, strict=True) if who.licence_since and who.adult
        ]

    def _nominations(self, state: str) -> list[Row]:
        return [each for each in self.facts.nominations.values() if each.state == state]

    async def _says(
        self, number: str, pick: Pick, wild: bool, text: str, *done: str, person: int | None = None
    ) -> bool:
        """Whoever may, or in a wild step anybody, writes this; whether one of these sentences came back."""
        liable = self.facts.cases[number].liable_id if number in self.facts.cases else 0
        who = person or (pick(self._writers()) if wild else liable)
        if not self._writes(who):
            return False
        chat = await self.town.say(who, text)
        return any(chat.heard(key) for key in done)

    @staticmethod
    def _ok(answer: Any) -> bool:
        return not isinstance(answer, str)
