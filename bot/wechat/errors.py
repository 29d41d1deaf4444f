"""Why a push from "WeChat" was turned away.

BadPush
|- Forged        not from WeChat, or not for us: signature, time, keys, app id, receiver
`- Unreadable    cannot be read: not XML, too large, too deep, bad base64, a field everything needs is missing
"""


class BadPush(Exception):
    """A push that must not be worked on. `reason` is one or two words for a counter; it holds nothing personal."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Forged(BadPush):
    """Nothing shows that this push comes from WeChat and is meant for this account."""


class Unreadable(BadPush):
    """The bytes do not make a message."""
