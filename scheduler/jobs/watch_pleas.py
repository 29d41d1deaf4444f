"""An answer to somebody who objects to a restriction of travel is due on the next working day, or late: the desk is alerted."""

from datetime import time

from models.restrictions import pleas
from scheduler.service import DailyJob

JOB = DailyJob("watch_pleas", time(8, 15), pleas.watch)
