"""How often the account's service may call each interface in a day of China's; counted since the sandbox started."""

from collections import Counter
from datetime import date, datetime

from sandbox import wall

# An ordinary service account's, as its console shows them; what is not named here has the last.
DAILY = {
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/getcallbackip": 10_000,
}
USUAL = 100_000
CLEARINGS = 10  # a month


class Quotas:
    """Calls of the day by their path."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._used: Counter[str] = Counter()
        self._cleared: Counter[str] = Counter()

    def take(self, path: str, now: float) -> bool:
        """Count one call; False when the day's are used up."""
        if self.left(path, now) < 1:
            return False
        self._used[path] += 1
        return True

    def limit(self, path: str) -> int:
        """Calls a day."""
        return DAILY.get(path, USUAL)

    def left(self, path: str, now: float) -> int:
        """Calls that are left today."""
        day = _day(now)
        if day != self._day:
            self._day = day
            self._used.clear()
        return self.limit(path) - self._used[path]

    def clear(self, now: float) -> bool:
        """Begin the day anew; False when that was done too often this month."""
        month = f"{_day(now):%Y-%m}"
        if self._cleared[month] >= CLEARINGS:
            return False
        self._cleared[month] += 1
        self._used.clear()
        return True


def _day(now: float) -> date:
    return datetime.fromtimestamp(now, wall.CHINA).date()
