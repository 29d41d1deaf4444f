"""The keys of WeChat Pay: the merchant's, which is verified with, and the platform's, which signs."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from sandbox import wall
from sandbox.config import BadConfig, PayConfig

SCHEME = "WECHATPAY2-SHA256-RSA2048"


class PayKeys:
    """Raises BadConfig for a PEM that holds no RSA key."""

    def __init__(self, config: PayConfig) -> None:
        self._config = config
        self._merchant = _public(config.merchant_public_key)
        self._platform = _private(config.platform_private_key)

    def merchant_signed(self, text: str, signature: str) -> bool:
        """Did the merchant sign this text (RSA PKCS1 v1.5, SHA-256, base64)?"""
        try:
            self._merchant.verify(
                base64.b64decode(signature, validate=True), text.encode(), PKCS1v15(), SHA256()
            )
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers by which the merchant knows an answer or a notification as the platform's."""
        timestamp, nonce = str(int(wall.seconds())), secrets.token_hex(16)
        signed = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self._platform.sign(signed, PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": SCHEME,
            "Wechatpay-Serial": self._config.platform_key_id,
        }

    def sealed(self, plain: bytes, associated: str) -> dict[str, str]:
        """The `resource` of a notification: AES-256-GCM under the merchant's APIv3 key."""
        nonce = secrets.token_hex(6)
        cipher = AESGCM(self._config.apiv3_key.encode())
        ciphertext = cipher.encrypt(nonce.encode(), plain, associated.encode())
        return {
            "original_type": associated,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(ciphertext).decode(),
            "associated_data": associated,
            "nonce": nonce,
        }


def _public(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise BadConfig("pay.merchant_public_key is not a PEM key") from error
    if not isinstance(key, RSAPublicKey):
        raise BadConfig("pay.merchant_public_key is not an RSA key")
    return key


def _private(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadConfig("pay.platform_private_key is not a PEM key without a password") from error
    if not isinstance(key, RSAPrivateKey):
        raise BadConfig("pay.platform_private_key is not an RSA key")
    return key
