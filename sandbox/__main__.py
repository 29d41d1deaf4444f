"""`python -m sandbox CONFIG.json`: run the sandbox on loopback until SIGINT or SIGTERM."""

import argparse
import logging
import sys
from pathlib import Path

from aiohttp import web

from sandbox.app import make_app
from sandbox.config import BadConfig, load

LOOPBACK = "127.0.0.1"
LAST_ANSWERS = 2.0  # seconds that open requests get when the sandbox is stopped


def main() -> int:
    """Exit status 2 and one line for a configuration that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The other side of every wire.")
    parser.add_argument("config", type=Path, metavar="CONFIG.json")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        config = load(parser.parse_args().config)
        app = make_app(config)
    except BadConfig as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    # no access log: the addresses of the levers name people
    web.run_app(
        app, host=LOOPBACK, port=config.port, print=None, access_log=None, shutdown_timeout=LAST_ANSWERS
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
