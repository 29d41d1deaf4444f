"""docs/operators.md knows every setting and every check."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bot.doctor.examination import CHECKS
from bot.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operators.md").read_text("utf-8")


def names(model: type[BaseModel], prefix: str = "SHIMIN_") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = group(field.annotation)
        if inner:
            yield from names(inner, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper()


def group(annotation: Any) -> type[BaseModel] | None:
    """The settings below this one; for `Demo | None` those of Demo."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def test_the_table_has_every_setting_once_and_no_other() -> None:
    rows = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `SHIMIN_")]
    assert sorted(rows) == sorted(names(Settings))


@pytest.mark.parametrize("check", [pytest.param(check, id=check) for check in CHECKS])
def test_what_to_do_with_its_lines(check: str) -> None:
    assert f"\n### {check}\n" in PAGE
