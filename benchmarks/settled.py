"""Paid -> booked, lifted -> the wallet told -> the citizen told: how long it takes, through real processes and real wires.

    python -m benchmarks.settled                            the embedded default (SQLite)
    python -m benchmarks.settled DATABASE_URL REDIS_URL     PostgreSQL (a database that is empty) and Redis
    python -m benchmarks.settled ... --payments 1000 --rate 20

Everybody's wallet is locked for one overdue case, which has an order. Notifications are sealed and signed as WeChat Pay does and posted at
that rate, whether or not the answers are back (open loop), to `serve`; `worker` tells the sandbox's wallet and its carrier on loopback. The
span of one runs from just before its notification is posted until the carrier's answer to the text "unlocked" is recorded. Ends with
status 1 when a payment was not booked, lifted, released and told exactly once, in that order.
"""

import argparse
import asyncio
import base64
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import aiohttp
import uvloop
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select, text
from stdnum.cn import ric

from benchmarks.load import cpu_seconds
from benchmarks.webhook import wait as wait_for_port
from bot.demo.files import APP_ID, MERCHANT_ID, PLATFORM_KEY_ID, Place, environment, write_sandbox_config
from bot.demo.keys import Keys, make_keys
from bot.settings import load_settings
from bot.wiring import open_database
from models.base.db import Database, Work
from models.base.texts import read_all
from models.flows import decision, registration
from models.identity import acts as identity
from models.identity import store as registers
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.migrations import upgrade
from models.post.tables import outbox
from models.restrictions import acts as restrictions
from models.violations import acts as violations
from models.violations import balance, catalogue, payments, store
from models.violations.acts import Report
from models.violations.catalogue import Offence, read_fine
from models.violations.payments import Order
from models.violations.rules import State
from models.violations.tables import cases

AUTHORITY, OFFENCE = "442000", "1301"
PORTS = (18_110, 18_111)  # of the service and of the sandbox
PAYMENTS, RATE = 1000, 20.0
GOAL_SECONDS = 5.0
PATIENCE_SECONDS = 60.0  # after the last payment
REPEAT_SECONDS, MOST_REPEATS = 15.0, 4  # as WeChat Pay repeats what was not taken
TOGETHER = 50  # people who move in in one transaction


@dataclass(frozen=True, slots=True)
class Platform:
    """WeChat Pay's half of a notification."""

    keys: Keys
    key: object  # its private key

    def notification(self, order: Order) -> tuple[bytes, dict[str, str]]:
        """That this order was paid just now: the body and its headers."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        trade = {
            "appid": APP_ID,
            "mchid": MERCHANT_ID,
            "out_trade_no": order.number,
            "transaction_id": f"4200{order.number[:24]}",
            "trade_type": "NATIVE",
            "trade_state": "SUCCESS",
            "success_time": now,
            "payer": {"openid": order.openid or "o-anybody"},
            "amount": {"total": order.total, "currency": "CNY"},
        }
        nonce, associated = secrets.token_hex(6), "transaction"
        box = AESGCM(self.keys.pay_api_v3_key.encode())
        sealed = box.encrypt(nonce.encode(), json.dumps(trade).encode(), associated.encode())
        resource = {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": associated,
            "nonce": nonce,
        }
        body = json.dumps(
            {
                "id": secrets.token_hex(16),
                "create_time": now,
                "event_type": "TRANSACTION.SUCCESS",
                "resource_type": "encrypt-resource",
                "resource": resource,
            }
        )
        stamp = str(int(time.time()))
        signed = f"{stamp}\n{nonce}\n{body}\n".encode()
        return body.encode(), {
            "Content-Type": "application/json",
            "Wechatpay-Serial": PLATFORM_KEY_ID,
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
            "Wechatpay-Signature": base64.b64encode(self.key.sign(signed, PKCS1v15(), SHA256())).decode(),
        }


def main(servers: Sequence[str], count: int, rate: float, ports: Sequence[int]) -> bool:
    """Measure, print; whether all went as it must."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), *ports)
        keys, pems = make_keys(place.folder)
        settings = {n: v for n, v in environment(place, keys, pems).items() if "DEMO" not in n}
        if servers:
            settings |= {"SHIMIN_DATABASE_URL": servers[0], "SHIMIN_REDIS_URL": servers[1]}
        os.environ.update(settings)
        write_sandbox_config(place, keys, pems, "unused")
        private = serialization.load_pem_private_key(pems.platform_private.read_bytes(), None)
        return uvloop.run(measure(place, Platform(keys, private), count, rate))


