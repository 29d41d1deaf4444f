"""What every command of `shimin` leans on: where it speaks, how it complains, where its settings come from."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import structlog
from dotenv import dotenv_values
from rich.console import Console
from rich.markup import escape

from bot.settings import Settings, load_settings
from bot.wiring import open_database
from models.base.db import Database

Result = TypeVar("Result")

DEMO_ENV = Path(".demo/env")
console = Console()
complaints = Console(stderr=True)


def complain(text: str) -> NoReturn:
    """Say what is wrong and end with status 1."""
    complaints.print(f"[red]shimin:[/] {escape(text)}", highlight=False, soft_wrap=True)
    raise SystemExit(1)


def quiet() -> None:
    """For a command that tells a person what came of its calls: log lines would come between."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))


def read_settings() -> Settings:
    """From the environment; without a database named there, those of the demo in this folder. Raises WrongSettings."""
    if "SHIMIN_DATABASE_URL" not in os.environ and DEMO_ENV.exists():
        complaints.print(f"using the demo's settings, {DEMO_ENV}", style="dim")
        os.environ.update(
            {name: value for name, value in dotenv_values(DEMO_ENV).items() if value is not None}
        )
    return load_settings()


def with_database(act: Callable[[Database], Awaitable[Result]]) -> Result:
    """Open the database of the settings, act, close it."""
    settings = read_settings()

    async def opened() -> Result:
        database = open_database(settings)
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(opened())
