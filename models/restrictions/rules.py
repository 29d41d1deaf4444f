"""When a measure may take hold (domain 5): after its warning was served and its days have run."""

from datetime import date

from models.base.calendar import after_natural_days
from models.base.tariff import Measure


def takes_hold_on(warned_on: date, measure: Measure) -> date:
    """The earliest day of the measure: natural days after the day the warning was served."""
    return after_natural_days(warned_on, measure.days_after_warning)


def last_day(warned_on: date, measure: Measure) -> date:
    """The last day on which paying keeps the measure away."""
    return after_natural_days(warned_on, measure.days_after_warning - 1)
