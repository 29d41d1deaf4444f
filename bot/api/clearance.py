"""`POST /api/v1/clearance`: may this person travel so on that day? Yes or no, and how it can be resolved; nothing else.

    {"resident_id", "mode", "class"?, "date", "purpose"}
    200 {"allowed": true} or {"allowed": false, "matter", "how_to_resolve": {"zh_CN", "en"}}

It needs no Idempotency-Key: to ask again is harmless, and is on record again.
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from bot.api.authentication import SYSTEMS
from bot.api.bodies import Typed
from bot.api.once import Answer
from bot.api.operation import Call, Operation, Unit
from bot.services import Services
from models.base.texts import CHINESE, ENGLISH, texts
from models.identity.keys import Caller
from models.identity.rules import read_resident_id
from models.restrictions import questions
from models.restrictions.questions import Purpose, Question


class Clearance(BaseModel):
    """A question about one person, one mode of travel and one day."""

    model_config = ConfigDict(extra="forbid")

    resident_id: str = Field(description="18 characters with a right check digit.")
    mode: str = Field(
        description="A mode of travel of the city's tariff: rail, air, ship, coach, hotel, exit."
    )
    klass: str = Field(
        default="",
        alias="class",
        description="A class of it (rail: high_speed_first, hotel: five_star); left out, the mode as a whole.",
    )
    day: date = Field(alias="date", description="The day of travel, from yesterday to 400 days ahead.")
    purpose: Purpose = Field(description="What for; the person can see it.")


class Free(BaseModel):
    """Nothing keeps this person from it."""

    model_config = ConfigDict(extra="forbid")

    allowed: Literal[True]


class HowToResolve(BaseModel):
    """For the person, in both languages."""

    zh_CN: str  # noqa: N815  the name of the locale
    en: str


class Held(BaseModel):
    """Something does. `matter` is what the person can ask us about."""

    model_config = ConfigDict(extra="forbid")

    allowed: Literal[False]
    matter: str = Field(pattern=r"^[0-9]{12}$")
    how_to_resolve: HowToResolve


class Told(RootModel[Free | Held]):
    """Yes, or no and how it can be resolved."""


async def ask(services: Services, caller: Caller, call: Call) -> Answer:
    """The answer, once it is on record that it was asked for."""
    sent: Clearance = call.body
    number = read_resident_id(sent.resident_id)
    question = Question(number, sent.mode, sent.klass, sent.day, sent.purpose)
    async with services.database.read() as work:
        matter = await questions.look(work, question)
    async with services.database.begin(caller.actor) as work:
        await questions.put_on_record(work, caller.client, question, matter)
    if matter is None:
        return Answer(200, {"allowed": True})
    resolve = {
        language: texts(language).say(f"matter.resolve.{matter.kind}") for language in (CHINESE, ENGLISH)
    }
    return Answer(200, {"allowed": False, "matter": matter.number, "how_to_resolve": resolve})


OPERATIONS = (
    Operation(
        name="askClearance",
        method="POST",
        path="/clearance",
        about="Whether a person may travel in this way on that day. Each question is on record, and the person can see it.",
        audience=SYSTEMS,
        needs="clearance:ask",
        act=ask,
        body=Typed(Clearance),
        answers={200: Told},
        unit=Unit.OWN,
        rates=("questions",),
        codes=("clearance.class", "clearance.date", "clearance.mode", "error.resident_id"),
    ),
)
