"""What is counted while it happens, named after it. This one counts nothing and costs nothing; `bot/metrics.py` has the one that does.

A label is a word of the code (a command's name, a channel, an outcome), never of a citizen.
"""


class Metrics:
    """The face, and what a process without a port for metrics has. No call here waits, fails or takes two microseconds."""

    def answered(self, command: str, seconds: float, outcome: str = "answered") -> None:
        """A message got its answer so long after it came in, `success` for the time being included."""

    def sent(self, channel: str, outcome: str, provider: str = "") -> None:
        """A provider was asked to take a notice, and said this."""

    def receipt(self, status: str) -> None:
        """A carrier told what became of a text."""

    def looped(self, late: float) -> None:
        """The event loop came so many seconds late to what was due."""
