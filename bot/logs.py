"""Structured logs: for people in a terminal, JSON elsewhere. What looks like an ID, a phone or a plate is masked, whoever logged it.

Each line says which trace it belongs to (`models/base/trace.py`), where it belongs to one.
"""

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from models.base import trace

PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|(?:\+?86)?1[3-9][0-9]{9}"
    r"|[\u4e00-\u9fff][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领]))(?![0-9A-Za-z])"
)
CHATTY = ("apscheduler", "httpx", "httpcore", "aiosqlite", "asyncio")


def configure(stream: TextIO = sys.stderr) -> None:
    """Once, at the start of a process; logs of libraries come out the same way, from WARNING up."""
    shared: list[Processor] = [
        traced,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Tracebacks are made text before the mask sees them, and plain: the pretty ones show local variables.
    finish: list[Processor] = [structlog.processors.format_exc_info, mask, _renderer(stream)]
    structlog.configure(
        processors=[*shared, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def traced(logger: Any, method: str, event: EventDict) -> EventDict:
    """What this task is about; a line that names a trace of its own keeps it."""
    del logger, method
    if current := trace.current():
        event.setdefault("trace", current)
    return event


def mask(logger: Any, method: str, event: EventDict) -> EventDict:
    """A last guard: personal data does not belong in logs, and does not get there by mistake."""
    del logger, method
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    """The value itself unless something personal stands in it, however deep; then its text without that."""
    text = value if isinstance(value, str) else repr(value)
    shown = PERSONAL.sub("***", text)
    return value if shown == text else shown


def _renderer(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False)
