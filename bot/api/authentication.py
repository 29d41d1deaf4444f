"""`Authorization: Bearer KEY` for the API: who calls, and whether this scope is theirs."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.services import SERVICES
from models.base.ports import Unauthentic
from models.identity import keys
from models.identity.keys import Caller


def problem(status: int, title: str, **more: object) -> web.Response:
    """RFC 9457. `title` is one sentence for the developer or officer at the other end."""
    body = {"type": "about:blank", "status": status, "title": title, **more}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)


def bearer(scope: str) -> Callable[[web.Request], Awaitable[Caller]]:
    """An authenticator that lets through keys with this scope."""

    async def authenticate(request: web.Request) -> Caller:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Unauthentic("an API key is needed: Authorization: Bearer KEY")
        services = request.app[SERVICES]
        async with services.database.read() as work:
            caller = await keys.authenticate(work, token.strip())
        if caller is None:
            raise Unauthentic("this API key is unknown or revoked")
        if scope not in caller.scopes:
            raise Unauthentic(f"this API key lacks the scope {scope}")
        return caller

    return authenticate
