"""What a city needs, from what was measured: processes, rows, disk.

    python -m benchmarks.capacity --web 2600 --notices 500 --imports 10000       the table of docs/capacity.md
    SHIMIN_BENCH_DATABASE_URL=... python -m benchmarks.capacity --measure-rows   bytes per row, with its indexes, on PostgreSQL

`--web`: messages a second on one core. `--notices`: notices a second of one worker, end to end. `--imports`: violations a second.
"""

import argparse
import asyncio
from dataclasses import dataclass
from math import ceil

from sqlalchemy import text

CITIES = (1_000_000, 5_000_000, 20_000_000)
DAY = 86_400
YEAR = 365
RUSH_SECONDS = 600
GB = 10**9


@dataclass(frozen=True, slots=True)
class Assumed:
    """A city's habits; each is to be replaced by the city's own figure as soon as there is one."""

    bound: float = 0.4  # of the residents have bound the account
    messages: float = 0.05  # a bound resident and day: one in twenty days
    peak: float = 10.0  # the busiest second of a day against its mean
    rush: float = 0.02  # of the bound residents write within ten minutes: something was in the news
    cases: float = 0.4  # a resident and year
    notices: float = 4.0  # a case: record, decision, a reminder, the receipt
    events: float = 6.0  # audit events a case
    paid: float = 0.9  # of the cases, one order each
    busiest_hour: float = 0.3  # of a day's notices: what waited for the morning
    filled: float = 0.6  # of what is measured a process is asked for, no more
    bloat: float = 1.4  # rows that were changed, and indexes between two vacuums


@dataclass(frozen=True, slots=True)
class Measured:
    """Rates of one process, rows a second, and bytes of a row with its indexes."""

    web: float
    notices: float
    imports: float
    person: int = 618
    vehicle: int = 357
    case: int = 307
    outbox: int = 701
    event: int = 344
    order: int = 806


@dataclass(frozen=True, slots=True)
class Needed:
    """By one city."""

    residents: int
    messages_at_peak: float
    web: int
    notices_a_day: float
    notices_at_peak: float
    workers: int
    cases_a_day: float
    import_seconds: float
    registers_gb: float
    gb_a_year: float

    @property
    def connections(self) -> int:
        """PostgreSQL's `max_connections`: at most 40 a process, two schedulers, and some for people."""
        return 40 * (self.web + self.workers + 2) + 20


def needed(residents: int, assumed: Assumed, measured: Measured) -> Needed:
    """The formulas of docs/capacity.md. Never fewer than two of anything: one may be away."""
    bound = residents * assumed.bound
    messages = max(bound * assumed.messages / DAY * assumed.peak, bound * assumed.rush / RUSH_SECONDS)
    cases = residents * assumed.cases / YEAR
    notices = cases * assumed.notices
    at_peak = notices * assumed.busiest_hour / 3600
    a_case = (
        measured.case
        + assumed.notices * measured.outbox
        + assumed.events * measured.event
        + assumed.paid * measured.order
    )
    registers = residents * (measured.person + measured.vehicle / 2)
    return Needed(
        residents=residents,
        messages_at_peak=messages,
        web=max(2, ceil(messages / (measured.web * assumed.filled))),
        notices_a_day=notices,
        notices_at_peak=at_peak,
        workers=max(2, ceil(at_peak / (measured.notices * assumed.filled))),
        cases_a_day=cases,
        import_seconds=cases / measured.imports,
        registers_gb=registers * assumed.bloat / GB,
        gb_a_year=cases * YEAR * a_case * assumed.bloat / GB,
    )


def table(cities: list[Needed]) -> str:
    """In Markdown."""
    rows = [
        ("residents", [f"{each.residents:,}" for each in cities]),
        ("messages in the busiest second", [f"{each.messages_at_peak:,.0f}" for each in cities]),
        ("web processes, a core each", [f"{each.web}" for each in cities]),
        ("cases a day", [f"{each.cases_a_day:,.0f}" for each in cities]),
        ("notices a day", [f"{each.notices_a_day:,.0f}" for each in cities]),
        ("notices a second in the busiest hour", [f"{each.notices_at_peak:,.1f}" for each in cities]),
        ("workers", [f"{each.workers}" for each in cities]),
        ("import of a day's cases, seconds", [f"{each.import_seconds:,.0f}" for each in cities]),
        ("PostgreSQL's max_connections", [f"{each.connections}" for each in cities]),
        ("registers on disk, GB", [f"{each.registers_gb:,.1f}" for each in cities]),
        ("growth a year, GB", [f"{each.gb_a_year:,.0f}" for each in cities]),
    ]
    head, *body = (f"| {name} | {' | '.join(cells)} |" for name, cells in rows)
    return "\n".join((head, f"|---|{'---|' * len(cities)}", *body))


