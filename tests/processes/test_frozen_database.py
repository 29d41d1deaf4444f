"""A database that takes everything and answers nothing: the process says that it is not ready, lives on, and ends when it is asked to."""

from tests.databases import on_postgresql
from tests.processes.conftest import Start
from tests.proxy import proxied_database


@on_postgresql
async def test_it_is_alive_but_not_ready_and_ends_well(start: Start, database_url: str) -> None:
    async with proxied_database(database_url) as (wire, url):
        service = await start("all", DATABASE_URL=url, DRAIN_SECONDS="0")
        await service.until_leading()
        wire.silence()
        for address in (service.ops, service.web):
            assert (await service.until(f"{address}/readyz", 503))["reason"] == "database"
            assert (await service.ask(f"{address}/livez"))[0] == 200
        service.terminate()
        assert await service.ended() == 0, service.log
        assert service.lines("lease_kept")
