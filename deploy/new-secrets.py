#!/usr/bin/env python3
"""Prints a `secrets.env` for a new city: what is ours to choose is drawn now, what others give is left empty. Standard library only.

    umask 077; ./new-secrets.py > /etc/shimin/secrets.env

Run it once. The vault's keys open the database: keep a copy apart from its backups, on paper or in another house. The indexing key is
never changed; a new sealing key is added beside the old ones, which stay.
"""

import base64
import json
import secrets
import string
import sys
from datetime import UTC, datetime

LETTERS = string.ascii_letters + string.digits


def letters(count: int) -> str:
    """Letters and digits."""
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def key() -> str:
    """32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def lines(year: str) -> list[str]:
    """The file; the sealing key is named after the year."""
    return [
        "# Ours. The vault's keys open the database; without them it opens nothing.",
        f"SHIMIN_VAULT__KEYS='{json.dumps({year: key()})}'",
        f"SHIMIN_VAULT__CURRENT={year}",
        f"SHIMIN_VAULT__INDEX_KEY={key()}",
        f"SHIMIN_LINK_KEY={key()}",
        "# Ours, and told to the other side: to WeChat, WeChat Pay, the carrier, the wallet and the register.",
        f"SHIMIN_WECHAT__TOKEN={letters(24)}",
        f"SHIMIN_WECHAT__AES_KEY={letters(42)}A",
        f"SHIMIN_PAY__API_V3_KEY={letters(32)}",
        f"SHIMIN_SMS__CALLBACK_SECRET={letters(32)}",
        f"SHIMIN_WALLET__SECRET={letters(32)}",
        f"SHIMIN_SIM_REGISTER__SECRET={letters(32)}",
        "# Theirs: WeChat's AppSecret, the carrier's access key. And the database's address, with its password.",
        "SHIMIN_WECHAT__APP_SECRET=",
        "SHIMIN_SMS__ACCESS_KEY_SECRET=",
        "SHIMIN_DATABASE_URL=postgresql+asyncpg://shimin:PASSWORD@db.example/shimin",
        "SHIMIN_REDIS_URL=redis://redis.example:6379/0",
        "# While WeChat changes over from one EncodingAESKey to the next.",
        "#SHIMIN_WECHAT__PREVIOUS_AES_KEY=",
    ]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines(f"{datetime.now(UTC):%Y}")) + "\n")
