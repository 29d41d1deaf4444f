"""Whatever an importer can be refused with has a sentence for the officer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import reports
from bot.api import pictures
from bot.api import violations as violations_api
from bot.imports import (
    authorised,
    companies,
    offences,
    people,
    runner,
    schools,
    table,
    vehicles,
    violations,
)
from bot.imports import licences as licence_rows
from bot.reasons import SENTENCES, reason
from models.base.errors import BadInput
from models.flows import registration
from models.identity import acts as identity
from models.identity import companies as company_acts
from models.identity import rules as identity_rules
from models.identity import store as identity_store
from models.licences import acts as licences
from models.licences import registers
from models.restrictions import questions
from models.schools import registers as school_registers
from models.violations import acts as cases
from models.violations import catalogue, evidence
from models.violations import store as case_store

REACHED = (
    *(companies, authorised, company_acts, licence_rows),
    *(people, vehicles, offences, violations, runner, table, reports),
    *(identity, identity_rules, identity_store, registration, licences, registers),
    *(schools, school_registers),
    *(cases, case_store, catalogue, evidence, pictures, violations_api, questions),
)
CITIZENS_ONLY = {
    "language.unknown",
    "case.unknown",
    "bind.mismatch",
    "case.how",
    "case.mistyped",
}  # raised in the same files by what only the chat calls
READERS = {"BadInput", "Refusal", "read_day", "read_past_day", "read_word"}  # their last argument is the key


def keys_in(file: Path) -> Iterator[str]:
    """The keys with which a file refuses; they are written out, so that they can be found."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
            key = node.args[-1]
            assert isinstance(key, ast.Constant), f"{file.name}:{node.lineno} makes up a key"
            yield str(key.value)


REFUSALS = sorted({key for module in REACHED for key in keys_in(Path(str(module.__file__)))})


@pytest.mark.parametrize("key", REFUSALS)
def test_every_refusal_has_a_sentence(key: str):
    assert (key in SENTENCES) != (key in CITIZENS_ONLY)


def test_there_is_no_sentence_that_nobody_meets():
    assert set(SENTENCES) <= set(REFUSALS)


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_says_what_is_wrong_and_then_what_to_do(key: str):
    assert reason(BadInput(key)).count(". ") >= 1
    assert reason(BadInput(key)).endswith(".")
