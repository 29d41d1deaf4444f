"""Settings: they were read, or this check would not run; what is allowed and yet not for a city?"""

from collections.abc import Sequence

from bot.doctor.finding import Finding, ok, warn
from bot.settings import Settings


async def look(settings: Settings) -> Sequence[Finding]:
    """The demo's clock, a webhook that can be forged, addresses that only this machine reaches."""
    doubtful = []
    if settings.wechat.mode != "safe":
        doubtful.append(
            warn(
                f"SHIMIN_WECHAT__MODE is {settings.wechat.mode}: whoever sees one URL can forge any citizen",
                "choose safe mode at WeChat and here",
            )
        )
    if settings.demo is not None:
        doubtful.append(
            warn("the demo's movable clock is on", "for a city, unset SHIMIN_DEMO__CLOCK_KEY and _FILE")
        )
    if not settings.public_url.startswith("https://"):
        doubtful.append(
            warn("no phone reaches SHIMIN_PUBLIC_URL, a loopback address", "give it the public https:// one")
        )
    return doubtful or [ok("all there")]
