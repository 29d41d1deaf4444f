"""Texts as they are submitted: what must be given, and what is written on the phone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import wall
from sandbox.config import SmsConfig
from sandbox.state import State, Text

MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})")
VARIABLE = re.compile(r"\$\{(\w+)\}")
MOST_NUMBERS = 1000
MOST_UNITS = 500  # UTF-16, the signature included


class BadText(ValueError):
    """A text that the carrier does not take; `code` is its word for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to be sent; `out_id` is the customer's own name for it."""

    template: str
    text: str
    out_id: str


def read(config: SmsConfig, given: Mapping[str, str]) -> tuple[list[str], Rendered]:
    """The numbers (11 digits) and the rendered text of a SendSms. Raises BadText."""
    numbers = [_mobile(number) for number in given.get("PhoneNumbers", "").split(",")]
    if len(numbers) > MOST_NUMBERS:
        raise BadText("isv.MOBILE_COUNT_OVER_LIMIT", "at most 1000 numbers a call")
    if given.get("SignName") != config.sign_name:
        raise BadText("isv.SMS_SIGNATURE_ILLEGAL", "the signature is not registered")
    code = given.get("TemplateCode", "")
    if code not in config.templates:
        raise BadText("isv.SMS_TEMPLATE_ILLEGAL", "the template is not registered")
    text = f"【{config.sign_name}】{_filled(config.templates[code], given.get('TemplateParam', ''))}"
    if len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
        raise BadText("isv.CONTENT_LENGTH_LIMIT", "the text is longer than 500 characters")
    return numbers, Rendered(code, text, given.get("OutId", ""))


def submit(state: State, number: str, text: Rendered, biz_id: str) -> Text:
    """Keep one text to one number."""
    at = wall.stamp()
    return state.texts.put(
        Text(len(state.texts) + 1, biz_id, number, text.template, text.text, text.out_id, at)
    )


def _mobile(number: str) -> str:
    found = MOBILE.fullmatch(number)
    if found is None:
        raise BadText("isv.MOBILE_NUMBER_ILLEGAL", "not a mobile number")
    return found[1]


def _filled(template: str, params: str) -> str:
    try:
        values = json.loads(params or "{}")
    except ValueError as error:
        raise BadText("isv.INVALID_JSON_PARAM", "TemplateParam is not JSON") from error
    if not isinstance(values, dict) or not all(isinstance(value, str | int) for value in values.values()):
        raise BadText("isv.INVALID_JSON_PARAM", "TemplateParam must be an object of strings")
    missing = [name for name in VARIABLE.findall(template) if name not in values]
    if missing:
        raise BadText("isv.TEMPLATE_MISSING_PARAMETERS", f"missing: {', '.join(missing)}")
    return VARIABLE.sub(lambda variable: str(values[variable[1]]), template)
