"""ACS3-HMAC-SHA256 computed from its description, independently of the sandbox's code."""

import hashlib
import hmac
import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode


def signed(
    host: str,
    action: str,
    params: dict[str, str],
    *,
    in_query: bool,
    key: str = "LTAI-sandbox",
    secret: str = "sms-secret",
    age: timedelta = timedelta(0),
) -> tuple[str, bytes, dict[str, str]]:
    """Path with query, body and headers of a signed call."""
    pairs = sorted(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in params.items()
    )
    query = "&".join(pairs) if in_query else ""
    body = b"" if in_query else urlencode(params).encode()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid.uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    if not in_query:
        headers["content-type"] = "application/x-www-form-urlencoded"
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name]}\n" for name in names)
    canonical = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{headers['x-acs-content-sha256']}"
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={key},SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return f"/?{query}" if query else "/", body, headers
