"""Two who do something with one case at the same moment: what comes of it is what would have come of one after the other.

Each pair of a table is done one after the other, in both orders; then at the same moment, in two processes: each once stopped before its
commit, when it has all its locks and has written everything, while the other has still to look. Who did it, where the case is, what is
owed, what stands, who is told: all of that must be as in one of the two orders. Nobody meets an accident, and whoever came second reads
a sentence.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest
from sqlalchemy import select

from bot.officer_reasons import sentence as officers_sentence
from models.base.errors import Refusal
from models.base.texts import CHINESE, texts
from models.flows import challenge, enforcement, nomination, plan, voiding
from models.flows.settlement import Settlement
from models.post.desk import tickets
from models.violations import nomination_store, nominations, officer_acts, payments, store
from models.violations.challenge_rules import ChallengeState, Kind
from models.violations.grounds import EraseGround, VoidGround
from models.violations.nomination_rules import NominationState
from models.violations.plan_rules import PlanKind
from tests.databases import on_postgresql
from tests.flows import town_money
from tests.flows.town_books import Facts, Reader, look_at, reader
from tests.handlers.chat import sentence
from tests.helpers import paid_trade
from tests.races import jobs
from tests.races.corner import Corner
from tests.races.ring import Meeting, Ring
from tests.races.street import Citizen, Street
from tests.races.wire import AT_COMMIT, Job

pytestmark = on_postgresql

WHY, OFFICER = "根据记录", "officer:1"
REASON = "红灯时我在让救护车"


@dataclass(frozen=True, slots=True)
class Scene:
    """A case and who has to do with it: its owner, who was named as its driver, and the ids of what lies over it."""

    street: Street
    number: str
    owner: Citizen
    driver: Citizen | None = None
    nomination: int = 0
    code: str = ""
    challenge: int = 0
    plan: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """`job` gives the work to be done; `done` tells by its answer whether it was."""

    job: Callable[[Scene], Awaitable[Job]]
    done: Callable[[Any], bool]


def says(text: str, *done: str, of_driver: bool = False) -> Act:
    """In the chat."""

    async def job(scene: Scene) -> Job:
        who = scene.driver if of_driver else scene.owner
        assert who
        said = text.format(number=scene.number, code=scene.code, why=REASON)
        return jobs.say(who.openid, f"{who.openid}/{said}", said)

    def is_done(answer: Any) -> bool:
        assert answer
        assert answer != texts(CHINESE).say("error.accident")
        return any(sentence(key, CHINESE).search(answer) for key in done)

    return Act(job, is_done)


def daily(what: Any, *, slot: int = 0) -> Act:
    """A job's, so many days later. How many it says it touched is not looked at."""

    async def job(scene: Scene) -> Job:
        del scene
        return partial(_do, act=what, days=slot)

    return Act(job, lambda told: told is not None)


def acts(what: Callable[[Scene], Any]) -> Act:
    """An officer's."""

    async def job(scene: Scene) -> Job:
        return partial(_do, act=what(scene), days=0)

    def is_done(answer: Any) -> bool:
        if isinstance(answer, str):
            assert officers_sentence(Refusal(answer, number="1", by="", kind=""))
            return False
        return answer is None or bool(answer)

    return Act(job, is_done)


async def _do(corner: Corner, act: Any, days: int) -> Any:
    now = corner.database.civic.now() + timedelta(days=days)
    async with corner.database.begin(OFFICER, now=now) as work:
        try:
            found = await act(work)
        except Refusal as refusal:
            return refusal.key
    return found if isinstance(found, int | type(None)) else True


async def erase(work: Any, number: str) -> None:
    await officer_acts.erase(work, await officer_acts.known(work, number), OFFICER, EraseGround.RESCUE, WHY)


async def void(work: Any, number: str) -> None:
    await voiding.void(work, await officer_acts.known(work, number), OFFICER, VoidGround.PROCEDURE, WHY)


async def grant(work: Any, key: int) -> None:
    await plan.grant(work, key, OFFICER, [work.today + timedelta(days=30)], WHY)


def pays(openid: str, amount: int | None = None) -> Act:
    """The news of an order that was made before."""

    async def job(scene: Scene) -> Job:
        async with scene.street.database.begin("street") as work:
            case = await store.case(work, scene.number)
            assert case
            order = await payments.prepare_order(work, case, openid, amount=amount)
        return jobs.pay(paid_trade(order, scene.street.database.wall.now()))

    return Act(job, lambda told: bool(told in set(Settlement)))


def answer(outcome: ChallengeState) -> Act:
    return acts(
        lambda scene: partial(
            challenge.decide,
            challenge_id=scene.challenge,
            officer=OFFICER,
            outcome=outcome,
            reasons=WHY,
            ground=EraseGround.RESCUE,
        )
    )


