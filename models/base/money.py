"""Money is integer fen everywhere (100 fen = 1 yuan); `Fen` marks an integer as money where it is shown."""

import re

FEN_PER_YUAN = 100
# As people write an amount; more than seven digits is none that a fine has.
YUAN = re.compile(r"[¥￥]? ?([0-9]{1,7})(?:\.([0-9]{1,2}))? ?(?:元|yuan|块|rmb)?", re.IGNORECASE)


class Fen(int):
    """An amount in fen. Arithmetic gives plain integers; wrap again where the sum is shown."""

    def __str__(self) -> str:
        """`¥200.00`; a thousand and more stay without separators, as on a Chinese receipt."""
        sign = "-" if self < 0 else ""
        return f"{sign}¥{abs(int(self)) // FEN_PER_YUAN}.{abs(int(self)) % FEN_PER_YUAN:02d}"


def yuan(amount: int) -> Fen:
    """Whole yuan as fen."""
    return Fen(amount * FEN_PER_YUAN)


def percent(amount: int, rate: int) -> int:
    """`rate` percent of an amount of fen, rounded down to the fen."""
    return amount * rate // 100


def read_yuan(text: str) -> int | None:
    """Fen, of an amount in yuan as people write it (`50`, `50.5`, `¥50.00`, `50元`); None for what is none, or nothing."""
    found = YUAN.fullmatch(text.strip())
    if not found or not found[1].isascii():
        return None
    return int(found[1]) * FEN_PER_YUAN + int((found[2] or "").ljust(2, "0")) or None


def written(fen: int) -> str:
    """An amount in yuan as `read_yuan` reads it: `50.00`."""
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"
