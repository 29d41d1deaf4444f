"""The first overdue day: the case turns overdue, the surcharge begins, the warning of a measure goes out."""

from datetime import time

from models.flows import enforcement
from scheduler.service import DailyJob

JOB = DailyJob("announce_overdue_fines", time(8, 30), enforcement.announce_overdue)
