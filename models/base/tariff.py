"""The tariff: every figure a city may change, each with its source beside it, read from one TOML file.

The shipped file is `models/base/tariff.toml`; `SHIMIN_TARIFF` names a city's own. A missing or wrong figure is one clear line.
"""

import tomllib
from datetime import time
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from models.base.money import Fen

SHIPPED = Path(__file__).with_name("tariff.toml")


class WrongTariff(ValueError):
    """The tariff cannot be used; the message names the figure."""


class Part(BaseModel):
    """A section of the tariff; unknown names are refused, so that a misspelt figure is never silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Handling(Part):
    """From the record to the decision."""

    handle_within_days: int
    undecided_reminder_days: tuple[int, ...]
    online_fine_limit: int  # fen
    online_points_limit: int
    review_within_days: int
    counter: str
    counter_en: str
    when_silent: Literal["stay_open", "decide"]
    silent_records: int
    announce_working_days: int
    extension_months: int


class Payment(Part):
    """From the decision's service to the last fen."""

    days_to_pay: int
    surcharge_percent_per_day: int
    surcharge_cap_percent: int
    reminder_days_before: tuple[int, ...]
    order_minutes: int


class Challenges(Part):
    """Objections and reviews: how soon they are answered, and what follows."""

    answer_working_days: int
    review_answer_days: int
    lawsuit_days: int
    photos: int


class Points(Part):
    """Licence points."""

    limit: int


class Signals(Part):
    """What makes an officer look at a nomination."""

    days: int
    unrelated_owners: int
    quick_seconds: int
    burst_days: int
    burst_points: int
    burst_left: int


class Nomination(Part):
    """Naming who drove."""

    answer_within_days: int
    cars_a_driver: int
    drivers_a_car: int
    new_pairs_a_day: int
    new_pairs_a_year: int
    pair_lasts_days: int
    points_only_after_pair: bool
    tries_a_day: int
    signals: Signals


class Measure(Part):
    """A consequence of an overdue debt; without a legal basis it is inert."""

    authority: str
    legal_basis: str
    legal_basis_en: str
    days_after_warning: int

    @property
    def inert(self) -> bool:
        return not self.legal_basis


class Measures(Part):
    """All consequences of an overdue debt."""

    wallet: Measure


class Binding(Part):
    """How an account is bound to a person."""

    code_minutes: int
    code_tries: int
    codes_per_hour: int
    codes_per_day: int


class Quiet(Part):
    """When texts wait for the morning, civic time."""

    begins: time
    ends: time


class Office(Part):
    """Where and when a person is to be had."""

    hours: str
    hours_en: str
    phone: str


class Desk(Part):
    """How long a matter may wait for a person."""

    working_days: int


class Retention(Part):
    """How long what was needed for a case is kept after it is closed."""

    photo_days: int


class Tariff(Part):
    """The whole of it."""

    city: str
    city_en: str
    authority: str
    handling: Handling
    payment: Payment
    challenges: Challenges
    points: Points
    nomination: Nomination
    measures: Measures
    binding: Binding
    quiet: Quiet
    office: Office
    desk: Desk
    retention: Retention


def figures(tariff: Tariff) -> dict[str, Any]:
    """The figures that sentences may name, so that no sentence holds one of its own."""
    return {
        "rate": tariff.payment.surcharge_percent_per_day,
        "days_to_pay": tariff.payment.days_to_pay,
        "online_fine": Fen(tariff.handling.online_fine_limit),
        "online_points": tariff.handling.online_points_limit,
        "points_limit": tariff.points.limit,
        "cars_a_driver": tariff.nomination.cars_a_driver,
        "drivers_a_car": tariff.nomination.drivers_a_car,
        "pairs_a_day": tariff.nomination.new_pairs_a_day,
        "pairs_a_year": tariff.nomination.new_pairs_a_year,
        "review_days": tariff.handling.review_within_days,
        "lawsuit_days": tariff.challenges.lawsuit_days,
        "most_photos": tariff.challenges.photos,
        "hotline": tariff.office.phone,
    }


def load_tariff(file: Path = SHIPPED) -> Tariff:
    """Read a tariff. Raises WrongTariff with one line that names the file and the figure."""
    try:
        return Tariff.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise WrongTariff(f"tariff {file}: {problem}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise WrongTariff(f"tariff {file}: {name}: {first['msg']}") from problem
