"""The ordered list of what a citizen can say; the first that matches wins."""

from handlers import accepting, binding, cases, licence_points, paying, restricted, talking
from handlers.routing import Router

ROUTER = Router(
    commands=(
        binding.bind,
        binding.code,
        binding.consent,
        cases.fines,
        cases.case,
        accepting.accept,
        accepting.confirm,
        paying.pay,
        restricted.restricted,
        licence_points.points,
        talking.score,
        talking.help_,
        talking.language,
        talking.person,
    ),
    events={"subscribe": talking.welcome, "unsubscribe": talking.goodbye, "other": talking.other_kind},
    fallback=talking.unknown,
)
