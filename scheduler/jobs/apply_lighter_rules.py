"""A rule that came into force today may be lighter: undecided cases are under it from the morning on, before anybody is reminded."""

from datetime import time

from models.violations import later_rules
from scheduler.service import DailyJob

JOB = DailyJob("apply_lighter_rules", time(8, 10), later_rules.apply_all)
