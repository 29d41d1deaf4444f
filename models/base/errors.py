"""What may go wrong on our side of the wires.

Refusal        the citizen cannot have this, and is told why and what to do; it is an answer, not an accident
`- BadInput    what was sent cannot be read as what the command needs
DatabaseAway     the database does not answer, and nothing was changed
OutcomeUnknown   it went away while a unit of work was being committed, which may have happened or not
"""

from typing import Any


class Refusal(Exception):
    """A reason from `locales/` (`key`) with its parameters. Acts raise it before they write anything, counted tries excepted:
    whoever opened the unit of work answers with it and commits."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.key = key
        self.params = params


class BadInput(Refusal):
    """Input that cannot be read; `key` says what it should look like."""


class DatabaseAway(Exception):
    """The database could not be reached or stopped answering; whatever was begun is not committed. Trying again is safe."""


class OutcomeUnknown(Exception):
    """The commit was sent and no answer came. Whoever tries again must be able to tell whether it was done (the inbox's key is)."""
