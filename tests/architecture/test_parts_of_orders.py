"""Orders that were there before they had parts get them: what a paid one took of its case, and what was surplus."""

import asyncio
from datetime import date

from sqlalchemy import Connection, text

from models import migrations
from tests.architecture.test_schema import alembic_reads_files, empty_url, told

__all__ = ["alembic_reads_files", "empty_url"]  # fixtures

BEFORE = "0005"
ORDERS = {"PAID": ("paid", 0), "SURPLUS": ("paid", 20600), "OPEN": ("open", None)}  # number: state, surplus
PARTS = (
    "SELECT order_number, principal, surcharge, paid_on, paid_principal, paid_surcharge, surplus"
    " FROM payment_parts WHERE whole AND position = 0 ORDER BY order_number"
)


def fill(connection: Connection) -> None:
    """A case that was paid late, by one of three orders; what it refers to is left out."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
    now = "2026-03-18 02:00:00+00" if connection.dialect.name == "postgresql" else "2026-03-18 02:00:00"
    case = {"number": "442012003481"}
    connection.execute(
        text(
            "INSERT INTO cases (number, authority, record_no, report_print, vehicle_id, liable_id, offence_id, occurred_at, place,"
            f" state, fine, points, recorded_at, handle_by, closed_on) VALUES (:number, '442000', 'R1', '{'x' * 32}', 1, 1, 1, '{now}',"
            f" 'x', 'paid', 20000, 3, '{now}', '2026-04-01', '2026-03-18')"
        ),
        {"number": case["number"]},
    )
    for number, (state, surplus) in ORDERS.items():
        connection.execute(
            text(
                "INSERT INTO payment_orders (number, case_number, openid, total, surcharge, state, expires_at, made_at)"
                f" VALUES ('{number}', '{case['number']}', '', 20600, 600, '{state}', '{now}', '{now}')"
            )
        )
        if surplus is not None:
            connection.execute(
                text(
                    "INSERT INTO payments (transaction_id, order_number, case_number, amount, surplus, paid_at, booked_at)"
                    f" VALUES ('4200{number}', '{number}', '{case['number']}', 20600, {surplus}, '{now}', '{now}')"
                )
            )
    connection.commit()


def parts(connection: Connection) -> list[tuple[object, ...]]:
    return [
        tuple(str(value) if isinstance(value, date) else value for value in row)
        for row in connection.execute(text(PARTS))
    ]


def test_what_was_paid_before(empty_url: str) -> None:
    asyncio.run(migrations.upgrade(empty_url, BEFORE))
    told(empty_url, fill)
    asyncio.run(migrations.upgrade(empty_url))
    assert told(empty_url, parts) == [
        ("OPEN", 20000, 600, None, None, None, None),
        ("PAID", 20000, 600, "2026-03-18", 20000, 600, 0),
        ("SURPLUS", 20000, 600, "2026-03-18", 0, 0, 20600),
    ]
