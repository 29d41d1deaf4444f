"""The ordered list of what a citizen can say; the first that matches wins."""

from handlers import (
    accept,
    bind,
    company,
    consent,
    consent_as_driver,
    fines,
    following,
    help,  # noqa: A004 - the command's name
    language,
    nominate,
    object,  # noqa: A004 - as above
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
        company.act_for,
        company.myself,
        fines.fines,
        fines.case,
        fines.photos,
        accept.accept,
        accept.confirm,
        nominate.nominate,
        nominate.withdraw,
        consent_as_driver.take_over,
        consent_as_driver.turn_down,
        object.objection,
        object.review,
        object.withdraw_objection,
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
    events={
        "subscribe": following.welcome,
        "unsubscribe": following.goodbye,
        "picture": object.picture,
        "other": unknown.other_kind,
    },
    fallback=unknown.unknown,
)
