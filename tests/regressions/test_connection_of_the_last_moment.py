"""A connection that came in the moment in which the server told all to close was waited for as long as a request would have been:
nine seconds, and then the doors were cut short."""

import asyncio

from aiohttp import web

from bot.server import runner


class Line(asyncio.Transport):
    """Somebody who connects and says nothing."""

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass


async def test_it_is_not_waited_for():
    served = runner(web.Application(), drain_seconds=60)
    await served.setup()
    assert served.server
    connection = served.server()
    connection.connection_made(Line())
    served.server.pre_shutdown()  # before its task has begun
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await served.server.shutdown(60)
    connection.connection_lost(None)
    await served.cleanup()
