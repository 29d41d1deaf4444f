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
    return TokenSource(app_id="wx1", cache=cache or MemoryCache(), fetch=issuer)


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
