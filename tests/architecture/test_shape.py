"""Files and functions stay small, and everything public says what it is for."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.architecture.source import PARTS, ROOT, SERVICE, Function, functions, name_of, python_files, tree

LONGEST_FILE = 300


def test_no_file_is_over_300_lines() -> None:
    scripts = [file for part in PARTS for file in (ROOT / part).rglob("*.js")]
    lengths = {name_of(file): length(file) for file in (*python_files(), *scripts)}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
    assert long == {}


def length(file: Path) -> int:
    return len(file.read_text("utf-8").splitlines())


def test_most_files_are_a_page() -> None:
    lengths = [length(file) for file in python_files()]
    assert median(lengths) <= 80
    assert quantiles(lengths, n=10)[-1] <= 200


def test_most_functions_are_a_few_lines() -> None:
    lengths = [
        (function.end_lineno or 0) - function.lineno + 1
        for file in python_files()
        for function in functions(file)
    ]
    assert median(lengths) <= 9
    assert quantiles(lengths, n=10)[-1] <= 25


@pytest.mark.parametrize("file", [pytest.param(file, id=name_of(file)) for file in python_files(SERVICE)])
def test_everything_public_has_a_docstring(file: Path) -> None:
    assert list(silent(file)) == []


def silent(file: Path) -> Iterator[str]:
    """What says nothing about itself."""
    module = tree(file)
    if module.body and not ast.get_docstring(module):
        yield "the module"
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield from silent_in(node)
        elif isinstance(node, Function) and not (speaks(node) or node.name == "add_routes"):
            yield node.name


def silent_in(node: ast.ClassDef) -> Iterator[str]:
    """A subclass that only adds fields needs no words (`Image(Media)`)."""
    if not (speaks(node) or node.bases):
        yield node.name
    for method in node.body:
        if isinstance(method, Function) and not (speaks(method) or is_plain(method)):
            yield f"{node.name}.{method.name}"


def speaks(node: Function | ast.ClassDef) -> bool:
    return node.name.startswith("_") or ast.get_docstring(node) is not None


def is_plain(method: Function) -> bool:
    """One statement says it all; properties are named for what they are; a Protocol has said what its implementations do."""
    named = {decorator.id for decorator in method.decorator_list if isinstance(decorator, ast.Name)}
    return len(method.body) == 1 or "property" in named or method.name in promised()


def promised() -> set[str]:
    """Methods of Protocols, of the routes' registration, and of SQLAlchemy's types."""
    protocols = (
        node
        for file in python_files(SERVICE)
        for node in tree(file).body
        if isinstance(node, ast.ClassDef) and "Protocol" in {ast.unparse(base) for base in node.bases}
    )
    methods = {each.name for node in protocols for each in node.body if isinstance(each, Function)}
    return methods | {"add_routes", "process_bind_param", "process_result_value"}
