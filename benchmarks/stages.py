"""Where the time of a message goes: its stages one after another in one process, without HTTP. `python -m benchmarks.stages FOLDER`."""

import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import structlog
import uvloop

from benchmarks.city import openid, settings
from benchmarks.pushes import push
from bot.inbox import Said
from bot.wechat import replies
from bot.wechat.codec import Opened
from bot.wechat.webhook import Webhook, act_of, said_in
from bot.wiring import assemble
from models.base.ports import ChatAct

COUNT = 2000


async def stages(folder: Path) -> None:
    """Print microseconds for each stage and each of the two commands that are measured."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with assemble(settings(folder)) as shimin:
        for text, name in (("信用分", "no database read"), ("罚单", "look-up of two cases")):
            await _print_stages(shimin.webhook, text, name)


async def _print_stages(webhook: Webhook, text: str, name: str) -> None:
    pushes = [_received(push(openid(n + 1), text, n + time.time_ns() % 10**9)) for n in range(COUNT // 2)] * 2
    opened = [webhook.codec.open(query, body) for query, body in pushes]
    said = [said_in(each.message) or Said("", "") for each in opened]
    fresh = [Said(each.openid, f"{turn}/{each.key}", each.text) for turn, each in enumerate(said)]
    for each in said[: COUNT // 2]:
        await webhook.inbox.answer(each)  # accounts and languages are known, as in a city that is awake
    print(f"\n{name}, one at a time:")
    await _time("open: signature, AES, XML", pushes, lambda each: _done(webhook.codec.open(*each)))
    await _time("nonce and window", opened, lambda each: _admit(webhook, each))
    await _time("inbox: duplicates, order, answer", fresh, webhook.inbox.answer)
    await _time("reply: XML, AES, signature", opened, lambda each: _done(_reply(webhook, each)))


async def _time(name: str, things: Sequence[Any], act: Callable[[Any], Awaitable[Any]]) -> None:
    began = time.perf_counter()
    for thing in things:
        await act(thing)
    print(f"  {name:36}{(time.perf_counter() - began) / len(things) * 1e6:7.1f} us")


async def _admit(webhook: Webhook, opened: Opened) -> None:
    key, identity = f"nonce:{opened.nonce}", opened.message.duplicate_key.encode()
    await webhook.ephemeral.add(key, identity, 600)
    await webhook.chat.heard(openid=opened.message.openid, act=act_of(opened.message) or ChatAct.MESSAGE)


async def _done(value: Any) -> Any:
    return value


def _reply(webhook: Webhook, opened: Opened) -> bytes:
    return webhook.codec.seal(replies.text(opened.message, "您有2宗未处理案件。" * 20, now=1), opened)


def _received(request: bytes) -> tuple[dict[str, str], bytes]:
    """Query and body of a ready-made HTTP request."""
    head, _, body = request.partition(b"\r\n\r\n")
    return dict(parse_qsl(head.split(b" ")[1].decode().partition("?")[2])), body


if __name__ == "__main__":
    uvloop.run(stages(Path(sys.argv[1])))
