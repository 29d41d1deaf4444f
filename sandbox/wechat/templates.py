"""Template messages and subscription notices: checked field by field, taken, and delivered behind the answer."""

from typing import Any

from aiohttp import web

from sandbox import wall
from sandbox.config import TemplateConfig
from sandbox.state import Sending, State
from sandbox.web_json import answer
from sandbox.wechat import consents, fields, sendings
from sandbox.wechat.calls import body_of, citizen_of, done, error, opened, part_of, reachable
from sandbox.world import World

SAME_FOR = 600.0  # seconds in which a client_msg_id names the same message


async def message_templates(request: web.Request) -> web.Response:
    """`GET /cgi-bin/template/get_all_private_template`."""
    industry = {"primary_industry": "政府与公共事业", "deputy_industry": "交通"}
    shown = [
        {
            "template_id": name,
            "title": template.title,
            **industry,
            "content": _content(template),
            "example": "",
        }
        for name, template in opened(request).config.wechat.templates.items()
        if not template.one_time
    ]
    return answer({"template_list": shown})


async def notice_templates(request: web.Request) -> web.Response:
    """`GET /wxaapi/newtmpl/gettemplate`: the templates of one-time notices."""
    shown = [
        {"priTmplId": name, "title": template.title, "content": _content(template), "example": "", "type": 2}
        for name, template in opened(request).config.wechat.templates.items()
        if template.one_time
    ]
    return done(data=shown)


async def send_template(request: web.Request) -> web.Response:
    """`POST /cgi-bin/message/template/send`; the same client_msg_id within ten minutes is the same message."""
    world, body = opened(request), await body_of(request)
    who = citizen_of(world, body.get("touser"))
    content = _card(world, body, body.get("url"), one_time=False)
    reachable(world, who.openid)
    client_id = str(body.get("client_msg_id", ""))
    before = _sent_as(world.state, client_id, wall.seconds())
    sending = before or sendings.start(world, "template", [who.openid], content, client_id=client_id)
    return done(msgid=sending.msg_id)


async def send_notice(request: web.Request) -> web.Response:
    """`POST /cgi-bin/message/subscribe/bizsend`: uses up one consent; the receiver need not follow the account."""
    world, body = opened(request), await body_of(request)
    who = citizen_of(world, body.get("touser"))
    content = _card(world, body, body.get("page"), one_time=True)
    try:
        consents.use(world.state, who.openid, str(body["template_id"]))
    except consents.NoConsent as refused:
        raise error(43101, "user refuse to accept the msg") from refused
    sendings.start(world, "subscribe", [who.openid], content)
    return done()


def _content(template: TemplateConfig) -> str:
    """A template as the account's owner reads it."""
    return "".join(f"{template.labels.get(name, name)}:{{{{{name}.DATA}}}}\n" for name in template.fields)


def _card(world: World, body: dict[str, Any], url: Any, *, one_time: bool) -> dict[str, Any]:
    """The chat line of the card. Raises Refusal: no such template of this sort (40037), a field's value (47003)."""
    template_id = body.get("template_id")
    template = world.config.wechat.templates.get(str(template_id))
    if template is None or template.one_time is not one_time:
        raise error(40037, "invalid template_id")
    data, rules = part_of(body, "data"), fields.NOTICE if one_time else fields.TEMPLATE
    rows = [
        [template.labels.get(name, name), _value(template, rules, name, data)] for name in template.fields
    ]
    extra = {"title": template.title, "rows": rows, "url": str(url or ""), "template_id": template_id}
    lines = [template.title, *(f"{label}: {value}" for label, value in rows)]
    return {"kind": "template", "text": "\n".join(lines), "extra": extra}


def _value(template: TemplateConfig, rules: dict[str, str], name: str, data: dict[str, Any]) -> str:
    field = data.get(name)
    value = field.get("value") if isinstance(field, dict) else None
    approved = template.consts.get(name)
    if not fields.fits(rules, name, value) or (approved is not None and value not in approved):
        raise error(47003, f"argument invalid! data.{name}.value invalid")
    return str(value)


def _sent_as(state: State, client_id: str, now: float) -> Sending | None:
    """The template message that was taken under this client_msg_id not long ago."""
    if not client_id:
        return None
    young = (sending for sending in state.sendings if now - sending.at < SAME_FOR)
    return next((one for one in young if (one.kind, one.client_id) == ("template", client_id)), None)


ROUTES = [
    web.get("/cgi-bin/template/get_all_private_template", message_templates),
    web.get("/wxaapi/newtmpl/gettemplate", notice_templates),
    web.post("/cgi-bin/message/template/send", send_template),
    web.post("/cgi-bin/message/subscribe/bizsend", send_notice),
]
