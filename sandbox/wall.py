"""The sandbox's clock and its patience. Everything here lives in wall time; the town's movable clock is the service's."""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def seconds() -> float:
    """Seconds since 1970."""
    return time.time()


def now() -> datetime:
    """The aware instant, in the offset in which Chinese providers write their times."""
    return datetime.now(CHINA)


def stamp() -> str:
    """`now` as RFC 3339, to the millisecond."""
    return now().isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the providers wait and when they try again, in seconds. The defaults are the official ones."""

    push_wait: float = 5.0  # WeChat waits so long for a reply
    push_tries: int = 4  # the first and three retries
    receipt_delay: float = 0.2  # from a text's submission to its receipt
    receipt_repeats: tuple[float, ...] = (60, 300, 600)
    bill_from: float = 10 * 3600  # seconds of the day after, from which on a day's bill is there
    bill_lives: float = 300.0  # its address does, and then has to be asked for again
    refund_delay: float = 1.0  # from a refund's request to its arrival; a bank takes days
    notice_wait: float = 5.0  # for the answer to a receipt or a payment notification
    notice_repeats: tuple[float, ...] = (
        *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800),
        *(3600, 10800, 10800, 10800, 21600, 21600),
    )

    def with_bills(self, bill_from: float, lives: float = 300.0) -> "Timing":
        """The same with bills made at another time."""
        return replace(self, bill_from=bill_from, bill_lives=lives)
