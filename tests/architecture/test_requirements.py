"""What the service imports is pinned for those who run it, not only for those who test it."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = {"bot", "handlers", "models", "scheduler", "sandbox"}
PINNED = set(
    re.findall(r"^([a-z0-9][a-z0-9._-]*)==", (ROOT / "requirements" / "main.txt").read_text(), re.MULTILINE)
)


def imported() -> Iterator[str]:
    """Top-level names of everything imported that is neither ours nor Python's."""
    for folder in OURS:
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.module:
                    names = [node.module]
                yield from (name.partition(".")[0] for name in names)


def test_everything_imported_is_pinned_for_running():
    names = set(imported()) - OURS - set(sys.stdlib_module_names)
    owners = packages_distributions()
    missing = {name for name in names if not {d.lower().replace("_", "-") for d in owners[name]} & PINNED}
    assert missing == set()


def test_what_sqlalchemy_needs_for_asyncio_is_pinned():
    """SQLAlchemy 2.1 brings greenlet only with its extra; a browser driver of the tests hid that once."""
    assert "greenlet" in PINNED


def test_no_lock_file_names_a_host():
    for file in (ROOT / "requirements").glob("*.txt"):
        assert "://" not in file.read_text("utf-8"), file.name
