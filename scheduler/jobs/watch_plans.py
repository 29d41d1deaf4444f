"""Payment plans in the morning, before what is late is announced: answers that are due, instalments that were missed, reminders."""

from datetime import time

from models.flows import plan
from scheduler.service import DailyJob

JOB = DailyJob("watch_plans", time(8, 20), plan.watch)