ROWS = 100_000
# What a case leaves behind, beside its own row (benchmarks/registers.py) and its notices (benchmarks/claims.py).
LEFT = (
    (
        "INSERT INTO audit_events (at, actor, action, subject, person_id, details)"
        " SELECT recorded_at, 'api:K3A7QX2M', 'case.recorded', 'case ' || number, liable_id, '{}' FROM cases"
    ),
    "INSERT INTO audit_links (number, event_id, hash) SELECT id, id, sha256(id::text::bytea) FROM audit_events",
    (
        "INSERT INTO payment_orders (number, case_number, openid, total, surcharge, state, handle, expires_at, made_at)"
        " SELECT rpad(number, 32, 'A'), number, 'oBenchmark' || lpad(number, 18, '0'), 20000, 0, 'paid', 'wx' || md5(number),"
        " recorded_at, recorded_at FROM cases"
    ),
    (
        "INSERT INTO payment_parts (order_number, case_number, position, principal, surcharge, whole,"
        " paid_on, paid_principal, paid_surcharge, surplus)"
        " SELECT rpad(number, 32, 'A'), number, 0, 20000, 0, true, handle_by, 20000, 0, 0 FROM cases"
    ),
    (
        "INSERT INTO payments (transaction_id, order_number, case_number, amount, surplus, paid_at, booked_at)"
        " SELECT rpad(number, 28, '4'), rpad(number, 32, 'A'), number, 20000, 0, recorded_at, recorded_at FROM cases"
    ),
    (
        "INSERT INTO fine_postings (from_account, to_account, amount, day, reason, reference, at)"
        " SELECT 'fine:' || number, 'treasury', 20000, handle_by, 'payment', rpad(number, 28, '4'), recorded_at FROM cases"
    ),
)
TOGETHER = {
    "person": ("people", "chat_accounts", "licences"),
    "vehicle": ("vehicles", "ownerships"),
    "case": ("cases",),
    "outbox": ("outbox",),
    "event": ("audit_events", "audit_links"),
    "order": ("payment_orders", "payment_parts", "payments", "fine_postings"),
}
SIZE = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")


async def measure_rows() -> None:
    """Print the bytes of a row of each kind: heap, indexes and what is kept beside, freshly written."""
    from benchmarks.claims import fill_outbox
    from benchmarks.scratch import scratch

    async with scratch("capacity") as (database, _):
        await fill_outbox(database, ROWS)
        async with database.begin("benchmark", patience=600) as work:
            for statement in LEFT:
                await work.run(text(statement))
        async with database.read(patience=600) as work:
            await work.run(text("VACUUM ANALYZE"))
            for kind, tables in TOGETHER.items():
                print(f"{kind:<8}{await _bytes(work, tables):>7,} bytes  {' + '.join(tables)}")


async def _bytes(work, tables: tuple[str, ...]) -> int:
    total = 0.0
    for name in tables:
        rows = await work.scalar(text(f"SELECT count(*) FROM {name}"))
        total += await work.scalar(SIZE, {"name": name}) / rows if rows else 0
    return round(total)


def main() -> None:
    """One or the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--measure-rows", action="store_true")
    for rate in ("web", "notices", "imports"):
        parser.add_argument(f"--{rate}", type=float)
    asked = parser.parse_args()
    if asked.measure_rows:
        asyncio.run(measure_rows())
    elif asked.web and asked.notices and asked.imports:
        measured = Measured(asked.web, asked.notices, asked.imports)
        print(table([needed(city, Assumed(), measured) for city in CITIES]))
    else:
        parser.error("--web, --notices and --imports, or --measure-rows")


if __name__ == "__main__":
    main()
