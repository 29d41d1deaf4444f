"""Seven days after a warning was served, for what is still owed: the measure takes hold. In office hours, so that it can be asked about."""

from datetime import time

from models.flows import enforcement
from scheduler.service import DailyJob

JOB = DailyJob("impose_ripe_measures", time(9, 30), enforcement.impose_ripe)
