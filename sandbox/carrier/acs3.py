"""ACS3-HMAC-SHA256, the signature of Aliyun's API, verified."""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from aiohttp import web

from sandbox import wall
from sandbox.config import SmsConfig
from sandbox.nonces import Nonces
from sandbox.web_json import Refusal

ALGORITHM = "ACS3-HMAC-SHA256"
SKEW = 900  # seconds to either side
HEADER = re.compile(
    rf"{ALGORITHM} Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{{64}})"
)
ALWAYS_SIGNED = {
    "host",
    "x-acs-action",
    "x-acs-version",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-content-sha256",
}


def verify(request: web.Request, body: bytes, config: SmsConfig, nonces: Nonces) -> None:
    """Raises Refusal with Aliyun's code when the call is not the customer's, not whole, not in time, or not new."""
    parts = HEADER.fullmatch(request.headers.get("Authorization", ""))
    if parts is None:
        raise refused(400, "IncompleteSignature", "the Authorization header is missing or malformed")
    access_key, names, given = parts.groups()
    if not hmac.compare_digest(access_key.encode(), config.access_key_id.encode()):
        raise refused(404, "InvalidAccessKeyId.NotFound", "the access key is not known")
    signed = names.split(";")
    if not set(signed) >= ALWAYS_SIGNED or not all(name in request.headers for name in signed):
        raise refused(400, "IncompleteSignature", "a header that must be signed is not")
    digest = hashlib.sha256(body).hexdigest()
    if not hmac.compare_digest(request.headers["x-acs-content-sha256"].encode(), digest.encode()):
        raise refused(400, "InvalidContentSha256", "the body is not the one that was signed")
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical(request, signed, digest).encode()).hexdigest()}"
    expected = hmac.new(config.access_key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, given):
        raise refused(400, "SignatureDoesNotMatch", "the signature is wrong")
    _check_fresh(request, nonces)


def canonical(request: web.Request, signed: list[str], digest: str) -> str:
    """Method, path, query, headers, their names, body hash: what is signed."""
    pairs = parse_qsl(urlsplit(request.raw_path).query, keep_blank_values=True)
    query = "&".join(f"{key}={value}" for key, value in sorted((_rfc3986(k), _rfc3986(v)) for k, v in pairs))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in sorted(signed))
    return "\n".join((request.method, "/", query, headers, ";".join(sorted(signed)), digest))


def refused(status: int, code: str, message: str) -> Refusal:
    """Aliyun's way to refuse a whole call."""
    return Refusal(status, {"Code": code, "Message": message, "RequestId": "SANDBOX"})


def _check_fresh(request: web.Request, nonces: Nonces) -> None:
    try:
        sent = datetime.strptime(request.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise refused(400, "InvalidTimeStamp.Format", "x-acs-date must be ISO 8601 in UTC with Z") from error
    if abs(wall.seconds() - sent.timestamp()) > SKEW:
        raise refused(400, "InvalidTimeStamp.Expired", "x-acs-date is more than 15 minutes away")
    if not nonces.first_time("sms", request.headers["x-acs-signature-nonce"], wall.seconds()):
        raise refused(400, "SignatureNonceUsed", "the nonce was used before")


def _rfc3986(text: str) -> str:
    return quote(text, safe="-_.~")
