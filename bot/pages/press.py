"""Makes pages: a template, the reader's sentences, and the headers that every answer of these pages carries."""

import json
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from yarl import URL

from bot.pages.language import address, language_of, other_language
from bot.settings import Settings, WeChat
from models.base.texts import CHINESE, LANGUAGES, texts

TEMPLATES = Path(__file__).with_name("templates")


class Press:
    """Templates and headers, read once; nothing blocks afterwards."""

    def __init__(self, settings: Settings) -> None:
        self._js_sdk_url = settings.wechat.js_sdk_url
        self._headers = _headers(settings.wechat, settings.evidence_hosts)
        self._templates = _templates()
        for language in LANGUAGES:
            texts(language).show(date.min)  # reads the sentences, and the words that dates are written in

    def page(
        self, request: web.Request, name: str, status: int = HTTPStatus.OK, **values: Any
    ) -> web.Response:
        """A page in the reader's language; `name` is its template's. A page that answers a POST says where it is to be had in the
        `other_language`."""
        same = {
            "link": partial(address, request),
            "other_language": other_language(request),
            "chosen": request.query.get("lang", ""),
        }
        return self._print(name, language_of(request), status, same | values)

    def problem(self, request: web.Request, name: str, status: int, *, back: str = "") -> web.Response:
        """A page that says what went wrong and the way on: `page.problem.<name>.title`, `.text`; `back` is a path of ours."""
        back = address(request, back) if back else ""
        return self._print("problem.html", language_of(request), status, {"name": name, "back": back})

    def refuse(self, status: int, reason: str, name: str = "unknown") -> web.Response:
        """A door's refusal. Hardly anybody meets it: the form they press stands on a page whose link was right."""
        del reason
        return self._print("problem.html", CHINESE, status, {"name": name, "back": ""})

    def see_other(self, request: web.Request, path: str) -> web.Response:
        """Go on with a GET of a path of ours, in the language chosen."""
        return self.send_to(address(request, path))

    def send_to(self, url: str) -> web.Response:
        """Go on with a GET of any address."""
        return web.Response(status=HTTPStatus.SEE_OTHER, headers=self._headers | {"Location": url})

    def data(self, value: Mapping[str, str], status: int = HTTPStatus.OK) -> web.Response:
        """JSON, for our own scripts."""
        return web.json_response(value, status=status, headers=self._headers)

    def file(self, content: bytes, content_type: str, name: str) -> web.Response:
        """A file to be kept; `name` is ours, letters and digits."""
        shown = {"Content-Disposition": f'inline; filename="{name}"'}
        return web.Response(body=content, content_type=content_type, headers=self._headers | shown)

    def _print(self, name: str, language: str, status: int, values: Mapping[str, Any]) -> web.Response:
        words = texts(language)
        text = self._templates[name].render(
            values,
            say=words.say,
            show=words.show,
            language=language.replace("_", "-"),
            js_sdk_url=self._js_sdk_url,
            to_json=json.dumps,
        )
        return web.Response(text=text, status=status, content_type="text/html", headers=self._headers)


@cache
def _templates() -> dict[str, Template]:
    """All of them by name, compiled once for the process."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return {name: environment.get_template(name) for name in environment.list_templates()}


def _headers(wechat: WeChat, picture_hosts: Collection[str]) -> dict[str, str]:
    """Nothing runs or loads but our own files, WeChat's script where it is set, inline pictures (the code to scan), and what the police's
    cameras saw, from their hosts."""
    pictures = "".join(f" https://{host}" for host in sorted(picture_hosts))
    sdk = f" {URL(wechat.js_sdk_url).origin()}" if wechat.js_sdk_url else ""
    policy = (
        "default-src 'none'",
        "style-src 'self'",
        f"img-src 'self' data:{pictures}",
        f"script-src 'self'{sdk}",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        f"frame-ancestors {wechat.frame_ancestors}",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


PRESS = web.AppKey("press", Press)
