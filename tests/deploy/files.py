"""`deploy/` as tests read it."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").rglob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = DEPLOY / "compose" / "compose.yaml"
SETTING = re.compile(r"SHIMIN_[A-Z0-9]+(?:_[A-Z0-9]+|__[A-Z0-9]+)*")


@cache
def texts() -> dict[Path, str]:
    """Every file that is written by hand."""
    files = (ROOT / "Dockerfile", *(file for file in DEPLOY.rglob("*") if file.is_file()))
    return {file: file.read_text("utf-8") for file in files if "__pycache__" not in file.parts}


@cache
def documents(file: Path) -> list[Any]:
    """The documents of a YAML file."""
    return list(yaml.safe_load_all(file.read_text("utf-8")))


def objects() -> Iterator[dict[str, Any]]:
    """Everything a cluster is told; kustomize's own files are not for it."""
    for file in KUBERNETES:
        if file.name != "kustomization.yaml":
            yield from documents(file)


def of_kind(*kinds: str) -> dict[str, Any]:
    """By name."""
    return {each["metadata"]["name"]: each for each in objects() if each["kind"] in kinds}


def settings(model: type[BaseModel] = Settings, prefix: str = "SHIMIN_") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its variable, but for the demo's."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{prefix}{name.upper()}__")
        elif name != "demo":
            yield prefix + name.upper(), field


def is_secret(field: FieldInfo) -> bool:
    """Kept out of logs, and so out of files that are not secret; addresses may hold a password and need not."""
    return SecretStr in (field.annotation, *get_args(field.annotation)) or not field.repr
