"""The tariff: readable, and which measures are inert."""

from collections.abc import Sequence

from bot.doctor.finding import Finding, fail, ok, warn
from bot.settings import Settings
from models.base.tariff import SHIPPED, Measure, WrongTariff, load_tariff


async def look(settings: Settings) -> Sequence[Finding]:
    """A measure without a legal basis locks nothing; that may be meant."""
    try:
        tariff = load_tariff(settings.tariff or SHIPPED)
    except WrongTariff as problem:
        return [fail(str(problem), "mend the figure, or SHIMIN_TARIFF")]
    measures: list[tuple[str, Measure]] = list(tariff.measures)
    inert = [
        warn(
            f"the measure {name} is inert: nobody is locked", f"for locks, give measures.{name} a legal basis"
        )
        for name, measure in measures
        if measure.inert
    ]
    return [ok(f"{tariff.city}, from {'SHIMIN_TARIFF' if settings.tariff else 'the shipped file'}"), *inert]
