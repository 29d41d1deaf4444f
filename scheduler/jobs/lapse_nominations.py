"""The day after the last one to answer: what a driver did not answer goes back to the owner, before the owner is reminded of it."""

from datetime import time

from models.violations import nominations
from scheduler.service import DailyJob

JOB = DailyJob("lapse_nominations", time(8, 15), nominations.lapse)
