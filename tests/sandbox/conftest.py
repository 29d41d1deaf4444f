"""A sandbox on a loopback port, the service beside it, and keys made once."""

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sandbox.app import make_app
from sandbox.config import Config, DoorConfig, PayConfig, SecretConfig, SmsConfig, WeChatConfig
from sandbox.wall import Timing
from tests.sandbox import service as the
from tests.sandbox.service import Service

LI_MING, WANG_FANG = "oShimin_li_ming_0000", "oShimin_wang_fang_0000"
QUICK = Timing(
    push_wait=0.2,
    receipt_delay=0.01,
    receipt_repeats=(0.02, 0.02),
    notice_wait=1.0,
    notice_repeats=(0.02, 0.02),
)


@dataclass(frozen=True)
class KeyPair:
    """A key pair as PEM texts."""

    private: str
    public: str

    @classmethod
    def make(cls) -> "KeyPair":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return cls(private.decode(), public.decode())


@pytest.fixture(scope="session")
def merchant() -> KeyPair:
    return KeyPair.make()


@pytest.fixture(scope="session")
def platform() -> KeyPair:
    return KeyPair.make()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """The service; its address is `service.url`."""
    fake = Service()
    async with TestServer(fake.app(), host="127.0.0.1") as server:
        fake.url = str(server.make_url("/")).rstrip("/")
        yield fake


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, one car."""
    folder = tmp_path_factory.mktemp("town")
    write = {
        "phones.csv": [
            ("slug", "name", "resident_id", "phone", "openid"),
            ("li-ming", "李明", "442000188503121375", "13800010001", LI_MING),
            ("wang-fang", "王芳", "442000188708212481", "13800010002", WANG_FANG),
        ],
        "vehicles.csv": [
            ("plate", "plate_kind", "owner_resident_id", "owned_since", "vehicle_type"),
            ("粤T12345", "02", "442000188503121375", "2018-05-01", "小型汽车"),
        ],
    }
    for name, rows in write.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.fixture
def config(tmp_path: Path, town: Path, service: Service, merchant: KeyPair, platform: KeyPair) -> Config:
    """Everything at hand; `replace` it for another."""
    return Config(
        port=0,
        state_dir=tmp_path / "state",
        town_dir=town,
        wechat=WeChatConfig(
            app_id=the.APP_ID,
            app_secret="app-secret",
            original_id=the.ORIGINAL_ID,
            token=the.TOKEN,
            aes_key=the.AES_KEY,
            push_url=f"{service.url}/wechat",
        ),
        pay=PayConfig(
            merchant_id="1900000001",
            app_id=the.APP_ID,
            apiv3_key="0123456789abcdef0123456789abcdef",
            merchant_serial="444F4864EA9B34415BBBBBBBBBBBBBBBBBBBBBBB",
            merchant_public_key=merchant.public,
            platform_key_id="PUB_KEY_ID_0000000000000001",
            platform_private_key=platform.private,
        ),
        sms=SmsConfig(
            access_key_id="LTAI-sandbox",
            access_key_secret="sms-secret",
            sign_name="中山交警",
            report_url=f"{service.url}/report",
            templates={"SMS_1": "您的${plate}有新的违章,${n}件。", "SMS_2": "不带变量"},
        ),
        sim_register=SecretConfig(secret="sim-secret"),
        wallet=SecretConfig(secret="wallet-secret"),
        clock=DoorConfig(url=f"{service.url}/demo/clock", key=the.CLOCK_KEY),
        police=DoorConfig(url=f"{service.url}/api/v1/violations", key=the.POLICE_KEY),
    )


Starts = Callable[..., Awaitable[TestClient]]


@pytest.fixture
async def start(config: Config) -> AsyncIterator[Starts]:
    """Start a sandbox; the same state folder again is a restart."""
    clients: list[TestClient] = []

    async def starts(timing: Timing = QUICK, **changes: Any) -> TestClient:
        app = make_app(replace(config, **changes), timing)
        client = TestClient(TestServer(app, host="127.0.0.1"))
        await client.start_server()
        clients.append(client)
        return client

    yield starts
    for client in clients:
        await client.close()


@pytest.fixture
async def sandbox(start: Starts) -> TestClient:
    return await start()


async def said(client: TestClient, path: str, **body: Any) -> Any:
    """POST a lever and return its JSON."""
    async with client.post(f"/control/{path}", json=body) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def shown(client: TestClient, path: str, who: str = "li-ming") -> Any:
    """GET what a person's phone shows."""
    async with client.get(f"/control/{path}", params={"as": who}) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def until(true: Callable[[], Any], seconds: float = 3.0) -> None:
    """Wait for something that happens behind an answer."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)
