"""What opens from a text or in the chat: one case and its payment, and the privacy notice.

    GET  /c/{token}                 the case, masked
    POST /c/{token}/order           an order that anyone may pay by scanning a code
    GET  /c/{token}/wechat          inside WeChat: ask WeChat who pays
    GET  /c/{token}/chat            WeChat's answer: an order for that account
    GET  /c/{token}/pay/{order_no}  the order: a code, or WeChat's payment sheet
    GET  /c/{token}/photo/{id}      what the camera saw, for whoever has leave out of the chat for an hour
    GET  /c/{token}/status          what has become of the case, for the waiting page
    GET  /r/{token}                 a receipt, and /r/{token}/receipt.pdf: to its owner, for a day
    GET  /verify?code=              does a receipt hold? To anybody
    GET  /privacy                   what is kept of you
    /school/...                     an update of a class, to the class: `bot/pages/school`

The token is the signed link of one case. Whoever holds it sees its page, so that no page of a case shows a name, an ID, a phone, a whole
plate or an account.
"""

from pathlib import Path

from aiohttp import web

from bot import doors
from bot.pages import case_page, chat_payment, code_payment, order_page, picture, privacy, receipts, school
from bot.pages.press import PRESS, Press
from bot.pages.visit import visiting
from bot.settings import Settings

STATIC = Path(__file__).with_name("static")


def setup(app: web.Application, settings: Settings) -> None:
    """Add the routes. Reads the templates and the sentences, so call it before the loop runs (or once, at start)."""
    app[PRESS] = Press(settings)
    router = app.router
    router.add_get("/c/{token}", visiting(case_page.show))
    router.add_get("/c/{token}/photo/{photo}", visiting(picture.show))
    router.add_get("/c/{token}/status", visiting(case_page.status))
    router.add_get("/c/{token}/pay/{order_no}", visiting(order_page.show))
    # These two act, so a HEAD must not reach them.
    router.add_get("/c/{token}/wechat", visiting(chat_payment.ask_who), allow_head=False)
    router.add_get("/c/{token}/chat", visiting(chat_payment.begin), allow_head=False)
    doors.post(app, "/c/{token}/order", code_payment.door(app[PRESS]))
    router.add_get("/r/{token}", receipts.owner(receipts.show))
    router.add_get("/r/{token}/receipt.pdf", receipts.owner(receipts.pdf))
    router.add_get("/verify", receipts.verify)
    router.add_get("/privacy", privacy.show)
    school.setup(app, app[PRESS])
    router.add_static("/static/pages", STATIC)
