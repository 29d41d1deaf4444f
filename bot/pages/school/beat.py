"""The page is seen and used: a beat a minute, each with the token of the one before. What it is worth is decided behind, in portions.

A forged token is refused, a repeated one counts as none; neither reaches the database. What a process has gathered and not written when it
is killed is lost: half a minute of reading, which is worth nothing outside the class.
"""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web

from bot.doors import Door
from bot.pages.press import PRESS, Press
from bot.pages.school import passes
from bot.pages.school.passes import Token
from bot.services import SERVICES
from models.base.db import Database
from models.base.errors import DatabaseAway, OutcomeUnknown
from models.base.ports import Malformed, Unauthentic
from models.schools import learning, learning_rules
from models.schools.learning_rules import Beat, Tally

FOLD_SECONDS = 10.0
MOST_GATHERED = 10_000
BEATS_A_MINUTE = 12  # of one person: some pages beside each other
MINUTE = 60.0

log = structlog.get_logger()


class Gathering:
    """Beats of many readers, written together some seconds after the first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._beats: list[Beat] = []
        self._later: asyncio.Task[None] | None = None

    def add(self, beat: Beat) -> None:
        """To be written soon; what is too much is dropped."""
        if len(self._beats) < MOST_GATHERED:
            self._beats.append(beat)
        if self._later is None:
            self._later = asyncio.create_task(self._write_later())

    async def write(self) -> None:
        """What there is, in one unit of work. What cannot be written now is not kept: it would be counted for less and less."""
        beats, self._beats = self._beats, []
        if not beats:
            return
        try:
            async with self._database.begin("page:school") as work:
                await learning.record(work, beats)
        except (DatabaseAway, OutcomeUnknown) as problem:
            log.warning("beats_lost", count=len(beats), problem=str(problem))

    async def close(self) -> None:
        """Write what is left."""
        if self._later is not None:
            self._later.cancel()
        await self.write()

    async def _write_later(self) -> None:
        await asyncio.sleep(FOLD_SECONDS)
        self._later = None
        await self.write()


GATHERING = web.AppKey("gathering", Gathering)


async def gathering(app: web.Application) -> AsyncIterator[None]:
    """As long as the application runs."""
    app[GATHERING] = Gathering(app[SERVICES].database)
    yield
    await app[GATHERING].close()


def door(press: Press) -> Door[tuple[Token, bool]]:
    """`POST /school/beat` with `{"token", "read"}`: the token lets in. Not `read`: the page was away, and only wants a new token."""
    return Door(_let_in, _beat, lambda status, _: press.data({}, status))


async def _let_in(request: web.Request) -> tuple[Token, bool]:
    try:
        said: Any = await request.json()
    except ValueError as problem:
        raise Malformed("no JSON") from problem
    if not isinstance(said, dict) or not isinstance(said.get("token"), str):
        raise Malformed("no token")
    token = passes.read_token(request, said["token"])
    if token is None:
        raise Unauthentic("not our token")
    return token, said.get("read") is True


async def _beat(request: web.Request, said: tuple[Token, bool]) -> web.Response:
    token, read = said
    press, services = request.app[PRESS], request.app[SERVICES]
    if await services.ephemeral.count(f"school.beats:{token.person_id}", MINUTE) > BEATS_A_MINUTE:
        return press.data({}, HTTPStatus.TOO_MANY_REQUESTS)
    database = services.database
    beat = Beat(
        database.wall.now(), token.since, token.person_id, token.update_id, database.civic.now().date()
    )
    caps = database.city.tariff.school.learning
    if read and learning_rules.worth(beat, Tally(), caps) and await _is_first(request, token):
        request.app[GATHERING].add(beat)
    return press.data({"token": passes.token(request, token.person_id, token.update_id)})


async def _is_first(request: web.Request, token: Token) -> bool:
    """Whether this token comes for the first time; after the longest beat it is worth nothing anyhow."""
    services = request.app[SERVICES]
    longest = services.database.city.tariff.school.learning.longest_beat_seconds
    name = f"school.beat:{token.person_id}.{token.update_id}.{token.since.timestamp()}"
    return await services.ephemeral.add(name, b"1", longest)
