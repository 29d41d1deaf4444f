"""Aliyun's request signature, ACS3-HMAC-SHA256, for calls whose parameters are a form body.

Source: Aliyun, "V3 request structure and signature". The vendor's SDK puts parameters, phone numbers included,
into the address; a form body is signed just as well and stays out of every proxy's log.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What an Aliyun account signs with."""

    id: str
    secret: str = field(repr=False)


def signed_headers(
    key: AccessKey, *, host: str, action: str, version: str, body: bytes, now: float
) -> dict[str, str]:
    """All headers of `POST /` with this form body. `host` as sent; `now` seconds since 1970, valid 15 minutes."""
    headers = {
        "content-type": FORM,
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-version": version,
    }
    return {**headers, "authorization": _authorization(key, headers)}


def _authorization(key: AccessKey, headers: dict[str, str]) -> str:
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key.id},SignedHeaders={names},Signature={signature}"
