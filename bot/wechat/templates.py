"""Template messages and subscription notices: what reaches a citizen outside of any window.

Which template tells which notice stands in a file of the operator's, TOML or JSON, by kind and language (docs/templates.toml):

    [payment_receipt.zh_CN]
    template = "the id WeChat gave it"
    fields = { character_string1 = "{number}", amount2 = "{amount}", time3 = "{day}" }
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.wechat.client import WeChatClient
from bot.wechat.fields import SUBSCRIPTION, TEMPLATE, Category, category, checked, filled
from bot.wechat.outcomes import outcome
from models.base.ports import SendResult
from models.base.texts import texts

PARAMETER = re.compile(r"\{([^{}]*)\}")
KEY_CHARACTERS = 32  # of a client_msg_id; our own keys are longer


class WrongTemplates(ValueError):
    """One line for each thing that is wrong, naming its entry."""


class Template(BaseModel):
    """A template of the account's: `fields` by WeChat's names, with `{parameters}` of the notice; `link` is what a tap opens.

    `one_time`: a subscription notice, which needs the citizen's consent each time; else a template message.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str = Field(min_length=1)
    fields: dict[str, str] = Field(min_length=1)
    link: str = "{link}"
    one_time: bool = False

    @property
    def categories(self) -> Mapping[str, Category]:
        """What its fields may hold."""
        return SUBSCRIPTION if self.one_time else TEMPLATE

    @property
    def parameters(self) -> set[str]:
        """What a notice must bring for it; without its link it goes out all the same."""
        return {name for pattern in self.fields.values() for name in PARAMETER.findall(pattern)}

    def values(self, params: Mapping[str, Any], locale: str) -> dict[str, str]:
        """Its fields, filled in. Raises ValueError for a parameter that is missing."""
        show = texts(locale).show
        return {name: filled(name, pattern, params, show) for name, pattern in self.fields.items()}

    def url(self, params: Mapping[str, Any]) -> str:
        """The page behind it; empty where the notice has none."""
        return self.link.format_map(params) if params.keys() >= set(PARAMETER.findall(self.link)) else ""


Templates = Mapping[str, Template]  # by `<kind>.<language>`


def load(file: Path) -> Templates:
    """Read and check the file. Raises WrongTemplates."""
    try:
        content = file.read_text("utf-8")
        kinds = tomllib.loads(content) if file.suffix == ".toml" else json.loads(content)
    except (OSError, ValueError) as problem:
        raise WrongTemplates(f"{file}: {problem}") from problem
    found: dict[str, Template] = {}
    wrong = [f"{file}: {line}" for line in _read(kinds, found)]
    if wrong:
        raise WrongTemplates("\n".join(wrong))
    return found


async def send(
    client: WeChatClient,
    template: Template,
    *,
    openid: str,
    locale: str,
    params: Mapping[str, Any],
    key: str,
) -> SendResult:
    """Fill it and send it. Raises ValueError, which names the field and shows no value."""
    values, url = template.values(params, locale), template.url(params)
    to = {"openid": openid, "template_id": template.template}
    if template.one_time:
        return await send_subscription(client, **to, values=values, page=url)
    short = hashlib.sha256(key.encode()).hexdigest()[:KEY_CHARACTERS]
    return await send_template(client, **to, values=values, key=short, url=url)


async def send_template(
    client: WeChatClient, *, openid: str, template_id: str, values: Mapping[str, str], key: str, url: str = ""
) -> SendResult:
    """A template message; `key` (client_msg_id) makes it idempotent for ten minutes, `url` is what a tap opens.

    `provider_id` is what its receipt, TEMPLATESENDJOBFINISH, calls it. Raises ValueError for a field WeChat would refuse.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "client_msg_id": key,
        "data": checked(values, TEMPLATE),
    }
    link = {"url": url} if url else {}  # an empty one is an error on iOS
    return await outcome(client.post("message/template/send", data=body | link), id_field="msgid")


async def send_subscription(
    client: WeChatClient, *, openid: str, template_id: str, values: Mapping[str, str], page: str = ""
) -> SendResult:
    """A subscription notice, which uses up one consent; `page` is what a tap opens. WeChat knows no idempotency here.

    Raises ValueError for a field WeChat would refuse.
    """
    body = {
        "touser": openid,
        "template_id": template_id,
        "data": checked(values, SUBSCRIPTION),
    }
    link = {"page": page} if page else {}
    return await outcome(client.post("message/subscribe/bizsend", data=body | link))


def _read(kinds: Any, found: dict[str, Template]) -> Iterator[str]:
    """Puts what is well into `found`, and tells what is wrong."""
    for name, entry in _entries(kinds):
        try:
            found[name] = Template.model_validate(entry)
        except ValidationError as problem:
            first = problem.errors()[0]
            yield f"{'.'.join((name, *map(str, first['loc'])))}: {first['msg']}"
            continue
        yield from (f"{name}: {line}" for line in _wrong(found[name]))


def _entries(kinds: Any) -> Iterator[tuple[str, Any]]:
    """By `<kind>.<language>`; what is no table is handed on as it is, to be refused."""
    if not isinstance(kinds, dict):
        yield "the file", kinds
        return
    for kind, languages in kinds.items():
        if not isinstance(languages, dict):
            yield kind, languages
            continue
        for language, entry in languages.items():
            yield f"{kind}.{language}", entry


def _wrong(template: Template) -> Iterator[str]:
    for name in template.fields:
        if category(name) not in template.categories:
            yield f"{name}: there is no such category of field"
    for pattern in (*template.fields.values(), template.link):
        if not all(map(str.isidentifier, PARAMETER.findall(pattern))) or "{" in PARAMETER.sub("", pattern):
            yield f"{pattern}: between {{ and }} stands the name of a parameter"
