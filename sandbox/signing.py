"""The signature of the wires that are ours (docs/wires.md, "Signing")."""

import hashlib
import hmac
import re

from aiohttp import web

from sandbox import wall
from sandbox.web_json import Refusal
from sandbox.world import WORLD

SKEW = 300  # seconds to either side
NONCE = re.compile(r"[0-9A-Za-z]{16,64}")
TIMESTAMP = re.compile(r"[0-9]{1,12}")


def signature(secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Lower-case hex HMAC-SHA256 over the five lines."""
    lines = (method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


async def authentic(request: web.Request, wire: str, secret: str) -> bytes:
    """The body of a call whose signature, time and nonce are right. Raises Refusal 401 otherwise."""
    body = await request.read()
    timestamp = request.headers.get("X-Shimin-Timestamp", "")
    nonce = request.headers.get("X-Shimin-Nonce", "")
    given = request.headers.get("X-Shimin-Signature", "")
    if not TIMESTAMP.fullmatch(timestamp) or abs(wall.seconds() - int(timestamp)) > SKEW:
        raise _unsigned("the timestamp is missing or too far away")
    if not NONCE.fullmatch(nonce):
        raise _unsigned("the nonce is missing or malformed")
    # the path as sent: a query, which these wires never use, would have to be signed too
    expected = signature(secret, request.method, request.raw_path, timestamp, nonce, body)
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise _unsigned("the signature is wrong")
    if not request.app[WORLD].nonces.first_time(wire, nonce, wall.seconds()):
        raise _unsigned("the nonce was used before")
    return body


def _unsigned(message: str) -> Refusal:
    return Refusal(401, {"code": "unsigned", "message": message})
