"""The project's own source, as the tests of its shape read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICE = ("bot", "handlers", "models", "scheduler")
PARTS = (*SERVICE, "sandbox")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@cache
def python_files(parts: tuple[str, ...] = PARTS) -> tuple[Path, ...]:
    """Everything written by hand; alembic's versions are generated."""
    found = (file for part in parts for file in sorted((ROOT / part).rglob("*.py")))
    return tuple(file for file in found if "versions" not in file.parts)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def functions(file: Path) -> Iterator[Function]:
    """Every function and method, nested ones included."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))
