"""One short id from what came in to what came of it: in every log line, in the outbox row, again while that row is sent and receipted.

    trace.begin(trace.of(key))        a message, a request with a key of its own: each of its deliveries has the same id
    with trace.bound(row.trace):      something that was begun elsewhere goes on here, and not beyond

An id is twelve hexadecimal digits: nothing the logs' mask takes for a phone, and nobody can read a key out of it. Tasks inherit it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from random import getrandbits

LENGTH = 12
_current: ContextVar[str] = ContextVar("trace", default="")


def new() -> str:
    """An id nobody has. Not a secret: the system's own random source would cost five times as much."""
    return f"{getrandbits(LENGTH * 4):0{LENGTH}x}"


def of(key: str) -> str:
    """The id of whatever has this key, the same each time."""
    return blake2b(key.encode(), digest_size=LENGTH // 2).hexdigest()


def current() -> str:
    """The id of what this task is about; empty when it is about nothing in particular."""
    return _current.get()


def begin(trace: str) -> None:
    """From here on this task, and every task it starts, is about something else. For whoever owns the task."""
    _current.set(trace)


@contextmanager
def bound(trace: str) -> Iterator[None]:
    """For a part of a task; afterwards it is about what it was before."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)
