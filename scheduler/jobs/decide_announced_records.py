"""Where the law of the place allows it (`when_silent = "decide"`), announced records are decided once their days have run (PR 54)."""

from datetime import time

from models.flows import silence
from scheduler.service import DailyJob

JOB = DailyJob("decide_announced_records", time(9, 0), silence.decide_ripe)
