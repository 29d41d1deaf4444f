"""The demo's own secrets, made once and kept in `.demo/`: nothing of the demo opens anything elsewhere."""

import base64
import json
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets by their use; keys of 32 bytes are base64."""

    wechat_secret: str
    wechat_token: str
    wechat_aes_key: str
    pay_api_v3_key: str
    merchant_serial: str
    sms_secret: str
    sms_callback_secret: str
    sim_secret: str
    wallet_secret: str
    clock_key: str
    link_key: str
    vault_key: str
    index_key: str


@dataclass(frozen=True, slots=True)
class PemFiles:
    """The merchant's and the payment platform's key pairs."""

    merchant_private: Path
    merchant_public: Path
    platform_private: Path
    platform_public: Path


def make_keys(folder: Path) -> tuple[Keys, PemFiles]:
    """The demo's keys, made when they are not there yet."""
    files = PemFiles(*(folder / f"{name}.pem" for name in PemFiles.__slots__))
    store = folder / "keys.json"
    if store.exists():
        return Keys(**json.loads(store.read_text())), files
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_pair(files.merchant_private, files.merchant_public)
    _write_pair(files.platform_private, files.platform_public)
    keys = _new_keys()
    write_private(store, json.dumps(asdict(keys)))
    return keys, files


def write_private(file: Path, text: str) -> None:
    """Readable by its owner only."""
    file.touch(mode=0o600)
    file.write_text(text)


def _new_keys() -> Keys:
    return Keys(
        wechat_secret=secrets.token_hex(16),
        wechat_token=_letters(24),
        wechat_aes_key=_letters(42) + "A",  # the last of 43 characters holds 4 bits only
        pay_api_v3_key=_letters(32),
        merchant_serial=secrets.token_hex(20).upper(),
        sms_secret=_letters(30),
        sms_callback_secret=_letters(32),
        sim_secret=_letters(32),
        wallet_secret=_letters(32),
        clock_key=_letters(32),
        link_key=_bytes(),
        vault_key=_bytes(),
        index_key=_bytes(),
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_pair(private: Path, public: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    write_private(private, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain).decode())
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    public.write_bytes(key.public_key().public_bytes(pem, shape))
