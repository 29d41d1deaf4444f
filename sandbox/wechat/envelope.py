"""Safe mode: XML in, sealed XML out, and back. The cipher is wechatpy's, so the service's own codec meets another."""

import base64
import hmac
import secrets
import struct
from collections.abc import Mapping
from typing import Any

from lxml import etree
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import WeChatSigner

from sandbox.config import WeChatConfig


class BadReply(ValueError):
    """An answer of the service that WeChat would not show."""


class Envelope:
    """Seals what goes to the account's service and opens what it replies."""

    def __init__(self, account: WeChatConfig) -> None:
        self._account = account
        self._cipher = PrpCrypto(base64.b64decode(account.aes_key + "="))

    def seal(self, xml: str, timestamp: str, nonce: str) -> tuple[bytes, dict[str, str]]:
        """The body of a push and the query that signs it."""
        sealed = self._cipher.encrypt(xml, self._account.app_id).decode()
        body = to_xml({"ToUserName": self._account.original_id, "Encrypt": sealed})
        return body.encode(), {
            "signature": self.signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": self.signature(timestamp, nonce, sealed),
        }

    def open(self, body: bytes) -> etree._Element:
        """Verify and decrypt a reply; returns its `<xml>`. Raises BadReply."""
        outer = parse(body)
        sealed, given, timestamp, nonce = (
            outer.findtext(tag, "") for tag in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        )
        if not hmac.compare_digest(self.signature(timestamp, nonce, sealed), given):
            raise BadReply("the reply's signature is wrong")
        try:
            xml = self._cipher.decrypt(sealed, self._account.app_id)
        except (WeChatException, ValueError, IndexError, struct.error) as error:
            raise BadReply("the reply cannot be decrypted") from error
        return parse(xml.encode())

    def signature(self, *parts: str) -> str:
        """Hex SHA-1 over the sorted parts and the account's token."""
        signer = WeChatSigner()
        signer.add_data(self._account.token, *parts)
        return str(signer.signature)


def fresh_nonce() -> str:
    """Ten digits, as WeChat sends them."""
    return str(secrets.randbelow(9 * 10**9) + 10**9)


def to_xml(fields: Mapping[str, Any]) -> str:
    """`<xml>` of the fields: strings as CDATA, numbers bare, mappings nested, lists as repeated elements.

    Raises ValueError for text that XML cannot carry.
    """
    root = etree.Element("xml")
    _fill(root, fields)
    return etree.tostring(root, encoding="unicode")


def _fill(parent: etree._Element, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(item, Mapping):
                _fill(child, item)
            elif isinstance(item, str) and item and "]]>" not in item:
                child.text = etree.CDATA(item)
            else:
                child.text = str(item)


def parse(body: bytes) -> etree._Element:
    """The `<xml>` element of a document without DTD. Raises BadReply."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadReply("the reply is not XML") from error
    if root.tag != "xml" or root.getroottree().docinfo.internalDTD is not None:
        raise BadReply("the reply is not a WeChat message")
    return root
