"""`Ephemeral` in Redis, for many processes. Time limits are short: what is kept here may be lost, answers may not be late.

While Redis is away, a process remembers for itself: duplicates are still known where they arrive, and writing commands are guarded by
the database anyway. What was kept so is forgotten when Redis is back.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError

from models.base.ephemeral import Ephemeral, MemoryEphemeral

PREFIX = "shimin:"
# For commands that go together, and for reaching Redis.
SECONDS = 0.5
# After a failure Redis is left alone for so long: each message would wait for its time limit.
AWAY_SECONDS = 1.0
Answer = TypeVar("Answer")
log = structlog.get_logger()


@dataclass(slots=True)
class _Command:
    words: tuple[Any, ...]
    answer: asyncio.Future[Any] | None = None


class RedisEphemeral:
    """Keys under `shimin:`. Commands that come up while others are on their way go together, in order, on one connection:
    a crossing costs more than a command.

    What is only kept (`put`, `delete`) is not waited for: whoever asks afterwards from here finds it. When Redis would not take it, the
    next call says so.
    """

    local = False
    away = False

    def __init__(self, url: str) -> None:
        pool = ConnectionPool.from_url(
            url,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            driver_info=None,  # else each new connection looks up its own version on disk
        )
        # Its own pipeline watches the time of each answer and tells a meter of each batch: twice what the batch itself costs.
        self._connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        self._waiting: list[_Command] = []
        self._sending: asyncio.Task[None] | None = None
        self._trouble: Exception | None = None

    async def get(self, key: str) -> bytes | None:
        value = await self._ask("GET", PREFIX + key)
        return value if isinstance(value, bytes) else None

    async def get_many(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        values: list[bytes | None] = await self._ask("MGET", *(PREFIX + key for key in keys))
        return values

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        self._tell("SET", PREFIX + key, value, "PX", _milliseconds(ttl))

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        return bool(await self._ask("SET", PREFIX + key, value, "PX", _milliseconds(ttl), "NX"))

    async def delete(self, key: str) -> None:
        self._tell("DEL", PREFIX + key)

    async def count(self, key: str, ttl: float) -> int:
        total = self._ask("INCR", PREFIX + key)
        self._tell("PEXPIRE", PREFIX + key, _milliseconds(ttl), "NX")
        return int(await total)

    async def close(self) -> None:
        """What is on its way arrives; then the connection is given back."""
        if self._sending:
            await asyncio.wait({self._sending})
        await self._connection.disconnect()

    def _ask(self, *words: Any) -> asyncio.Future[Any]:
        """The answer comes, or RedisError."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._tell(*words, answer=answer)
        return answer

    def _tell(self, *words: Any, answer: asyncio.Future[Any] | None = None) -> None:
        """Send a command. Raises what stood against one that nobody waited for."""
        if trouble := self._trouble:
            self._trouble = None
            raise trouble
        self._waiting.append(_Command(words, answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        """Until nothing waits. Whatever ends it, nobody is left waiting, and the next command begins anew."""
        commands: list[_Command] = []
        try:
            while self._waiting:
                commands, self._waiting = self._waiting, []
                try:
                    answers = await self._send_together(commands)
                except Exception as problem:
                    answers = [problem] * len(commands)
                for command, answer in zip(commands, answers, strict=True):
                    self._give(command, answer)
        finally:
            self._sending = None
            left, self._waiting = (*commands, *self._waiting), []
            for command in left:
                if command.answer and not command.answer.done():
                    command.answer.set_exception(ConnectionLost("given up before it answered"))

    async def _send_together(self, commands: Sequence[_Command]) -> list[Any]:
        """An answer or Redis' refusal for each. A connection that Redis closed while nothing was asked is replaced, once."""
        packed = self._connection.pack_commands([command.words for command in commands])
        idle = self._connection.is_connected
        try:
            return await self._exchange(packed, len(commands))
        except ConnectionLost:
            if not idle:
                raise
            return await self._exchange(packed, len(commands))

    async def _exchange(self, packed: list[bytes], count: int) -> list[Any]:
        try:
            async with asyncio.timeout(SECONDS):
                await self._connection.send_packed_command(packed)
                return [await self._answer() for _ in range(count)]
        except BaseException:  # answers may be on their way which nobody must take for others
            await self._connection.disconnect(nowait=True)
            raise

    async def _answer(self) -> Any:
        try:
            return await self._connection.read_response(timeout=math.inf)
        except ResponseError as refusal:
            return refusal

    def _give(self, command: _Command, answer: Any) -> None:
        trouble = answer if isinstance(answer, Exception) else None
        if command.answer is None:
            self._trouble = trouble or self._trouble
        elif command.answer.done():  # whoever asked has gone
            return
        elif trouble:
            command.answer.set_exception(trouble)
        else:
            command.answer.set_result(answer)


class ForgivingEphemeral:
    """A remote one while it answers, else this process's own. Its faults are never the caller's."""

    local = False

    def __init__(
        self, remote: Ephemeral, own: Ephemeral, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._remote = remote
        self._own = own
        self._monotonic = monotonic
        self._away_until = 0.0

    @property
    def away(self) -> bool:
        return self._monotonic() < self._away_until

    async def get(self, key: str) -> bytes | None:
        return await self._either(lambda store: store.get(key))

    async def get_many(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        return await self._either(lambda store: store.get_many(keys))

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        await self._either(lambda store: store.put(key, value, ttl))

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        return await self._either(lambda store: store.add(key, value, ttl))

    async def delete(self, key: str) -> None:
        await self._either(lambda store: store.delete(key))

    async def count(self, key: str, ttl: float) -> int:
        return await self._either(lambda store: store.count(key, ttl))

    async def _either(self, act: Callable[[Ephemeral], Awaitable[Answer]]) -> Answer:
        if self._monotonic() >= self._away_until:
            try:
                return await act(self._remote)
            except (RedisError, OSError) as problem:
                self._away_until = self._monotonic() + AWAY_SECONDS
                log.warning("redis_away", problem=type(problem).__name__)
        return await act(self._own)


def forgiving(redis: RedisEphemeral) -> Ephemeral:
    """Redis, with this process's memory for the time it is away."""
    return ForgivingEphemeral(redis, MemoryEphemeral())


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))
