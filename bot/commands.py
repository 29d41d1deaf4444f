"""The ordered list of what a citizen can say; the first that matches wins."""

from handlers import (
    accept,
    bind,
    consent,
    fines,
    following,
    help,  # noqa: A004 - the command's name
    language,
    pay,
    person,
    points,
    restrictions,
    score,
    unknown,
)
from handlers.routing import Router

ROUTER = Router(
    commands=(
        bind.bind,
        bind.code,
        consent.consent,
        fines.fines,
        fines.case,
        accept.accept,
        accept.confirm,
        pay.pay,
        restrictions.restricted,
        points.points,
        score.score,
        help.help_,
        language.language,
        language.chinese,
        language.english,
        person.person,
    ),
    events={"subscribe": following.welcome, "unsubscribe": following.goodbye, "other": unknown.other_kind},
    fallback=unknown.unknown,
)
