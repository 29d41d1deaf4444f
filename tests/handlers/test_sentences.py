"""The sentences of the chat and of what is sent: each one that the code asks for is there, in both languages, and none is there in vain."""

import ast
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot.commands import ROUTER
from bot.duties import KINDS
from bot.matter_reasons import SENTENCES as MATTERS
from bot.officer_reasons import SENTENCES as OFFICERS
from bot.reasons import SENTENCES
from handlers.bind import PARTS
from models.base.tariff import load_tariff
from models.base.texts import CHINESE, LANGUAGES, LOCALES
from models.identity.rules import PLATE_KINDS
from models.licences import reduction_rules
from models.post.notices import Channel
from models.restrictions.matter_rules import PleaKind
from models.restrictions.questions import Purpose
from models.schools.league_rules import Wrong
from models.schools.results import Why as Missed
from models.violations import challenge_rules, nomination_rules, plan_rules, rules
from models.violations.grounds import EraseGround, VoidGround
from models.violations.nomination_rules import NominationState, Obstacle, Unnameable
from models.violations.refund_rules import Why
from models.violations.rules import Reason, State

ROOT = Path(__file__).parents[2]
KEY = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
CLOSED = set(State) - rules.OPEN
ONLY_CHINESE = {"vehicle"}  # the type of vehicle, for which the register has no English word


def messages(language: str) -> dict[str, Message]:
    """What chat.po and texts.po hold, by name."""
    found = {}
    for name in ("chat.po", "texts.po"):
        with (LOCALES / language / "LC_MESSAGES" / name).open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    found[message.id if isinstance(message.id, str) else message.id[0]] = message
    return found


def placeholders(message: Message) -> list[set[str]]:
    """Of each form of a sentence."""
    forms = [message.string] if isinstance(message.string, str) else message.string or ()
    return [{name for _, name, _, _ in Formatter().parse(form) if name} for form in forms]


def literals() -> Iterator[str]:
    """Every text constant of the service that is no action of the audit trail."""
    for folder in ("bot", "handlers", "models", "scheduler"):
        for file in (ROOT / folder).rglob("*.py"):
            yield from _literals_in(ast.parse(file.read_text("utf-8")))


def _literals_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func) in {"audit.record", "audit.record_all"}:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals_in(child)


def kinds_by(channel: Channel) -> set[str]:
    """The kinds that may go out this way."""
    return {
        kind.name
        for kind in KINDS.by_name.values()
        if channel in kind.channels or (channel is Channel.SMS and kind.chat_else_sms)
    }


TRAVEL = load_tariff().travel
# Names that the code puts together: the beginning, and all it may be followed by.
FAMILIES: Mapping[str, AbstractSet[str]] = {
    "question.purpose": set(Purpose),
    "accept": set(Reason),
    "bind.part": set(PARTS),
    "case.state": set(State),
    "object": set(challenge_rules.Obstacle),
    "object.kind": set(challenge_rules.Kind),
    "object.none": set(challenge_rules.Kind),
    "object.state": set(challenge_rules.ChallengeState),
    "object.which": set(challenge_rules.Kind),
    "object.why": set(challenge_rules.Kind),
    "case.closed": CLOSED,
    "plan": set(plan_rules.Unplannable),
    "plan.kind": set(plan_rules.PlanKind),
    "plan.state": set(plan_rules.PlanState),
    "plan.which": set(plan_rules.PlanKind),
    "fines.plan": {"asked"},
    "fines.cost": set(rules.PAYABLE),
    "nominate": set(Unnameable) | set(Obstacle),
    "nominate.state": set(nomination_rules.LIVE),
    "reduce": set(reduction_rules.Obstacle) | set(reduction_rules.Short),
    "takeover": set(nomination_rules.OF_DRIVER),
    "takeover.is": set(NominationState) - {NominationState.OPEN},
    "fines.waits": set(nomination_rules.LIVE),
    "fines.none": {"open", "closed"},
    "fines.none_of_plate": {"open", "closed"},
    "plate.kind": set(PLATE_KINDS),
    "do.mean": {command.name for command in ROUTER.commands if command.listed},
    "sms": kinds_by(Channel.SMS),
    "chat": kinds_by(Channel.CHAT),
    "matter": set(TRAVEL.matters),
    "matter.resolve": set(TRAVEL.matters),
    "plea.filed": set(PleaKind),
    "plea.why": set(PleaKind),
    "travel": set(TRAVEL.modes),
    **{f"travel.{mode}": set(classes) for mode, classes in TRAVEL.modes.items()},
    "ground": {*EraseGround, *VoidGround},
    "refund.why": set(Why),
    "results.missed": set(Missed),
    "league.nickname": {*Wrong, "taken"},
}
SENTENCES_BY_LANGUAGE = {language: messages(language) for language in LANGUAGES}
NAMES = sorted(SENTENCES_BY_LANGUAGE[CHINESE])
CODE = set(literals())
FAMILY_MEMBERS = {f"{family}.{member}" for family, members in FAMILIES.items() for member in members}


@pytest.mark.parametrize("name", sorted(FAMILY_MEMBERS))
def test_every_member_of_a_family_has_its_sentence(name: str):
    assert all(name in sentences for sentences in SENTENCES_BY_LANGUAGE.values())


def test_every_name_in_the_code_has_its_sentence():
    sections = {name.partition(".")[0] for name in NAMES}
    asked = {text for text in CODE if KEY.fullmatch(text) and text.partition(".")[0] in sections}
    # Actions of the audit trail, and a template.
    other = {"case.decided", "consent.given", "consent.revoked", "publish.html"}
    assert asked - set(SENTENCES) - set(OFFICERS) - set(MATTERS) - other <= set(NAMES)


def test_no_sentence_is_there_in_vain():
    labels = {f"do.{text}" for text in CODE}
    assert set(NAMES) <= CODE | labels | FAMILY_MEMBERS


def test_both_languages_have_the_same_names():
    assert {
        language: sorted(sentences) for language, sentences in SENTENCES_BY_LANGUAGE.items()
    } == dict.fromkeys(LANGUAGES, NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_has_the_same_placeholders_in_both(name: str):
    forms = [form for sentences in SENTENCES_BY_LANGUAGE.values() for form in placeholders(sentences[name])]
    assert all(form - ONLY_CHINESE == forms[0] - ONLY_CHINESE for form in forms)
    assert all(sentences[name].string for sentences in SENTENCES_BY_LANGUAGE.values())
