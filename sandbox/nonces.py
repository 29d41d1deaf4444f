"""Numbers used once: a signed call that comes again is refused."""

KEEP = 1800.0  # longer than any wire accepts a timestamp (Aliyun: 15 minutes to either side)


class Nonces:
    """Remembers (wire, nonce) pairs for KEEP seconds."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], float] = {}

    def first_time(self, wire: str, nonce: str, now: float) -> bool:
        """Is this the first use of the nonce on the wire, `now` in seconds since 1970?

        It is used up by asking, so verify the signature before.
        """
        self._forget(now)
        if (wire, nonce) in self._seen:
            return False
        self._seen[wire, nonce] = now
        return True

    def _forget(self, now: float) -> None:
        """Oldest first: a dict keeps the order of arrival."""
        while self._seen and (oldest := next(iter(self._seen.items())))[1] < now - KEEP:
            del self._seen[oldest[0]]
