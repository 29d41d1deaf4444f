"""Money is integer fen everywhere (100 fen = 1 yuan); `Fen` marks an integer as money where it is shown."""

FEN_PER_YUAN = 100


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
