"""Keys: the merchant's pair, the payment platform's public key, the vault's ring."""

from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.doctor.finding import Finding, fail, ok
from bot.settings import Settings, Vault
from models.base import crypto

MERCHANT, PLATFORM = "SHIMIN_PAY__MERCHANT_KEY_FILE", "SHIMIN_PAY__PLATFORM_KEY_FILE"
UNREADABLE = (OSError, ValueError, TypeError, UnsupportedAlgorithm)


async def look(settings: Settings) -> Sequence[Finding]:
    """What can be told without asking anybody."""
    return [*_pay(settings.pay.merchant_key_file, settings.pay.platform_key_file), _vault(settings.vault)]


def _pay(merchant_file: Path, platform_file: Path) -> Sequence[Finding]:
    try:
        merchant = load_pem_private_key(merchant_file.read_bytes(), password=None)
    except UNREADABLE:
        merchant = None
    if not isinstance(merchant, RSAPrivateKey):
        return [fail(f"{MERCHANT} is not an RSA private key", "it is apiclient_key.pem of the merchant")]
    try:
        platform = load_pem_public_key(platform_file.read_bytes())
    except UNREADABLE:
        platform = None
    if not isinstance(platform, RSAPublicKey):
        return [fail(f"{PLATFORM} is not an RSA public key", "it is pub_key.pem of WeChat Pay")]
    if platform.public_numbers() == merchant.public_key().public_numbers():
        return [fail(f"{PLATFORM} is the merchant's own", "it is pub_key.pem of WeChat Pay")]
    return [ok("merchant and platform keys are readable")]


def _vault(vault: Vault) -> Finding:
    ring = crypto.Vault(vault.keys, current=vault.current, index_key=vault.index_key)
    try:
        opened = ring.open(ring.seal("well", "doctor"), "doctor")
    except (KeyError, crypto.Unopenable):
        opened = ""
    if opened != "well":
        return fail("SHIMIN_VAULT__CURRENT opens nothing", "name one of the ids in SHIMIN_VAULT__KEYS")
    return ok(f"the vault seals with {vault.current}, one of {len(vault.keys)}")
