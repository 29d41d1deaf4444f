"""The sentences of the pages: the same names with the same placeholders in both languages."""

from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from models.base.texts import CHINESE, ENGLISH, LOCALES


def sentences(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "pages.po").open("rb") as file:
        return read_po(file, locale=language)


def name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def placeholders(message: Message) -> list[set[str]]:
    """Of each form of a sentence."""
    forms = [message.string] if isinstance(message.string, str) else message.string or []
    return [{field for _, field, _, _ in Formatter().parse(form) if field} for form in forms]


CHINESE_SENTENCES, ENGLISH_SENTENCES = sentences(CHINESE), sentences(ENGLISH)
NAMES = sorted({name(message) for message in CHINESE_SENTENCES if message.id})


def test_both_languages_have_the_same_names() -> None:
    assert {name(message) for message in ENGLISH_SENTENCES if message.id} == set(NAMES)


@pytest.mark.parametrize("key", NAMES)
def test_a_sentence_has_the_same_placeholders_in_both(key: str) -> None:
    chinese, english = CHINESE_SENTENCES.get(key), ENGLISH_SENTENCES.get(key)
    assert chinese is not None
    assert english is not None
    forms = placeholders(chinese) + placeholders(english)
    assert all(form == forms[0] for form in forms)
    assert all(message.string for message in (chinese, english))
