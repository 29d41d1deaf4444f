"""Words in a file of which only a few are known."""

from enum import StrEnum
from typing import TypeVar

from models.base.errors import BadInput
from models.identity.rules import tidy

Word = TypeVar("Word", bound=StrEnum)


def read_word(text: str, kind: type[Word], key: str) -> Word:
    """One of the words of this kind. Raises BadInput with this key."""
    try:
        return kind(tidy(text).lower())
    except ValueError as problem:
        raise BadInput(key) from problem
