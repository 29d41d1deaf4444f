"""The servers that are measured: two limits, a peer, and the service.

`python -m benchmarks.servers NAME PORT FOLDER [DATABASE_URL REDIS_URL]`

bare       aiohttp and uvloop, a fixed answer, no work
limit2     aiohttp and uvloop, only signature, AES, the least XML, and the reply
wechatpy   the peer: an empty echo on wechatpy inside aiohttp
shimin     the whole service with people and cases in it, on its embedded default or on the servers that are named
"""

import asyncio
import base64
import hashlib
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from benchmarks.pushes import AES_KEY, APP_ID, KEY, TOKEN, encrypt, sign

Handler = Callable[[web.Request], Awaitable[web.Response]]
CIPHER = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16]))


async def bare(request: web.Request) -> web.Response:
    """Reads the body and says nothing."""
    await request.read()
    return web.Response(body=b"success")


async def limit2(request: web.Request) -> web.Response:
    """Nothing but what the wire demands; no check that could be left out."""
    body, query = await request.text(), request.query
    sealed = body[body.index("<Encrypt><![CDATA[") + 18 : body.index("]]></Encrypt>")]
    parts = sorted((TOKEN, query["timestamp"], query["nonce"], sealed))
    if hashlib.sha1("".join(parts).encode()).hexdigest() != query["msg_signature"]:
        return web.Response(status=403)
    decryptor = CIPHER.decryptor()
    plain = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    message = plain[20 : 20 + int.from_bytes(plain[16:20], "big")].decode()
    openid = _between(message, "<FromUserName><![CDATA[", "]]>")
    text = _between(message, "<Content><![CDATA[", "]]>")
    return web.Response(text=_reply(openid, text), content_type="application/xml")


def _between(message: str, begin: str, end: str) -> str:
    start = message.index(begin) + len(begin)
    return message[start : message.index(end, start)]


def _reply(openid: str, text: str) -> str:
    now = str(int(time.time()))
    answer = (
        f"<xml><ToUserName><![CDATA[{openid}]]></ToUserName><FromUserName><![CDATA[gh_shimin]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )
    sealed = encrypt(answer.encode())
    return (
        f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature>{sign(TOKEN, now, '1', sealed)}</MsgSignature>"
        f"<TimeStamp>{now}</TimeStamp><Nonce>1</Nonce></xml>"
    )


def wechatpy_echo() -> Handler:
    """As wechatpy's documents show it."""
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto

    crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)

    async def echo(request: web.Request) -> web.Response:
        query = request.query
        xml = crypto.decrypt_message(
            await request.text(), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        message = parse_message(xml)
        reply = create_reply(message.content, message).render()
        return web.Response(
            text=crypto.encrypt_message(reply, query["nonce"], query["timestamp"]),
            content_type="application/xml",
        )

    return echo


async def serve(name: str, port: int, folder: Path, *servers: str) -> None:
    """Until killed."""
    if name == "shimin":
        from benchmarks.city import serve_city

        await serve_city(port, folder, *servers)
        return
    app = web.Application()
    handler = {"bare": bare, "limit2": limit2}.get(name) or wechatpy_echo()
    app.router.add_post("/wechat", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]))
