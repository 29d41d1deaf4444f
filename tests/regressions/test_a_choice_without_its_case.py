"""After three plans that were asked for, three more cases were offered by number, of which the list named only the first."""

from models.violations.plan_rules import PlanKind
from tests.handlers import lives, plans
from tests.handlers.chat import Chat, World
from tests.helpers import PARKING


async def test_each_number_has_its_case_on_the_screen(world: World, li: Chat):
    numbers = [await lives.served(world, f"D{count}", code=PARKING) for count in range(6)]
    for number in numbers[:3]:
        await plans.asked(world, number)
    for word, kind in (("延期", PlanKind.DEFERRAL), ("分期", PlanKind.INSTALMENTS)):
        answer = await li.say(word)
        assert li.heard(f"plan.which.{kind}")
        assert sorted(numbers[3:]) == sorted(text.split()[1] for text in li.reply.choices[:3])
        assert all(number in answer for number in numbers)
