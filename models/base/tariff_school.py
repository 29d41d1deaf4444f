"""The tariff's section on schools: whose consent is needed, what a teacher may send, and how long a school year's data stays."""

from models.base.tariff_part import Part


class Learning(Part):
    """Learning points: how long a beat of the page stands for, and how much reading counts. A point is a minute."""

    beat_seconds: int
    longest_beat_seconds: int
    minutes_an_update: int
    minutes_a_day: int


class League(Part):
    """The weekly league of a class."""

    longest_nickname: int  # characters
    nicknames_a_day: int


class Answers(Part):
    """What guardians answer their teachers, and these them."""

    longest_text: int  # characters
    answers_a_day: int


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
    learning: Learning
    league: League
    answers: Answers
