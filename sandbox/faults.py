"""Mishaps on order: what goes wrong with the next calls or notices on a wire.

Calls of the service are sms, pay, wallet, sim and wechat_api; notices to it sms_receipt, wechat_receipt, pay_notify and
wechat_push. The next bill of WeChat Pay (bill) may be `none` (no statement exists), `hash` (another hash than the file's) or `torn`
(the file breaks off). The next refund (refund) may end as `closed` or `abnormal`.

|        | a call                                               | a notice                                                      |
|--------|------------------------------------------------------|---------------------------------------------------------------|
| fail   | refused with 500 (wechat_api: errcode -1), no effect | receipts: not delivered, says so; others: first badly signed  |
| late   | takes effect and is answered after `seconds`         | sent `seconds` later                                          |
| drop   | takes effect, then the connection is closed          | never sent (wechat_push: sent, but the first answer is lost)  |
| repeat | -                                                    | sent once more after it was taken                             |
"""

from collections import defaultdict, deque
from dataclasses import dataclass

CALLS = frozenset({"sms", "pay", "wallet", "sim", "wechat_api"})
NOTICES = frozenset({"sms_receipt", "wechat_receipt", "pay_notify", "wechat_push"})
CALL_FAULTS = frozenset({"fail", "late", "drop"})
NOTICE_FAULTS = CALL_FAULTS | {"repeat"}
OF_THEIR_OWN = {"bill": frozenset({"none", "hash", "torn"}), "refund": frozenset({"closed", "abnormal"})}


@dataclass(frozen=True, slots=True)
class Fault:
    """One mishap; `seconds` is how late "late" is. The empty `what` means that nothing goes wrong."""

    what: str = ""
    seconds: float = 0.0


class Faults:
    """The mishaps ordered and not yet used up, first ordered first used."""

    def __init__(self) -> None:
        self._ordered: dict[str, deque[Fault]] = defaultdict(deque)

    def order(self, wire: str, fault: Fault, times: int) -> None:
        """Let it happen `times` times. Raises ValueError when the wire has no such fault."""
        possible = (
            CALL_FAULTS if wire in CALLS else NOTICE_FAULTS if wire in NOTICES else OF_THEIR_OWN.get(wire)
        )
        if possible is None:
            raise ValueError(
                f"wire must be one of {', '.join(sorted(CALLS | NOTICES | OF_THEIR_OWN.keys()))}"
            )
        if fault.what not in possible:
            raise ValueError(f"what must be one of {', '.join(sorted(possible))} on {wire}")
        self._ordered[wire].extend([fault] * times)

    def take(self, wire: str) -> Fault:
        """The mishap of the next call or notice on this wire."""
        ordered = self._ordered[wire]
        return ordered.popleft() if ordered else Fault()

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._ordered.clear()
