"""The tariff's section on schools: whose consent is needed, what a teacher may send, and how long a school year's data stays."""

from models.base.tariff_part import Part


class School(Part):
    """`keep_days` are natural days after a year's last; `undo_seconds` run on the wall's clock; text is counted in characters."""

    consent_age: int
    requests_a_day: int
    open_requests: int
    longest_text: int
    pictures: int
    updates_a_day: int
    urgent_a_day: int
    undo_seconds: int
    draft_hours: int
    keep_days: int
