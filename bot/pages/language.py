"""The reader's language: chosen in the address (`?lang=en`), else the browser's, else Chinese. No cookie is needed."""

import re

from aiohttp import web
from yarl import URL

from models.base.texts import CHINESE, ENGLISH, LANGUAGES

SPOKEN = {"zh": CHINESE, "en": ENGLISH}
KEPT = ("amount",)  # of an address, when the language changes
RANGE = re.compile(r"(?:^|,)\s*([a-z]{2})\b", re.IGNORECASE)


def language_of(request: web.Request) -> str:
    """One of LANGUAGES."""
    return _chosen(request) or _preferred(request.headers.get("Accept-Language", ""))


def address(request: web.Request, path: str) -> str:
    """A path of ours that keeps the language chosen in this request's address."""
    chosen = _chosen(request)
    return str(URL(path).update_query(lang=chosen)) if chosen else path


def other_language(request: web.Request, path: str = "") -> str:
    """This page, or the one of this path, in the other language."""
    other = ENGLISH if language_of(request) == CHINESE else CHINESE
    kept = {name: value for name, value in request.query.items() if name in KEPT}
    return str(URL(path or request.path).with_query({**kept, "lang": other}))


def _chosen(request: web.Request) -> str | None:
    wanted = request.query.get("lang", "")
    return wanted if wanted in LANGUAGES else None


def _preferred(accepted: str) -> str:
    """Browsers list languages by preference, so the first one spoken here is the one."""
    spoken = (SPOKEN.get(code.lower()) for code in RANGE.findall(accepted))
    return next((language for language in spoken if language), CHINESE)
