"""The tariff: every figure a city may change, each with its source beside it, read from one TOML file.

The shipped file is `models/base/tariff.toml`; `SHIMIN_TARIFF` names a city's own. A missing or wrong figure is one clear line.
"""

import tomllib
from datetime import time
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from models.base.money import Fen
from models.base.tariff_part import Part
from models.base.tariff_school import School as School
from models.base.tariff_travel import MatterRule as MatterRule
from models.base.tariff_travel import Travel as Travel

SHIPPED = Path(__file__).with_name("tariff.toml")


class WrongTariff(ValueError):
    """The tariff cannot be used; the message names the figure."""


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
    public_notice_days: int


class Payment(Part):
    """From the decision's service to the last fen."""

    days_to_pay: int
    surcharge_percent_per_day: int
    surcharge_cap_percent: int
    reminder_days_before: tuple[int, ...]
    order_minutes: int
    refund_working_days: tuple[int, int]
    cases_in_order: int
    smallest_part: int  # fen


class Plans(Part):
    """Deferral and instalments."""

    answer_working_days: int
    after_last_day: bool
    asks: int
    least: int  # fen
    deferral_days: int
    most_instalments: int
    instalment_days: int
    reminder_days_before: tuple[int, ...]
    grace_days: int


class Challenges(Part):
    """Objections and reviews: how soon they are answered, and what follows."""

    answer_working_days: int
    review_answer_days: int
    lawsuit_days: int
    photos: int


class Education(Part):
    """What takes points off a licence: so many points, for so many minutes (within so many days), with an exam or without."""

    points: int
    minutes: int
    within_days: int
    exam: bool


class SeriousCodes(Part):
    """Offence codes of the catalogue whose punishment bars reductions, by what was done."""

    hit_and_run: tuple[str, ...]
    drink_driving: tuple[str, ...]
    forged: tuple[str, ...]
    trading: tuple[str, ...]


class Points(Part):
    """Licence points."""

    limit: int
    full_study_days: int
    full_study_days_heavy: int
    full_study_most: int
    full_study_most_heavy: int
    heavy_classes: tuple[str, ...]
    reduction_most: int
    reduction_full_studies: int
    reduction_bar_cycles: int
    online: Education
    on_site: Education
    activity: Education
    serious_codes: SeriousCodes


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
    """How long something is kept: photos after their case is closed, questions of booking systems after they were asked."""

    photo_days: int
    question_days: int


class Tariff(Part):
    """The whole of it."""

    city: str
    city_en: str
    authority: str
    handling: Handling
    payment: Payment
    plans: Plans
    challenges: Challenges
    points: Points
    nomination: Nomination
    measures: Measures
    travel: Travel
    school: School
    binding: Binding
    quiet: Quiet
    office: Office
    desk: Desk
    retention: Retention


def figures(tariff: Tariff) -> dict[str, Any]:
    """The figures that sentences may name, so that no sentence holds one of its own."""
    return {
        "rate": tariff.payment.surcharge_percent_per_day,
        "smallest_part": Fen(tariff.payment.smallest_part),
        "least_for_plan": Fen(tariff.plans.least),
        "most_instalments": tariff.plans.most_instalments,
        "grace_days": tariff.plans.grace_days,
        "days_to_pay": tariff.payment.days_to_pay,
        "online_fine": Fen(tariff.handling.online_fine_limit),
        "online_points": tariff.handling.online_points_limit,
        "points_limit": tariff.points.limit,
        "reduction_most": tariff.points.reduction_most,
        "online_minutes": tariff.points.online.minutes,
        "online_days": tariff.points.online.within_days,
        "online_off": tariff.points.online.points,
        "on_site_minutes": tariff.points.on_site.minutes,
        "on_site_off": tariff.points.on_site.points,
        "activity_minutes": tariff.points.activity.minutes,
        "activity_off": tariff.points.activity.points,
        "cars_a_driver": tariff.nomination.cars_a_driver,
        "drivers_a_car": tariff.nomination.drivers_a_car,
        "pairs_a_day": tariff.nomination.new_pairs_a_day,
        "pairs_a_year": tariff.nomination.new_pairs_a_year,
        "review_days": tariff.handling.review_within_days,
        "lawsuit_days": tariff.challenges.lawsuit_days,
        "most_photos": tariff.challenges.photos,
        "correction_days": tariff.travel.correction_days,
        "delete_days": tariff.travel.delete_working_days,
        "consent_age": tariff.school.consent_age,
        "longest_update": tariff.school.longest_text,
        "update_pictures": tariff.school.pictures,
        "undo_seconds": tariff.school.undo_seconds,
        "keep_days": tariff.school.keep_days,
        "hotline": tariff.office.phone,
        "refund_from": tariff.payment.refund_working_days[0],
        "refund_to": tariff.payment.refund_working_days[1],
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