async def measure(place: Place, platform: Platform, count: int, rate: float) -> bool:
    """With everybody moved in."""
    read_all()
    settings = load_settings()
    await upgrade(settings.database_url)
    database = open_database(settings)
    orders = await move_in(database, count)
    with running(place) as processes:
        before = {name: cpu_seconds(pid) for name, pid in processes.items()}
        began = await pay(place, platform, orders, rate)
        told = await wait_until_told(database, began)
        spent = {name: (cpu_seconds(pid) - before[name]) / count * 1e3 for name, pid in processes.items()}
    good = await check(database, began, told)
    print("CPU ms a payment:", ", ".join(f"{name} {spent[name]:.1f}" for name in ("serve", "worker")))
    report(database.dialect, began, told, rate)
    await database.close()
    return good


async def move_in(database: Database, count: int) -> list[Order]:
    """So many people, each with a locked wallet and an order for what it is locked for."""
    async with database.begin("benchmark") as work:
        await catalogue.enter(work, _offence())
    orders: list[Order] = []
    for first in range(1, count + 1, TOGETHER):
        async with database.begin("benchmark", patience=60) as work:
            for number in range(first, min(first + TOGETHER, count + 1)):
                orders += [await _one(work, number)]
    async with database.begin("benchmark", patience=60) as work:
        await work.run(text("UPDATE outbox SET state = 'sent', sent_at = created_at"))
    return orders


async def _one(work: Work, number: int) -> Order:
    body = (
        f"44200018{50 + number // 365 % 50:02d}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    )
    claim = Claim("李明", body + ric.calc_check_digit(body + "0"), f"138{number:08d}")
    licence = registration.Licence("C1", date(2015, 6, 1))
    await registration.enter_person(work, PersonEntry(claim, date(1985, 1, 1)), licence)
    plate = Plate("02", f"粤T{number:05d}")
    await identity.enter_vehicle(work, VehicleEntry(plate, "小型汽车", claim.resident_id, date(2020, 1, 1)))
    known = await registers.person_by_resident_id(work, claim.resident_id)
    assert known is not None
    person = known[0]
    await registers.save_account(work, f"oBenchmark{number:018d}", person_id=person)
    happened = work.now - timedelta(days=40)
    recorded = await violations.record(
        work, Report(AUTHORITY, f"S{number}", plate, OFFENCE, happened, "兴中道")
    )
    case = recorded.number
    await decision.accept(work, person, case)
    due = work.today - timedelta(days=20)
    await store.move(work, case, State.SERVED, served_on=due - timedelta(days=15), due_on=due)
    await store.move(work, case, State.OVERDUE)
    basis = f"case {case}"
    await restrictions.warn(work, basis, person)
    warned = restrictions.Warned(restrictions.WALLET, basis, person, work.today)
    await restrictions.impose(work, warned, {"number": case, "link": violations.link(work, case)})
    found = await store.case(work, case)
    assert found is not None
    order = await payments.prepare_order(work, found, payments.BY_CODE)
    await payments.order_opened(work, order.number, "weixin://x")
    return order


def _offence() -> Offence:
    words = ("机动车逆向行驶", "wrong way", "第35条")
    return Offence(AUTHORITY, OFFENCE, date(2022, 4, 1), *words, read_fine("200"), 0, "")


@contextmanager
def running(place: Place) -> Iterator[dict[str, int]]:
    """The sandbox, a web process and a worker; their process ids."""
    commands = (["-m", "sandbox", str(place.sandbox_config)], ["-m", "bot", "serve"], ["-m", "bot", "worker"])
    log = (place.folder / "log").open("wb")
    processes = [subprocess.Popen([sys.executable, *command], stdout=log, stderr=log) for command in commands]
    try:
        for port in (place.sandbox_port, place.port):
            wait_for_port(port)
        time.sleep(2)  # the worker says nowhere that it is up
        yield {
            command[-1].rpartition("/")[2]: each.pid
            for command, each in zip(commands, processes, strict=True)
        }
        assert all(process.poll() is None for process in processes)
    except BaseException:
        print((place.folder / "log").read_text()[-8000:], file=sys.stderr)
        raise
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)
        log.close()


