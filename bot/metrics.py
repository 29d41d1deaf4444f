"""What `/metrics` tells (docs/operators.md says what to watch and from which figure on).

Labels are words of the code. One that would take too many values counts as `other`, whoever passed it.
"""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from models.base.metrics import Metrics
from models.base.ports import Outcome, ReceiptStatus
from models.post.notices import Channel

LATE_SECONDS = 4.0
MOST_VALUES = 500
OTHER = "other"
ANSWERED = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, LATE_SECONDS, 5.0)
LOOPED = (0.001, 0.005, 0.025, 0.1, 0.5, 2.0)


class Words:
    """A counter by labels, found faster than by the library's own way, and never for more than `MOST_VALUES` of them."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._known: dict[tuple[str, ...], Counter] = {}

    def count(self, *labels: str) -> None:
        """One more."""
        known = self._known.get(labels)
        (known if known is not None else self.of(*labels)).inc()

    def of(self, *labels: str) -> Counter:
        """The counter with these labels, from now on among what is told."""
        if labels not in self._known and len(self._known) >= MOST_VALUES:
            labels = (OTHER,) * len(labels)
        return self._known.setdefault(labels, self._counter.labels(*labels))


class Prometheus(Metrics):
    """Counts as it happens, and keeps the gauges that `bot/watch.py` reads from the database."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            "shimin_answer_seconds",
            "From a message to its answer on the wire.",
            buckets=ANSWERED,
            registry=self.registry,
        )
        self._late = self._counter("answers_late", "Answers that took longer than four seconds.")
        self._loop = Histogram(
            "shimin_loop_lag_seconds",
            "How late the event loop came to a timer.",
            buckets=LOOPED,
            registry=self.registry,
        )
        self._messages = Words(self._counter("messages", "Messages answered.", "command", "outcome"))
        sends = self._counter("sends", "What providers said to a notice.", "channel", "provider", "outcome")
        self._sends = Words(sends)
        self._receipts = Words(self._counter("receipts", "What carriers told of texts.", "status"))
        self._begin_at_zero()
        self.due = self._gauge("notices_due", "Notices due and not sent, counted up to 100000.")
        self.oldest_due = self._gauge(
            "notice_oldest_due_seconds", "How long the oldest of them has been due."
        )
        self.imbalance = self._gauge(
            "ledger_imbalance_fen", "Orders, payments and postings apart: 0, always."
        )
        self.bill_differences = self._gauge(
            "bill_differences",
            "Differences between WeChat Pay's bills and our books that nobody has dealt with.",
        )
        self.wallet_differences = self._gauge(
            "wallet_differences", "Locks that we hold and the wallet does not, that nobody has dealt with."
        )
        self.wallet_compared = self._gauge(
            "wallet_compared_timestamp_seconds", "When what the wallet holds was last compared; 0: never."
        )
        self.leading = self._gauge("scheduler_leading", "1 in the process whose scheduler leads.")
        self.lease = self._gauge("scheduler_lease_seconds", "How long the lead still lasts, whoever has it.")
        self.redis_away = self._gauge("redis_away", "1 while this process remembers for itself.")
        self.looked = self._gauge("watched_timestamp_seconds", "When the gauges from the database were read.")
        self._lag = Gauge(
            "shimin_job_lag_seconds",
            "How long a job has been due and not run.",
            ["job"],
            registry=self.registry,
        )

    def answered(self, command: str, seconds: float, outcome: str = "answered") -> None:
        """1.8 us, the dearest of them."""
        self._seconds.observe(seconds)
        if seconds > LATE_SECONDS:
            self._late.inc()
        self._messages.count(command, outcome)

    def sent(self, channel: str, outcome: str, provider: str = "") -> None:
        self._sends.count(channel, provider or channel, outcome)

    def receipt(self, status: str) -> None:
        self._receipts.count(status)

    def looped(self, late: float) -> None:
        self._loop.observe(late)

    def lagging(self, jobs: Mapping[str, float]) -> None:
        """How many seconds each job is behind."""
        for job, seconds in jobs.items():
            self._lag.labels(job).set(seconds)

    def ask_for_connections(self, in_use: Callable[[], int]) -> None:
        """How many of the database's connections somebody holds; asked while it is told."""
        held = self._gauge("database_connections_in_use", "Connections that somebody holds now.")
        held.set_function(in_use)

    def told(self) -> bytes:
        """All of it, in Prometheus' text format (reads files of /proc)."""
        return generate_latest(self.registry)

    def _begin_at_zero(self) -> None:
        """An alert on an increase misses the first one of a series that was not there before."""
        for status in ReceiptStatus:
            self._receipts.of(status.value)
        for channel in Channel:
            for outcome in Outcome:
                self._sends.of(channel.value, channel.value, outcome.value)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(f"shimin_{name}", says, labels, registry=self.registry)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"shimin_{name}", says, registry=self.registry)
