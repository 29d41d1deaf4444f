"""Restrictions of travel that have run out end, and so does what was performed, on its last day for being deleted; in the morning."""

from datetime import time

from models.restrictions import matters
from scheduler.service import DailyJob

JOB = DailyJob("end_matters", time(8, 5), matters.end_what_is_over)
