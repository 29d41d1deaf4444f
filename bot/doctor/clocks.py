"""Our clock against those of WeChat and WeChat Pay, which refuse what was signed more than 300 seconds away."""

import asyncio
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

import aiohttp

from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings

WARN_SECONDS, FAIL_SECONDS = 60.0, 300.0
MEND = "let NTP set this machine's clock"


async def look(settings: Settings) -> Sequence[Finding]:
    """The `Date` of an answer, whatever the answer is."""
    hosts = {"WeChat": settings.wechat.api_base, "WeChat Pay": settings.pay.api_base}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        return await asyncio.gather(*(_compare(session, name, url) for name, url in hosts.items()))


async def _compare(session: aiohttp.ClientSession, name: str, url: str) -> Finding:
    try:
        async with session.get(url, allow_redirects=False) as response:
            theirs = parsedate_to_datetime(response.headers["Date"]).timestamp()
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError):
        return warn(f"{name} does not tell the time", "check the way out to it")
    ahead = time.time() - theirs
    says = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} {name}"
    if abs(ahead) > FAIL_SECONDS:
        return fail(f"{says}: signatures are refused", MEND)
    return warn(says, MEND) if abs(ahead) > WARN_SECONDS else ok(f"with {name} within a minute")
