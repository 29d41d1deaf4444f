"""Numbers and names that the service gives out; seeded in tests, from the system's randomness otherwise."""

import secrets
import string
from random import Random

from stdnum import damm

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
BASE32 = string.ascii_uppercase + "234567"  # no 0 or 1, which are read as letters
ALPHANUMERIC = string.ascii_uppercase + string.digits


class Ids:
    """A source of identifiers."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or secrets.SystemRandom()

    def case_no(self) -> str:
        """12 digits, the last one a Damm check digit, so that a mistyped number is never another citizen's case."""
        body = str(self._random.randint(1, 9)) + self.digits(10)
        return body + damm.calc_check_digit(body)

    def order_no(self) -> str:
        """32 of `[0-9A-Z]`: WeChat Pay's longest out_trade_no."""
        return self._letters(32)

    def ticket_no(self) -> str:
        """6 letters and digits, to be read out on the phone."""
        return "".join(self._random.choices(READABLE, k=6))

    def join_code(self) -> str:
        """8 letters and digits, to be typed off a sheet of paper: 40 bits, for what must not be found by trying."""
        return "".join(self._random.choices(READABLE, k=8))

    def code_body(self) -> str:
        """10 letters and digits of base32: 50 bits of a code that a mark follows (`Links.code`)."""
        return "".join(self._random.choices(BASE32, k=10))

    def reference(self) -> str:
        """20 letters and digits, for other systems."""
        return self._letters(20)

    def digits(self, count: int) -> str:
        """Digits, leading zeros included."""
        return f"{self._random.randrange(10**count):0{count}d}"

    def _letters(self, count: int) -> str:
        return "".join(self._random.choices(ALPHANUMERIC, k=count))


def is_case_no(text: str) -> bool:
    """12 digits with a right check digit."""
    return len(text) == 12 and text.isascii() and text.isdigit() and damm.is_valid(text)
