"""Every wire's far end in one recording server: it answers what a willing provider would, and keeps addresses and headers."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from tests.gateways.wechat_pay_platform import Keys, signature_headers


@dataclass
class FarEnds:
    """`asked` is the address and the headers of each call; `texts` the parameters of each text message."""

    keys: Keys
    asked: list[str] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append(f"{request.method} {request.raw_path} {dict(request.headers)}")
        if request.path == "/":
            return self._carrier(body)
        if request.path.startswith("/v3/pay/"):
            return self._pay()
        return web.json_response(self._answer(request.path, body))

    def _answer(self, path: str, body: str) -> dict[str, Any]:
        match path:
            case "/cgi-bin/stable_token":
                return {"access_token": "token", "expires_in": 7200}
            case "/cgi-bin/message/custom/send":
                self.pushed.append(json.loads(body)["text"]["content"])
                return {"errcode": 0, "errmsg": "ok"}
            case "/v1/verify":
                return {"match": True}
        raise AssertionError(path)

    def _carrier(self, body: str) -> web.Response:
        form = parse_qs(body)
        self.texts.append(json.loads(form["TemplateParam"][0]))
        return web.json_response({"Code": "OK", "BizId": f"biz-{len(self.texts)}", "RequestId": "r"})

    def _pay(self) -> web.Response:
        text = json.dumps({"code_url": "weixin://wxpay/bizpayurl?pr=x"})
        headers = signature_headers(self.keys.platform, text, int(time.time()))
        return web.Response(text=text, headers=headers, content_type="application/json")
