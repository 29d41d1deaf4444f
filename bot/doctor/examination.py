"""All checks, side by side, within one time limit."""

import asyncio
from collections.abc import Mapping, Sequence

from bot.doctor import (
    account,
    cache,
    clocks,
    configuration,
    database,
    days,
    figures,
    keys,
    sms,
    templates,
    wires,
)
from bot.doctor.finding import Check, Finding, fail
from bot.settings import Settings

SECONDS = 20.0
CHECKS: Mapping[str, Check] = {
    "settings": configuration.look,
    "database": database.look,
    "redis": cache.look,
    "wechat": account.look,
    "template": templates.look,
    "wires": wires.look,
    "clock": clocks.look,
    "keys": keys.look,
    "sms": sms.look,
    "calendar": days.look,
    "tariff": figures.look,
}


async def examine(
    settings: Settings, checks: Mapping[str, Check] = CHECKS, *, seconds: float = SECONDS
) -> list[tuple[str, Finding]]:
    """What each check found, in the order of the list."""
    tasks = {name: asyncio.create_task(_found(check, settings)) for name, check in checks.items()}
    _, late = await asyncio.wait(tasks.values(), timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    silence = [fail(f"no answer within {seconds:g} s", "see whether the network holds it up")]
    return [
        (name, finding)
        for name, task in tasks.items()
        for finding in (silence if task in late else task.result())
    ]


async def _found(check: Check, settings: Settings) -> Sequence[Finding]:
    """A check that breaks is a finding; its message might hold what nobody should read, so its kind must do."""
    try:
        return await check(settings)
    except Exception as problem:
        return [fail(f"the check itself broke: {type(problem).__name__}", "please report this")]
