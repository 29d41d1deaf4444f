"""One hardened pass over the XML that WeChat posts, into plain dictionaries.

Refused: a DTD (so no entity can be declared), processing instructions, comments, anything but UTF-8, more than 64 KiB,
more than eight levels. Nearly every push is a row of leaves without references: such a one is read by a regular expression in a
half of the time (5 of 10 microseconds); libxml2 reads all others, and is the oracle of the tests.
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from bot.wechat.errors import Unreadable

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8

Value: TypeAlias = "str | Fields | list[str | Fields]"
Fields: TypeAlias = "dict[str, Value]"

# The encoding is forced: a declaration or a byte order mark must not choose another one.
_PARSER = etree.XMLParser(
    encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
)
# What XML allows and never reads as anything but itself: no mark-up, no reference, no carriage return; in CDATA no `]` either.
_PLAIN = r"[\t\n\x20-\x25\x27-\x3b=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*"
_IN_CDATA = r"[\t\n\x20-\x5c\x5e-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*"
_LEAF = rf"<([A-Za-z_]\w*)>(?:<!\[CDATA\[({_IN_CDATA})\]\]>|({_PLAIN}))</\1>[ \n]*"
_LEAVES = re.compile(_LEAF, re.ASCII)
_ROW_OF_LEAVES = re.compile(rf"<xml>[ \n]*(?:{_LEAF})*+</xml>", re.ASCII)


def parse(body: bytes) -> Fields:
    """Read `<xml>...</xml>`; a name that repeats becomes a list. Raises Unreadable, and nothing else, for any bytes."""
    if len(body) > MAX_BYTES:
        raise Unreadable("too large")
    return _row_of_leaves(body) or _tree(body)


def _row_of_leaves(body: bytes) -> "Fields | None":
    """The fields of the simplest documents; None for any other."""
    try:
        document = body.decode()
    except UnicodeDecodeError:
        return None
    if not _ROW_OF_LEAVES.fullmatch(document):
        return None
    leaves = _LEAVES.findall(document, len("<xml>"))
    fields: Fields = {name: in_cdata or plain for name, in_cdata, plain in leaves}
    return fields if len(fields) == len(leaves) else None


def _tree(body: bytes) -> Fields:
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError:
        raise Unreadable("not xml") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("doctype")
    if root.tag != "xml" or root.getprevious() is not None or root.getnext() is not None:
        raise Unreadable("not a message")
    return _children(root, 1)


def text(fields: Fields, *path: str) -> str:
    """The text at a path of names; empty when it is missing, repeated or not a leaf."""
    value: Value = fields.get(path[0], "")
    for name in path[1:]:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value if isinstance(value, str) else ""


def find_all(fields: Fields, name: str) -> Iterator[Fields]:
    """Every element with children that has this name, at any level, in the order of the document."""
    for key, value in fields.items():
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                if key == name:
                    yield child
                yield from find_all(child, name)


def _children(parent: etree._Element, depth: int) -> Fields:
    if depth >= MAX_DEPTH:
        raise Unreadable("too deep")
    fields: Fields = {}
    for child in parent:
        name = child.tag
        if not isinstance(name, str):  # a comment or a processing instruction: its tag is a function
            raise Unreadable("not a message")
        value = _children(child, depth + 1) if len(child) else child.text or ""
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[name] = [known, value]
    return fields
