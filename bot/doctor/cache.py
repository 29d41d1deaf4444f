"""Redis, where it is set."""

from collections.abc import Sequence

from bot.doctor.finding import Finding, fail, ok
from bot.settings import Settings

SECONDS = 3.0


async def look(settings: Settings) -> Sequence[Finding]:
    """Does it answer a PING?"""
    if not settings.redis_url:
        return [ok("not set: right for one process; several need SHIMIN_REDIS_URL")]
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    redis = Redis.from_url(settings.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    try:
        await redis.ping()
    except (RedisError, OSError) as problem:
        kind = type(problem).__name__
        return [fail(f"does not answer ({kind})", "check SHIMIN_REDIS_URL, and that Redis is running")]
    finally:
        await redis.aclose()
    return [ok("answers")]