async def pay(place: Place, platform: Platform, orders: Sequence[Order], rate: float) -> dict[str, float]:
    """Post each notification at its time, and again if it was not taken; when each was posted first, by its case (seconds since 1970)."""
    began: dict[str, float] = {}
    url, start = f"{place.service}/callbacks/wechat-pay", time.perf_counter()

    async def post(turn: int, order: Order) -> int:
        await asyncio.sleep(start + turn / rate - time.perf_counter())
        began[order.case_number] = time.time()
        for repeated in range(MOST_REPEATS):
            body, headers = platform.notification(order)
            async with http.post(url, data=body, headers=headers) as answer:
                if answer.status in (200, 204):
                    return repeated
            await asyncio.sleep(REPEAT_SECONDS)
        return MOST_REPEATS

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        repeated = await asyncio.gather(*[post(turn, order) for turn, order in enumerate(orders)])
    print(f"{sum(repeated)} notifications were not taken at once, and came again")
    return began


async def wait_until_told(database: Database, began: dict[str, float]) -> dict[str, float]:
    """When each was told that the wallet is unlocked, by case (seconds since 1970)."""
    ends = time.monotonic() + PATIENCE_SECONDS
    told = (outbox.c.kind == "wallet_unlocked") & (outbox.c.channel == "sms") & outbox.c.sent_at.is_not(None)
    rows = select(cases.c.number, outbox.c.sent_at).join_from(
        outbox, cases, cases.c.liable_id == outbox.c.person_id
    )
    while True:
        async with database.read(patience=30) as work:
            found = {row.number: row.sent_at.timestamp() for row in await work.all(rows.where(told))}
        if len(found) >= len(began) or time.monotonic() > ends:
            return found
        await asyncio.sleep(0.5)


CHECKS = {  # what is counted, and must be one for each payment
    "payments booked": "SELECT count(*) FROM payments WHERE surplus = 0",
    "cases closed": "SELECT count(*) FROM cases WHERE state = 'paid'",
    "locks lifted": "SELECT count(*) FROM audit_events WHERE action = 'restriction.lifted'",
    "wallet told": "SELECT count(*) FROM outbox WHERE kind = 'wallet_unlock' AND state = 'sent'",
    "wallet acknowledged": "SELECT count(*) FROM audit_events WHERE action = 'wallet.released'",
    "citizens told by text": (
        "SELECT count(*) FROM outbox WHERE kind = 'wallet_unlocked' AND channel = 'sms' AND sent_at IS NOT NULL"
    ),
    "told after the wallet": (
        "SELECT count(*) FROM outbox AS u JOIN outbox AS w ON w.subject = u.subject AND w.kind = 'wallet_unlock'"
        " WHERE u.kind = 'wallet_unlocked' AND u.channel = 'sms' AND w.id < u.id AND w.sent_at <= u.sent_at"
    ),
}


async def check(database: Database, began: dict[str, float], told: dict[str, float]) -> bool:
    """Print what is not as it must be."""
    async with database.read(patience=30) as work:
        counts = {name: int(await work.scalar(text(sql))) for name, sql in CHECKS.items()}
        wrong = await balance.imbalance(work)
    bad = {name: count for name, count in counts.items() if count != len(began)}
    print(f"{len(began)} payments: {', '.join(CHECKS)}: each once" if not bad else f"NOT each once: {bad}")
    print(f"books out of balance by {wrong} fen")
    return not bad and not wrong and len(told) == len(began)


def report(dialect: str, began: dict[str, float], told: dict[str, float], rate: float) -> None:
    """One line."""
    spans = sorted(told[case] - at for case, at in began.items() if case in told)
    within = sum(span <= GOAL_SECONDS for span in spans) / len(began)
    load = os.getloadavg()[0]
    p50, p99 = spans[len(spans) // 2], spans[int(len(spans) * 0.99)]
    print(
        f"{dialect}, {rate:g} payments/s: p50 {p50:.2f} s, p99 {p99:.2f} s, max {spans[-1]:.2f} s;"
        f" {within:.1%} within {GOAL_SECONDS:g} s; load {load:.1f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("servers", nargs="*")
    parser.add_argument("--payments", type=int, default=PAYMENTS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--ports", type=int, nargs=2, default=PORTS)
    asked = parser.parse_args()
    sys.exit(0 if main(asked.servers, asked.payments, asked.rate, asked.ports) else 1)
