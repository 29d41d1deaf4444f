"""The page of an update of a class: for its guardians and teachers, whoever else holds the link.

    GET  /school/{code}              the update; the guardian's own conversation, or the teacher's view
    GET  /school/{code}/wechat       WeChat's answer to who looks at it
    GET  /school/{code}/picture/{n}  one of its pictures
    POST /school/{code}/answer       a guardian's answer, a teacher's reply
    POST /school/{code}/undo         a teacher takes it back
    POST /school/beat                the page is seen and used

    GET  /school/publish                          a teacher writes one; POST keeps it as a draft
    GET  /school/publish/{code}                   as the class would see it; POST writes it differently
    GET  /school/publish/{code}/change            the form again
    GET  /school/publish/{code}/picture/{n}       one of its pictures
    POST /school/publish/{code}/picture           one more; .../drop takes one off
    POST /school/publish/{code}/confirm           published; .../away throws it away

The link tells nobody apart, so WeChat is asked who looks (`login`), and a cookie remembers it for a while (`passes`). That the person
belongs to the class is looked up each time.
"""

from aiohttp import web

from bot import doors
from bot.pages.press import Press
from bot.pages.school import answer, beat, draft, page, publish, teacher
from bot.pages.school.page import PUBLISHING
from bot.pages.school.teacher import writing
from bot.pages.school.visit import visiting


def setup(app: web.Application, press: Press) -> None:
    """Add the routes."""
    router = app.router
    _publishing(app, press)
    # A look is a read receipt, and the login uses its code up: a HEAD must not reach them.
    router.add_get("/school/{code}", visiting(page.show), allow_head=False)
    router.add_get("/school/{code}/wechat", page.come_in, allow_head=False)
    router.add_get("/school/{code}/picture/{number}", visiting(page.picture))
    doors.post(app, "/school/{code}/answer", answer.door(press))
    doors.post(app, "/school/{code}/undo", publish.undo_door(press))
    doors.post(app, "/school/beat", beat.door(press))
    app.cleanup_ctx.append(beat.gathering)


def _publishing(app: web.Application, press: Press) -> None:
    """Before the pages of updates, as no update has the code `publish`."""
    router, one = app.router, f"{PUBLISHING}/{{code}}"
    router.add_get(PUBLISHING, writing(draft.begin))
    router.add_get(f"{PUBLISHING}/wechat", teacher.come_in, allow_head=False)
    router.add_get(one, writing(draft.show))
    router.add_get(f"{one}/wechat", teacher.come_in, allow_head=False)
    router.add_get(f"{one}/change", writing(draft.change))
    router.add_get(f"{one}/picture/{{number}}", writing(draft.picture))
    doors.post(app, PUBLISHING, publish.form_door(press))
    doors.post(app, one, publish.form_door(press))
    doors.post(app, f"{one}/picture", publish.picture_door(press))
    doors.post(app, f"{one}/drop", publish.drop_door(press))
    doors.post(app, f"{one}/confirm", publish.confirm_door(press))
    doors.post(app, f"{one}/away", publish.away_door(press))
