"""The page of an update of a class: for its guardians and teachers, whoever else holds the link.

    GET  /school/{code}              the update; the guardian's own conversation, or the teacher's view
    GET  /school/{code}/wechat       WeChat's answer to who looks at it
    GET  /school/{code}/picture/{n}  one of its pictures
    POST /school/{code}/answer       a guardian's answer, a teacher's reply
    POST /school/beat                the page is seen and used

The link tells nobody apart, so WeChat is asked who looks (`login`), and a cookie remembers it for a while (`passes`). That the person
belongs to the class is looked up each time.
"""

from aiohttp import web

from bot import doors
from bot.pages.press import Press
from bot.pages.school import answer, beat, page
from bot.pages.school.visit import visiting


def setup(app: web.Application, press: Press) -> None:
    """Add the routes."""
    router = app.router
    # A look is a read receipt, and the login uses its code up: a HEAD must not reach them.
    router.add_get("/school/{code}", visiting(page.show), allow_head=False)
    router.add_get("/school/{code}/wechat", page.come_in, allow_head=False)
    router.add_get("/school/{code}/picture/{number}", visiting(page.picture))
    doors.post(app, "/school/{code}/answer", answer.door(press))
    doors.post(app, "/school/beat", beat.door(press))
    app.cleanup_ctx.append(beat.gathering)
