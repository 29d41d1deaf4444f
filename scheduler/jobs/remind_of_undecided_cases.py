"""Day 20 and 27 after the notice: a case nobody handled is remembered to its owner (city)."""

from datetime import time

from models.violations import acts as violations
from scheduler.service import DailyJob

JOB = DailyJob("remind_of_undecided_cases", time(9, 0), violations.remind_undecided)
