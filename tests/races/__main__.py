"""`python -m tests.races SOCKET SEED`: a corner, until its standard input ends."""

import asyncio
import sys
from pathlib import Path

from tests.races.corner import keep

asyncio.run(keep(Path(sys.argv[1]), int(sys.argv[2])))