OBJECT = says("申诉 {number} {why}", "object.filed")
ERASE = acts(lambda scene: partial(erase, number=scene.number))
VOID = acts(lambda scene: partial(void, number=scene.number))
ACCEPT = says("确认 {number}", "accept.done", "accept.done_by_letter")
WITHDRAW_OBJECTION = says("撤回申诉 {number}", "object.withdrawn")
UNDECIDED = {"accept": ACCEPT, "object": OBJECT, "erase": ERASE}
ASKED = {
    "consent": says("同意 {code}", "takeover.done", of_driver=True),
    "decline": says("拒绝 {code}", "takeover.declined", of_driver=True),
    "withdraw": says("撤回 {number}", "withdraw.done"),
    "lapse": daily(nominations.lapse, slot=8),
    **UNDECIDED,
}
AGREED = {
    "verify": acts(
        lambda s: partial(nomination.verify, nomination_id=s.nomination, officer=OFFICER, ok=True, reason=WHY)
    ),
    "reject": acts(
        lambda s: partial(
            nomination.verify, nomination_id=s.nomination, officer=OFFICER, ok=False, reason=WHY
        )
    ),
    "withdraw": ASKED["withdraw"],
    "erase": ERASE,
}
OBJECTED = {
    "withdraw objection": WITHDRAW_OBJECTION,
    "the record stands": answer(ChallengeState.UPHELD),
    "the record goes": answer(ChallengeState.ERASED),
    "accept": ACCEPT,
    "erase": ERASE,
}
DUE = {
    "pay": pays(payments.BY_CODE),
    "pay, too": pays("o-wife"),
    "pay a part": pays("o-son", 5000),
    "object": OBJECT,
    "ask for a plan": says("延期 {number} 这个月失业了", "plan.filed"),
    "void": VOID,
    "overdue": daily(enforcement.announce_overdue),
    "lock": daily(enforcement.impose_ripe),
}
PLANNED = {
    "grant": acts(lambda scene: partial(grant, key=scene.plan)),
    "refuse": acts(lambda s: partial(plan.refuse, plan_id=s.plan, officer=OFFICER, reasons=WHY)),
    "withdraw plan": says("撤回延期 {number}", "plan.withdrawn"),
    **{name: DUE[name] for name in ("pay", "pay a part", "object", "void", "lock")},
}
CHALLENGED = {
    "withdraw objection": WITHDRAW_OBJECTION,
    "the decision stands": answer(ChallengeState.UPHELD),
    "the decision goes": answer(ChallengeState.VOIDED),
    **{name: DUE[name] for name in ("pay", "pay a part", "void", "lock")},
}


async def asked(street: Street) -> Scene:
    """The driver was named."""
    owner, driver = await street.citizen(), await street.citizen()
    number = await street.recorded(owner)
    async with street.database.begin("street") as work:
        case, car = await officer_acts.known(work, number), await nomination_store.car_of(work, number)
        filed = await nominations.file(work, case, car, driver.person_id, case.handle_by - timedelta(days=23))
    return Scene(street, number, owner, driver, filed.id, filed.code)


async def agreed(street: Street) -> Scene:
    """The driver agreed, and an officer is to look."""
    scene = await asked(street)
    async with street.database.begin("street") as work:
        known = await nominations.by_id(work, scene.nomination)
        await nominations.move(work, known, NominationState.CONSENTED, answered_at=work.now)
    return scene


async def objected(street: Street) -> Scene:
    """The record is objected to."""
    owner = await street.citizen()
    number = await street.recorded(owner)
    filed = await street.act(challenge.file, owner.person_id, number, Kind.OBJECTION, REASON)
    return Scene(street, number, owner, challenge=filed.id)


async def late(street: Street) -> Scene:
    """The last day to pay was yesterday."""
    owner = await street.citizen()
    return Scene(street, await street.late(owner), owner)


async def ripe(street: Street) -> Scene:
    """Overdue, and the warning has run."""
    owner = await street.citizen()
    return Scene(street, await street.warned(owner), owner)


async def planned(street: Street) -> Scene:
    """Overdue and locked, and a plan is asked for."""
    owner = await street.citizen()
    number = await street.locked(owner)
    made = await street.act(plan.ask, owner.person_id, number, PlanKind.DEFERRAL, "这个月失业了")
    return Scene(street, number, owner, plan=made.id)


async def challenged(street: Street) -> Scene:
    """Overdue and locked, and the decision is objected to."""
    owner = await street.citizen()
    number = await street.locked(owner)
    filed = await street.act(challenge.file, owner.person_id, number, Kind.OBJECTION, REASON)
    return Scene(street, number, owner, challenge=filed.id)


