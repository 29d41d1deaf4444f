"""Every sentence a citizen reads, from `locales/` (gettext), in the citizen's language.

Message ids are names (`fines.one`), both languages are translations of the name; placeholders are `str.format` fields. Values are
formatted by their type, in one place: `Fen` as ¥200.00, a date as 12月9日(周三) / Wed 9 Dec, an aware datetime with its hour.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from models.base.clock import CITY_ZONE

LOCALES = Path(__file__).parents[2] / "locales"
CHINESE = "zh_CN"
ENGLISH = "en"
LANGUAGES = (CHINESE, ENGLISH)
NOTHING: Mapping[str, Any] = {}
DATE_SHAPES = {CHINESE: "M月d日(EEE)", ENGLISH: "EEE d MMM"}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
TIME_SHAPES = {CHINESE: "M月d日 HH:mm", ENGLISH: "d MMM HH:mm"}


class Texts:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        messages = catalog(language)
        self._plural = c2py(messages.plural_expr)
        self._templates = {str(_name(message.id)): message.string for message in messages if message.string}
        self._sentences = {key: _forms(text) for key, text in self._templates.items()}
        for sample in (date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=CITY_ZONE)):
            _shown(language, sample)  # Babel reads its files now, not in somebody's event loop

    def say(self, key: str, more: Mapping[str, Any] = NOTHING, /, **params: Any) -> str:
        """The sentence named `key`, filled in; `more` are parameters that many sentences share. A `count` picks the plural.

        Raises KeyError for an unknown name, or a parameter that is not given.
        """
        forms = self._sentences[key]
        parts = forms[self._plural(params["count"])] if len(forms) > 1 else forms[0]
        if len(parts) == 1:
            return parts[0]
        filled = parts.copy()
        for place in range(1, len(parts), 2):
            name = parts[place]
            filled[place] = self.show(params[name] if name in params else more[name])
        return "".join(filled)

    def template(self, key: str) -> str:
        """The sentence with its placeholders, for somebody else to fill in. Raises KeyError for an unknown name."""
        text = self._templates[key]
        if not isinstance(text, str):
            raise KeyError(key)
        return text

    def show(self, value: Any) -> str:
        """A value as this language writes it."""
        if type(value) is str:
            return value
        if isinstance(value, date):
            return _shown(
                self.language, value.astimezone(CITY_ZONE) if isinstance(value, datetime) else value
            )
        return str(value)

    def show_all(self, params: Mapping[str, Any]) -> dict[str, str]:
        """All values, for templates that somebody else fills in (a carrier's)."""
        return {name: self.show(value) for name, value in params.items()}

    def pick(self, chinese: str, other: str) -> str:
        """Of a register's two wordings the one in this language; the Chinese one where no other was given."""
        return chinese if self.language == CHINESE or not other else other


@cache
def _locale(language: str) -> Locale:
    """From a name Babel would look it up on disk each time."""
    return Locale.parse(language)


@lru_cache(maxsize=4096)
def _shown(language: str, value: date) -> str:
    """A day, or a moment of the city's time; the same few are written again and again."""
    if isinstance(value, datetime):
        return format_datetime(value, TIME_SHAPES[language], locale=_locale(language))
    return format_date(value, DATE_SHAPES[language], locale=_locale(language))


def _forms(text: str | Sequence[str]) -> tuple[list[str], ...]:
    """A sentence in each of its plural forms, taken apart once: text and names of placeholders by turns, text first."""
    return tuple(map(PLACEHOLDER.split, (text,) if isinstance(text, str) else text))


def _name(message_id: Any) -> Any:
    """The name of a message; one with plurals has it twice."""
    return message_id if isinstance(message_id, str) else message_id[0]


@cache
def catalog(language: str) -> Catalog:
    """The messages of a language, read once from all its files (`chat.po`, `pages.po`, `texts.po`)."""
    whole = Catalog(locale=language)
    for path in sorted((LOCALES / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole[_name(message.id)] = message
    return whole


def read_all() -> None:
    """Read every language, before an event loop runs."""
    for language in LANGUAGES:
        texts(language)


@cache
def texts(language: str) -> Texts:
    """The sentences of a language; Chinese where it is not spoken here."""
    return Texts(language if language in LANGUAGES else CHINESE)
