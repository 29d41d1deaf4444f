"""One citizen's whole way through the real service, whose name, ID, phone and plate are searched for afterwards: in the database's
files, in every log, in every address and header that went out, and in the headers of our answers."""

import base64
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copy
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from blockbuster import BlockBuster
from structlog.testing import capture_logs
from wechatpy.crypto import WeChatCrypto

from bot.app import make_app
from bot.duties import KINDS
from bot.settings import Settings
from bot.wechat.xml import parse, text
from bot.wiring import Shimin, assemble
from models.base.clock import CITY_ZONE
from models.base.texts import LANGUAGES
from models.flows import registration
from models.identity import acts as identity
from models.identity import keys as api_keys
from models.identity.acts import PersonEntry, VehicleEntry
from models.identity.rules import Claim, Plate
from models.violations import catalogue
from tests.architecture.far_ends import FarEnds
from tests.conftest import TOWN_TARIFF
from tests.gateways.wechat_pay_platform import APIV3_KEY, PLATFORM_KEY_ID, Keys, sealed, signature_headers
from tests.helpers import AUTHORITY, C1, SPEEDING, offence, resident_id
from tests.wechat import pushes

NAME, PHONE, PLATE = "钱多多", "13912345678", Plate("02", "粤T54321")
ID = resident_id("18911111", "777")
CLEAR = (NAME, ID, PHONE, PLATE.number, PLATE.number[1:])
SECRET = "a-secret-of-the-canary-test"
MERCHANT_ID = "1900000109"


def forms(canary: str) -> set[bytes]:
    """How somebody might have written it down."""
    encoded = canary.encode()
    written = {canary, json.dumps(canary)[1:-1], quote(canary), repr(encoded)[2:-1], encoded.hex()}
    return {form.encode() for form in written} | {base64.b64encode(encoded).rstrip(b"=")[:-1]}


def found_in(haystack: bytes) -> list[str]:
    return [canary for canary in CLEAR if any(form in haystack for form in forms(canary))]


@pytest.mark.parametrize(
    "written",
    [
        f"phone={PHONE}",
        json.dumps({"name": NAME}),
        quote(f"/x?plate={PLATE.number}"),
        base64.b64encode(ID.encode()).decode(),
    ],
)
def test_the_search_finds_what_is_there(written: str) -> None:
    assert found_in(written.encode()) != []


@dataclass
class Canary:
    """The citizen, and everything that answered."""

    shimin: Shimin
    http: TestClient[Any, Any]
    far_ends: FarEnds
    headers: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def keep(self, answer: ClientResponse, *statuses: int) -> ClientResponse:
        """Note the headers of our answer."""
        assert answer.status in statuses, answer
        self.headers.append(f"{answer.raw_headers!r}")
        return answer

    async def say(self, words: str) -> str:
        """Into the chat, encrypted, as WeChat passes it on; then whatever is due is sent."""
        number, now = next(self.numbers), int(time.time())
        inner = f"<MsgType>text</MsgType><Content><![CDATA[{words}]]></Content><MsgId>{number}</MsgId>"
        query, body = pushes.push(pushes.xml(inner), timestamp=now, nonce=f"nonce{number}")
        answer = self.keep(await self.http.post("/wechat", params=query, data=body), 200)
        reply = self.open(await answer.read())
        await self.shimin.delivery.drain()
        return reply

    def open(self, body: bytes) -> str:
        fields = {name: text(parse(body), name) for name in ("MsgSignature", "TimeStamp", "Nonce")}
        crypto = WeChatCrypto(pushes.TOKEN, pushes.KEY, pushes.APP_ID)
        opened = crypto.decrypt_message(
            body.decode(), fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]
        )
        return text(parse(opened.encode() if isinstance(opened, str) else opened), "Content")


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, keys: Keys) -> dict[str, Any]:
    """A city's, but for the far ends; its clock stands at ten in the morning, so that no text waits for it."""
    copy(migrated, tmp_path / "canary.db")
    now = datetime.now(CITY_ZONE)
    morning = now.replace(hour=10, minute=0, second=0, microsecond=0)
    (tmp_path / "clock.json").write_text(json.dumps({"offset_seconds": (morning - now).total_seconds()}))
    for name, pem in (("merchant", keys.merchant_pem), ("platform", keys.platform_pem)):
        (tmp_path / f"{name}.pem").write_text(pem)
    templates = {f"{kind.name}.{language}": "SMS_1" for kind in KINDS.kinds for language in LANGUAGES}
    key = base64.b64encode(bytes(range(32))).decode()
    return {
        "database_url": f"sqlite+aiosqlite:///{tmp_path / 'canary.db'}",
        "public_url": "https://shimin.test",
        "tariff": TOWN_TARIFF,
        "link_key": key,
        "vault": {"keys": {"k": key}, "current": "k", "index_key": key},
        "wechat": {
            "app_id": pushes.APP_ID,
            "app_secret": SECRET,
            "original_id": pushes.ORIGINAL_ID,
            "token": pushes.TOKEN,
            "aes_key": pushes.KEY,
        },
        "pay": {
            "merchant_id": MERCHANT_ID,
            "merchant_serial": "S1",
            "merchant_key_file": tmp_path / "merchant.pem",
            "api_v3_key": APIV3_KEY,
            "platform_key_id": PLATFORM_KEY_ID,
            "platform_key_file": tmp_path / "platform.pem",
        },
        "sms": {
            "access_key_id": "AK",
            "access_key_secret": SECRET,
            "sign_name": "示范交警",
            "callback_secret": SECRET,
            "templates": templates,
        },
        "wallet": {"secret": SECRET},
        "sim_register": {"secret": SECRET},
        "demo": {
            "clock_key": SECRET,
            "clock_file": tmp_path / "clock.json",
            "ready_file": tmp_path / "ready",
        },
    }


