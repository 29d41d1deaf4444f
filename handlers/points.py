"""记分 / points: what stands on the driving licence and why, what the end of the cycle will do, and what can be done now.

记分            记分 2  (second page)

One command, one system: other points have words of their own.
"""

import re

from handlers.routing import Conversation, Reply, reading
from models.base.calendar import ONE_DAY
from models.base.errors import BadInput
from models.flows import point_statement
from models.flows.point_statement import Line, Statement
from models.licences.reduction_rules import Obstacle

PAGE = 3
PAGE_NUMBER = re.compile(r"[0-9]{1,3}")
# These say nothing that the statement has not said already.
SAID = frozenset({Obstacle.HELD, Obstacle.NO_POINTS})
Actions = list[tuple[str, str]]


@reading("记分", "积分", "扣分", "驾照分", "points", "licence points", "license points", argument=True)
async def points(talk: Conversation) -> Reply:
    """The points that stand, a page at a time. Whoever names other points is not answered with these."""
    if talk.argument and not PAGE_NUMBER.fullmatch(talk.argument):
        raise BadInput("points.how")
    found = await point_statement.statement(talk.work, talk.person)
    if found is None:
        return talk.reply(
            talk.say("points.no_licence"), actions=[("see_fines", "罚单"), ("see_help", "帮助")]
        )
    pages = max(1, -(-len(found.lines) // PAGE))
    page = min(max(1, int(talk.argument or 1)), pages)
    entries = [_entry(talk, line) for line in found.lines[(page - 1) * PAGE : page * PAGE]]
    more: Actions = [("see_more", f"记分 {page + 1}")] if page < pages else []
    lines = (_head(talk, found), *entries, _ahead(talk, found), _next(talk, found), talk.say("points.others"))
    return talk.reply(*lines, actions=[*_actions(found), *more])


def _head(talk: Conversation, found: Statement) -> str:
    balance = found.balance
    return talk.say(
        "points.held" if found.hold else "points.balance",
        licence=balance.licence_class,
        points=balance.points,
        left=balance.left,
        last=balance.cycle_ends - ONE_DAY,
        ends=balance.cycle_ends,
    )


def _entry(talk: Conversation, line: Line) -> str:
    lot, case = line.lot, line.case
    if lot.points < 0:
        return talk.say("points.reduced", day=lot.day, points=-lot.points)
    what = case.what(talk.texts) if case else ""
    key = "points.carried" if lot.carried else "points.entry"
    return talk.say(key, day=lot.day, points=lot.points, number=lot.reference, what=what)


def _ahead(talk: Conversation, found: Statement) -> str:
    """What the end of the cycle does, if things stay as they are; for a held licence, what gives it back."""
    balance, hold = found.balance, found.hold
    if hold:
        passed = talk.say("points.exam_passed" if hold.passed_on else "points.exam_to_pass")
        return talk.say(
            "points.to_release",
            days=hold.days_needed,
            studied=min(hold.days_studied, hold.days_needed),
            exam=passed,
            unpaid=len(found.unpaid),
        )
    if not balance.points:
        return talk.say("points.clean")
    if found.carried:
        return talk.say("points.would_carry", ends=balance.cycle_ends, carried=found.carried)
    return talk.say("points.may_carry" if found.unpaid else "points.will_clear", ends=balance.cycle_ends)


def _next(talk: Conversation, found: Statement) -> str:
    """How points can be taken off, or why not now."""
    if found.hold or found.obstacle in SAID:
        return ""
    if found.obstacle:
        params = {
            name: talk.texts.pick(str(value), str(found.against.get(f"{name}_en", "")))
            if name == "counter"
            else value
            for name, value in found.against.items()
        }
        return talk.say(f"reduce.{found.obstacle}", **params)
    return talk.say("points.can_reduce", allowed=found.allowed)


def _actions(found: Statement) -> Actions:
    """What is unpaid first."""
    pay: Actions = [("pay", f"缴款 {found.unpaid[0]}")] if found.unpaid else []
    return [*pay, ("see_fines", "罚单"), ("see_help", "帮助")]
