"""Registers of any size, made inside the database by a few statements: every person has an account, a car and two open cases.

All persons share one sealed name, phone and plate: what is sealed opens, and nothing else about them is looked at.
"""

from datetime import date

from sqlalchemy import text

from models.base.db import Database, Work
from models.identity import store as identity
from models.violations import catalogue
from models.violations.catalogue import Offence

AUTHORITY = "442000"
CASES_EACH = 2
NUMBERS = (
    "WITH RECURSIVE numbers(i) AS (SELECT CAST(:first AS integer) UNION ALL SELECT i + 1 FROM numbers"
    " WHERE i < CAST(:last AS integer))"
)
INSERTS = {
    "people (id, name, resident_id, resident_id_index, phone, phone_index, born_on, created_at)": (
        "i, :name, :name, {hash}, :phone, {hash}, {born}, {at}"
    ),
    "chat_accounts (openid, person_id, language, following, bound_at)": (
        "'oBenchmark' || {digits18}, i, 'zh_CN', {true}, {at}"
    ),
    "vehicles (id, plate_kind, plate, plate_index, vehicle_type)": "i, '02', :plate, {hash}, '小型汽车'",
    "ownerships (vehicle_id, since, person_id)": "i, {born}, i",
    "cases (number, authority, record_no, report_print, vehicle_id, liable_id, offence_id, occurred_at, place,"
    " state, fine, points, recorded_at, handle_by)": (
        "{digits12}, '442000', 'B' || i, {hash}, i / 2, i / 2, CAST(:offence AS integer), {at}, '兴中道',"
        " 'recorded', 20000, 3, {at}, {by}"
    ),
}
POSTGRESQL = {
    "hash": "sha256(i::text::bytea)",
    "digits18": "lpad(i::text, 18, '0')",
    "digits12": "lpad(i::text, 12, '0')",
    "true": "true",
    "born": "date '1985-01-01'",
    "at": "timestamptz '2026-02-01 10:00+08' + i % 100 * interval '1 minute'",
    "by": "date '2026-03-02'",
}
SQLITE = {
    "hash": "randomblob(32)",
    "digits18": "printf('%018d', i)",
    "digits12": "printf('%012d', i)",
    "true": "1",
    "born": "'1985-01-01'",
    "at": "'2026-02-01 02:00:00.000000'",
    "by": "'2026-03-02'",
}
BATCH = 100_000
PATIENCE_S = 600


def openid(person: int) -> str:
    """The account of a person."""
    return f"oBenchmark{person:018d}"


async def fill(database: Database, cases: int) -> int:
    """Make registers with this many cases in a migrated, empty database; returns how many people there are (1 .. n)."""
    people = cases // CASES_EACH
    async with database.begin("benchmark", patience=120) as work:
        offence = await _offence(work)
    for into, values in INSERTS.items():
        each = CASES_EACH if into.startswith("cases") else 1  # case n is person n / 2's
        end = (people + 1) * each
        for first in range(each, end, BATCH):
            async with database.begin("benchmark", patience=PATIENCE_S) as work:
                await _insert(work, into, values, first, min(first + BATCH, end) - 1, offence)
    if database.dialect == "postgresql":
        async with database.read(patience=PATIENCE_S) as work:
            await work.run(text("VACUUM ANALYZE"))
    return people


async def _insert(work: Work, into: str, values: str, first: int, last: int, offence: int) -> None:
    words = POSTGRESQL if work.writing.dialect.name == "postgresql" else SQLITE
    written = f"INSERT INTO {into} {NUMBERS} SELECT {values.format_map(words)} FROM numbers"
    params = {
        "first": first,
        "last": last,
        "offence": offence,
        "name": work.seal("李明", identity.NAME),
        "phone": work.seal("13800000001", identity.PHONE),
        "plate": work.seal("粤T12345", identity.PLATE),
    }
    await work.run(text(written), {name: value for name, value in params.items() if f":{name}" in written})


async def _offence(work: Work) -> int:
    entered = Offence(
        AUTHORITY,
        "1301",
        date(2022, 4, 1),
        "机动车逆向行驶",
        "wrong way",
        "第35条",
        catalogue.read_fine("200"),
        3,
        "",
    )
    await catalogue.enter(work, entered)
    return int(await work.scalar(text("SELECT max(id) FROM offences")))
