"""One token for all, asked for once however many want it."""

import asyncio

import pytest

from bot.wechat.tokens import TokenSource
from tests.wechat.platform import MemoryCache


class Issuer:
    """Hands out token-1, token-2, ... after a moment in which others can queue up."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.asked = 0

    async def __call__(self) -> tuple[str, float]:
        self.asked += 1
        await asyncio.sleep(0)
        return self.tokens.pop(0), 7200.0


def source(issuer: Issuer, cache: MemoryCache | None = None) -> TokenSource:
    return TokenSource(app_id="wx1", cache=MemoryCache() if cache is None else cache, fetch=issuer)


async def test_ten_callers_make_one_fetch():
    issuer = Issuer("a")
    tokens = source(issuer)
    assert await asyncio.gather(*(tokens.get() for _ in range(10))) == ["a"] * 10
    assert issuer.asked == 1


async def test_ten_refusals_of_one_token_make_one_fetch():
    issuer = Issuer("a", "b")
    tokens = source(issuer)
    stale = await tokens.get()
    assert await asyncio.gather(*(tokens.renew(stale) for _ in range(10))) == ["b"] * 10
    assert issuer.asked == 2


async def test_a_fetch_that_brings_the_same_token_is_not_repeated_by_those_who_waited():
    issuer = Issuer("a", "a")
    tokens = source(issuer)
    stale = await tokens.get()
    assert await asyncio.gather(*(tokens.renew(stale) for _ in range(10))) == ["a"] * 10
    assert issuer.asked == 2


async def test_another_process_renewed_it_already():
    cache, issuer = MemoryCache(), Issuer("a", "b")
    here, there = source(issuer, cache), source(issuer, cache)
    stale = await here.get()
    assert await there.renew(stale) == "b"
    assert await here.renew(stale) == "b"
    assert issuer.asked == 2


@pytest.mark.parametrize(
    ("lifetime", "kept"),
    [
        pytest.param(7200.0, 6900.0, id="five minutes before its end"),
        pytest.param(120.0, 1.0, id="a token at its end is hardly kept"),
    ],
)
async def test_how_long_a_token_is_kept(lifetime, kept):
    async def fetch() -> tuple[str, float]:
        return "a", lifetime

    cache = MemoryCache()
    await TokenSource(app_id="wx1", cache=cache, fetch=fetch).get()
    assert (cache.values, cache.ttl) == ({"wechat:token:wx1": b"a"}, kept)


async def test_a_failed_fetch_reaches_the_caller_and_the_next_one_tries_again():
    tokens = source(Issuer())
    for _ in range(2):
        with pytest.raises(IndexError):
            await tokens.get()


class AwayCache(MemoryCache):
    """A shared cache that nobody reaches."""

    async def get(self, key: str) -> bytes | None:
        raise ConnectionError

    async def put(self, key: str, value: bytes, ttl: float) -> None:
        raise ConnectionError

    async def add(self, key: str, value: bytes, ttl: float) -> bool:
        raise ConnectionError

    async def delete(self, key: str) -> None:
        raise ConnectionError


class SlowIssuer(Issuer):
    """Takes longer than it takes others to come and look."""

    async def __call__(self) -> tuple[str, float]:
        self.asked += 1
        await asyncio.sleep(0.02)
        return self.tokens.pop(0), 7200.0


async def test_of_two_processes_one_fetches():
    cache, issuer = MemoryCache(), SlowIssuer("a")
    here, there = source(issuer, cache), source(issuer, cache)
    assert list(await asyncio.gather(here.get(), there.get(), here.get())) == ["a"] * 3
    assert issuer.asked == 1
    assert cache.values == {"wechat:token:wx1": b"a"}, "the lock is given back"


async def test_of_two_processes_one_renews():
    cache, issuer = MemoryCache(), SlowIssuer("a", "b")
    here, there = source(issuer, cache), source(issuer, cache)
    stale = await here.get()
    assert list(await asyncio.gather(here.renew(stale), there.renew(stale))) == ["b"] * 2
    assert issuer.asked == 2


async def test_the_same_token_again_is_taken_by_the_other_process_too():
    cache, issuer = MemoryCache(), SlowIssuer("a", "a")
    here, there = source(issuer, cache), source(issuer, cache)
    stale = await here.get()
    assert list(await asyncio.gather(here.renew(stale), there.renew(stale))) == ["a"] * 2
    assert issuer.asked == 2


@pytest.mark.parametrize(
    "patience",
    [
        pytest.param(0.0, id="at once"),
        pytest.param(0.06, id="after a look"),
    ],
)
async def test_a_process_that_died_holding_the_lock_is_not_waited_for_for_ever(patience):
    cache, issuer = MemoryCache(), Issuer("a")
    await cache.put("wechat:token:wx1:lock", b"1", 10.0)
    tokens = TokenSource(app_id="wx1", cache=cache, fetch=issuer, patience=patience)
    assert await tokens.get() == "a"


async def test_when_the_other_process_brings_nothing_we_ask_ourselves():
    class Unlucky(SlowIssuer):
        async def __call__(self) -> tuple[str, float]:
            await super().__call__()
            raise TimeoutError

    cache, issuer = MemoryCache(), Issuer("a")
    there, here = source(Unlucky("x"), cache), source(issuer, cache)
    failed, token = await asyncio.gather(there.get(), here.get(), return_exceptions=True)
    assert (type(failed), token) == (TimeoutError, "a")


async def test_while_the_cache_is_away_each_process_keeps_a_token_of_its_own():
    cache, issuer = AwayCache(), Issuer("a", "b", "c")
    here, there = source(issuer, cache), source(issuer, cache)
    assert [await here.get(), await here.get(), await there.get(), await here.renew("a")] == list("aabc")
    assert issuer.asked == 3


async def test_another_process_fetched_just_before_our_lock():
    class Quicker(MemoryCache):
        async def add(self, key: str, value: bytes, ttl: float) -> bool:
            await self.put("wechat:token:wx1", b"b", 7200.0)
            return await super().add(key, value, ttl)

    issuer = Issuer()
    assert await source(issuer, Quicker()).get() == "b"
    assert issuer.asked == 0
