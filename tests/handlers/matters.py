"""What courts do to somebody's travel, and what becomes of it: every notice of matters goes out in it."""

from datetime import timedelta

from models.restrictions import matters, pleas
from models.restrictions.matter_rules import Ending, PleaState
from tests.handlers import lives
from tests.handlers.chat import World
from tests.helpers import COURT, listed_matter


async def courts(world: World) -> None:
    """A debt that is changed, freed for a while, objected to and performed; a ban that was wrong; a fare that is paid."""
    person = world.town.li_ming
    database = world.database
    async with database.begin("api:court") as work:
        debt = await listed_matter(work)
        ban = await listed_matter(work, "exit_ban", document="ban")
    async with database.begin("api:rail", now=database.civic.now() - timedelta(days=20)) as work:
        fare = await listed_matter(work, "fare_evasion", document="fare")
    await lives.deliver(world)
    async with database.begin("api:court") as work:
        await matters.amend(work, debt.number, COURT, scopes={"air": ()})
        await matters.exempt(work, debt.number, COURT, "air", work.today, work.today, "就医")
        await matters.close(work, fare.number, COURT, Ending.PAID)
        upheld = await pleas.file(work, person, debt.number, "不是我欠的")
        struck = await pleas.file(work, person, ban.number, "已经解除")
    await lives.deliver(world)
    async with database.begin("officer:1") as work:
        await pleas.answer(work, upheld.id, PleaState.UPHELD, "who it is was checked")
        await pleas.answer(work, struck.id, PleaState.STRUCK, "checked")
        await matters.close(work, debt.number, COURT, Ending.PERFORMED)
    await lives.deliver(world)
