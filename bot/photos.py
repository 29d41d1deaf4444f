"""A picture as an answer: of a type that was told by its bytes when it came, never run as anything else, never kept on the way."""

from aiohttp import web

from models.base.pictures import TYPES

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}


def photo_response(content: bytes, content_type: str) -> web.Response:
    """Raises ValueError for a type that is no picture of ours."""
    if content_type not in TYPES:
        raise ValueError("not a type of picture that is kept here")
    return web.Response(body=content, content_type=content_type, headers=HEADERS)
