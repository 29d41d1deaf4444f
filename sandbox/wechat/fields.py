"""What the value of a template's field may be, by the field's category (`thing1` is a `thing`).

The limits are WeChat's: of the categories for template messages, and of those only subscription notices have.
"""

import re

HAN = r"\u3400-\u9fff"
DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
HOUR = r"\d{1,2}:\d{2}(?::\d{2})?"
MOMENT = rf"(?:{DAY}(?: ?{HOUR})?|{HOUR})"

TEMPLATE = {
    "thing": r".{1,20}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{MOMENT}(?: ?~ ?{MOMENT})?",
    "amount": r"[¥￥$€]?\d{1,10}(?:\.\d+)?元?",
    "phone_number": r"[\d\-+*() ]{1,17}",
    "car_number": rf"[{HAN}0-9A-Za-z][0-9A-Za-z]{{0,6}}[{HAN}0-9A-Za-z]",
    "const": r".{1,20}",
}
NOTICE = TEMPLATE | {
    "number": r"(?=.{1,32}$)\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "date": rf"{DAY}(?: ?{HOUR})?(?: ?~ ?{DAY}(?: ?{HOUR})?)?",
    "name": rf"(?:[{HAN}·]{{1,10}}|[A-Za-z .'\-]{{1,20}})",
    "phrase": rf"[{HAN}]{{1,5}}",
}


def fits(rules: dict[str, str], field: str, value: object) -> bool:
    """Would WeChat take this value for this field? A category that the rules do not know takes none."""
    pattern = rules.get(re.sub(r"\d+$", "", field))
    return pattern is not None and isinstance(value, str) and re.fullmatch(pattern, value) is not None