@pytest.fixture
async def canary(
    settings: dict[str, Any],
    keys: Keys,
    aiohttp_server: Any,
    aiohttp_client: Any,
    loop_never_blocks: BlockBuster,
) -> AsyncIterator[Canary]:
    """The service as `bot.wiring` assembles it, every wire leading to the recording server."""
    loop_never_blocks.deactivate()  # the service starts inside this loop: files are read
    far_ends = FarEnds(keys)
    far = web.Application()
    far.router.add_route("*", "/{path:.*}", far_ends.handle)
    url = str((await aiohttp_server(far)).make_url("")).rstrip("/")
    for wire in ("wechat", "pay", "sms", "wallet", "sim_register"):
        settings[wire]["api_base"] = url
    async with assemble(Settings(**settings)) as shimin:
        await enter_town(shimin)
        yield Canary(shimin, await aiohttp_client(make_app(shimin)), far_ends)


async def enter_town(shimin: Shimin) -> None:
    async with shimin.services.database.begin("import") as work:
        person = PersonEntry(Claim(NAME, ID, PHONE), date(1991, 11, 11))
        await registration.enter_person(work, person, C1)
        await identity.enter_vehicle(work, VehicleEntry(PLATE, "小型汽车", ID, date(2020, 1, 1)))
        await catalogue.enter(work, offence(SPEEDING))


async def live_through(canary: Canary) -> None:
    """Bound, fined, decided, paid; each answer is the one of the happy path."""
    await canary.say(f"绑定 {NAME} {ID} {PHONE}")
    assert "*" in await canary.say(canary.far_ends.texts[-1]["code"])
    await canary.say("电子送达 同意")
    number = await enter_violation(canary)
    assert number in await canary.say("罚单")
    await canary.say(f"接受 {number}")
    assert "200.00" in await canary.say(f"确认 {number}")
    await pay(canary, number)
    assert any("已收到缴款" in told for told in canary.far_ends.pushed)


async def enter_violation(canary: Canary) -> str:
    database = canary.shimin.services.database
    async with database.begin("operator") as work:
        key = await api_keys.create(work, "cameras", ["violations:write"])
    record = {
        "authority": AUTHORITY,
        "record_no": "R-1",
        "plate": PLATE.number,
        "plate_kind": PLATE.kind,
        "offence": SPEEDING,
        "occurred_at": (database.civic.now() - timedelta(days=1)).isoformat(),
        "place": "兴中道",
    }
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1"}
    answer = await canary.http.post("/api/v1/violations", json=record, headers=headers)
    number: str = (await canary.keep(answer, 201).json())["case"]
    await canary.shimin.delivery.drain()
    return number


async def pay(canary: Canary, number: str) -> None:
    """By the page, and by WeChat Pay's notification."""
    path = f"/c/{canary.shimin.services.database.city.links.token(number)}"
    canary.keep(await canary.http.get(path), 200)
    pressed = canary.keep(await canary.http.post(f"{path}/order", allow_redirects=False), 303)
    page = pressed.headers["Location"]
    canary.keep(await canary.http.get(page), 200)
    transaction = {
        "appid": pushes.APP_ID,
        "mchid": MERCHANT_ID,
        "out_trade_no": page.rsplit("/", 1)[1].partition("?")[0],
        "transaction_id": "4200001",
        "trade_state": "SUCCESS",
        "success_time": datetime.now(CITY_ZONE).isoformat(),
        "amount": {"total": 20000, "currency": "CNY"},
    }
    kinds = {"event_type": "TRANSACTION.SUCCESS", "resource_type": "encrypt-resource"}
    body = json.dumps({"id": "EV-1", **kinds, "resource": sealed(transaction)})
    headers = signature_headers(canary.far_ends.keys.platform, body, int(time.time()))
    canary.keep(await canary.http.post("/callbacks/wechat-pay", data=body, headers=headers), 204)
    await canary.shimin.delivery.drain()


async def test_nobody_is_written_down_in_the_clear(
    canary: Canary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as structured, caplog.at_level(logging.DEBUG):
        await live_through(canary)
    logged = f"{structured} {[record.getMessage() for record in caplog.records]} {caplog.text}"
    files = b"".join(file.read_bytes() for file in sorted(tmp_path.glob("canary.db*")))
    assert number_of_pages(files) > 20, "the database was read"
    assert len(canary.far_ends.asked) == 7, "the register, three texts, the order, a token, a push"
    places = {
        "the database": files,
        "the logs": logged.encode(),
        "addresses and headers that went out": "\n".join(canary.far_ends.asked).encode(),
        "headers of our answers": "\n".join(canary.headers).encode(),
    }
    assert {place: found_in(written) for place, written in places.items()} == {place: [] for place in places}


def number_of_pages(files: bytes) -> int:
    return len(files) // 4096
