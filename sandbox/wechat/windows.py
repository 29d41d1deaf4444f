"""In which windows the account may write to a citizen of its own accord (customer-service messages)."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.state import Bond

HOURS_48 = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Window:
    """What an act of the citizen allows: `messages` (None: any number) within `seconds`."""

    seconds: float
    messages: int | None


WINDOWS = {
    "message": Window(HOURS_48, 5),
    "click": Window(60.0, 3),
    "follow": Window(60.0, 3),
    "scan": Window(60.0, 3),
    "payment": Window(HOURS_48, None),
}
CLOSED, COUNT = 45015, 45047


class NotAllowed(Exception):
    """The account may not write now; `errcode` is WeChat's."""

    def __init__(self, errcode: int) -> None:
        super().__init__(str(errcode))
        self.errcode = errcode


def opened(bond: Bond, kind: str, now: float) -> Bond:
    """After an act of this kind at `now` (seconds since 1970); it renews an earlier window of its kind."""
    window = WINDOWS[kind]
    return replace(bond, windows=bond.windows | {kind: [now + window.seconds, window.messages]})


def spent(bond: Bond, now: float) -> Bond:
    """After one message of the account. Raises NotAllowed: no window is open (45015), or its messages are used (45047)."""
    live = {kind: window for kind, window in bond.windows.items() if window[0] > now}
    if not live:
        raise NotAllowed(CLOSED)
    usable = [kind for kind, (_, left) in live.items() if left is None or left > 0]
    if not usable:
        raise NotAllowed(COUNT)
    kind = min(usable, key=lambda kind: _worth(live[kind]))
    end, left = live[kind]
    return replace(bond, windows=live | {kind: [end, left if left is None else left - 1]})


def _worth(window: list[Any]) -> tuple[bool, float]:
    """What is spent first: an unlimited window before counted ones, then the one that ends soonest."""
    end, left = window
    return left is not None, float(end)
