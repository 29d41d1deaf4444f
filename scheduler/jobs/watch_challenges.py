"""An answer to an objection or a review is due on the next working day, or today, or is late: an officer is alerted, in the morning."""

from datetime import time

from models.violations import challenges
from scheduler.service import DailyJob

JOB = DailyJob("watch_challenges", time(8, 15), challenges.watch)
