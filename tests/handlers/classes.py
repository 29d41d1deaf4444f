"""What a teacher's and a guardian's months bring: every notice of a school goes out in them. Li Ming is both, in one class."""

from models.schools import answers, membership
from tests.handlers import lives
from tests.handlers.chat import World
from tests.school import enter_school, published


async def term(world: World) -> None:
    """Asked twice, declined and let in; told something, and something urgent; answers, and is answered."""
    school = await enter_school(world.database)
    li, class_id = world.town.li_ming, school.known.id
    for let_in in (False, True):
        async with world.database.begin("citizen:1") as work:
            await membership.ask(work, li, class_id, "陈小花")
        await lives.deliver(world)
        async with world.database.begin("citizen:1") as work:
            [asked] = await membership.waiting(work, li)
            await membership.answer(work, li, asked.id, let_in=let_in)
        await lives.deliver(world)
    async with world.database.begin("citizen:1") as work:
        told = await published(work, li, class_id, "Paints")
        await published(work, li, class_id, "Typhoon", urgent=True)
    await lives.deliver(world)
    async with world.database.begin("citizen:1") as work:
        asked_back = await answers.write(work, told, li, "Which ones?")
        await answers.reply(work, li, asked_back.number, "Any")
    await lives.deliver(world)
