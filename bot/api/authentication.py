"""`Authorization: Bearer KEY` for other systems: who calls, and whether this scope is theirs."""

from aiohttp import web

from bot.api.operation import Audience
from bot.reasons import reason
from bot.services import SERVICES
from models.base.db import Database
from models.base.ports import Forbidden, Unauthentic
from models.identity import keys
from models.identity.keys import Caller


def bearer(request: web.Request, needed: str) -> str:
    """The token that was shown. Raises Unauthentic, saying what is `needed`."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthentic(f"{needed} is needed: Authorization: Bearer KEY")
    return token.strip()


async def authenticate(request: web.Request, scope: str) -> Caller:
    """Who calls, with a key in force that has this scope. Raises Unauthentic, Forbidden."""
    caller = await recognise(request.app[SERVICES].database, bearer(request, "an API key"))
    if caller is None:
        raise Unauthentic("this API key is unknown or revoked, or was replaced and has ended")
    if scope not in caller.scopes:
        raise Forbidden(f"this API key lacks the scope {scope}; the operator makes one that has it")
    return caller


async def recognise(database: Database, token: str) -> Caller | None:
    """Whose key is it, its use noted once a day (civic); None for one that opens nothing."""
    async with database.read() as work:
        caller = await keys.authenticate(work, token)
        noted = caller is None or caller.last_used_on == work.today
    if caller and not noted:
        async with database.begin(caller.actor) as work:
            await keys.used(work, caller)
    return caller


SYSTEMS = Audience(
    name="systems",
    about="A key of another system, made by the operator: `shimin keys new NAME --scope SCOPE`.",
    authenticate=authenticate,
    sentence=reason,
)
