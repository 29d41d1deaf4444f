"""Three days before the last day to pay, and on it (city)."""

from datetime import time

from models.violations import acts as violations
from scheduler.service import DailyJob

JOB = DailyJob("remind_of_due_fines", time(9, 0), violations.remind_due)