# What can be done in a scene, and which of it is new there: of two, one is.
TABLE: dict[Callable[[Street], Awaitable[Scene]], tuple[dict[str, Act], set[str]]] = {
    asked: (ASKED, {"consent", "decline", "withdraw", "lapse", "erase"}),
    agreed: (AGREED, set(AGREED)),
    objected: (OBJECTED, set(OBJECTED)),
    late: ({name: act for name, act in DUE.items() if name != "lock"}, set(DUE)),
    ripe: ({name: act for name, act in DUE.items() if name != "overdue"}, {"lock"}),
    planned: (PLANNED, {"grant", "refuse", "withdraw plan"}),
    challenged: (CHALLENGED, {"withdraw objection", "the decision stands", "the decision goes"}),
}


async def outcome(scene: Scene, eyes: Reader, done: tuple[bool, bool]) -> Any:
    """All that came of it, without numbers: who did it, the case, what lies over it, money, points, locks, who was told what."""
    number = scene.number
    facts = await look_at(eyes, number)
    case = facts.cases[number]
    town_money.of_case(facts, case)
    people = {scene.owner.person_id: "owner", scene.driver.person_id if scene.driver else 0: "driver"}
    overlays = {
        table: sorted(each.state for each in facts.of(table, number))
        for table in ("nominations", "challenges", "payment_plans")
    }
    told = {who: Counter(await scene.street.told(each)) for each, who in _folks(scene)}
    points = {who: sum(facts.lots(each.person_id).values()) for each, who in _folks(scene)}
    locks = {who: len(facts.locks(each.person_id)) for each, who in _folks(scene)}
    back = sorted((each.reason, each.amount) for each in facts.of("refunds", number))
    warned = facts.restriction_warnings.get(f"case {number}")
    return (
        *(done, case.state, people[case.liable_id], overlays, told, points, locks, back),
        *(warned and (warned.served_on is None, warned.ended_at), await _open_tickets(scene, facts)),
    )


def _folks(scene: Scene) -> list[tuple[Citizen, str]]:
    return [(scene.owner, "owner"), *([(scene.driver, "driver")] if scene.driver else [])]


async def _open_tickets(scene: Scene, facts: Facts) -> list[str]:
    """Topics on the desk about this case, or its nomination."""
    subjects = {f"case {scene.number}", f"nomination {scene.nomination}"}
    subjects |= {f"refund {each.number}" for each in facts.of("refunds", scene.number)}
    open_ = select(tickets.c.topic).where(tickets.c.subject.in_(subjects), tickets.c.closed_at.is_(None))
    async with scene.street.database.read() as work:
        return sorted(row.topic for row in await work.all(open_))


@pytest.fixture
async def eyes(database_url: str) -> Any:
    found = await reader(database_url)
    yield found
    await found.close()


@pytest.mark.parametrize("scene", TABLE, ids=lambda scene: scene.__name__)
async def test_as_if_one_after_the_other(
    ring: Ring, street: Street, eyes: Reader, scene: Callable[[Street], Awaitable[Scene]]
) -> None:
    """All pairs of a scene on one database: it is the connections that cost time."""
    there, new = TABLE[scene]
    for (one, first), (other, second) in combinations_with_replacement(there.items(), 2):
        if new.isdisjoint({one, other}):
            continue
        met = _Pair(ring, eyes, first, second)
        serial = [await met.in_order(await scene(street), exchanged) for exchanged in (False, True)]
        for exchanged in (False, True):
            found = await met.at_once(await scene(street), exchanged)
            assert found in serial, f"{one} + {other}"


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two acts on one scene."""

    ring: Ring
    eyes: Reader
    first: Act
    second: Act

    async def in_order(self, scene: Scene, exchanged: bool) -> Any:
        """What comes of one after the other."""
        work = [await self.first.job(scene), await self.second.job(scene)]
        told: dict[int, Any] = {}
        for which in (1, 0) if exchanged else (0, 1):
            told[which] = await self.ring.alone(work[which])
        return await self._outcome(scene, told[0], told[1])

    async def at_once(self, scene: Scene, exchanged: bool) -> Any:
        """What comes of both, where the first (or, exchanged, the second) is stopped before its commit."""
        work = await self.first.job(scene), await self.second.job(scene)
        return await self._outcome(scene, *await Meeting(self.ring, AT_COMMIT, exchanged)(*work))

    async def _outcome(self, scene: Scene, one: Any, other: Any) -> Any:
        return await outcome(scene, self.eyes, (self.first.done(one), self.second.done(other)))
