"""Text messages through Aliyun (dysmsapi, version 2017-05-25), signed by ourselves over aiohttp."""

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date

import aiohttp
from pydantic import ValidationError
from yarl import URL

from bot.gateways.acs3 import AccessKey, signed_headers
from bot.gateways.signed_http import secure_url
from bot.gateways.sms_aliyun_shapes import Answer, Detail, Details, outcome, read_receipts
from models.base.ports import GatewayDown, Outcome, Receipt, SendResult, Unauthentic

VERSION = "2017-05-25"
PAGE_SIZE = 50  # the most QuerySendDetails gives at once

# The connection was never made, so nothing was sent.
UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


class AliyunSms:
    """`SmsGateway` over Aliyun.

    `templates` maps "<our name>.<locale>" to the carrier's code, `callback_secret` is the secret part of the
    receipts' address, `timeout` seconds for a whole call (half of it to connect), `wall` seconds since 1970.
    """

    name = "aliyun"

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        endpoint: str,
        access_key_id: str,
        access_key_secret: str,
        sign_name: str,
        templates: Mapping[str, str],
        callback_secret: str,
        timeout: float = 8.0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._url = secure_url(endpoint).with_path("/")
        self._key = AccessKey(access_key_id, access_key_secret)
        self._sign_name = sign_name
        self._templates = dict(templates)
        self._callback_secret = callback_secret.encode()
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=timeout / 2)
        self._wall = wall

    async def send(
        self, *, phone: str, template: str, locale: str, params: Mapping[str, str], key: str
    ) -> SendResult:
        """Submit one message to one number (11 digits); `key` goes along as OutId. Never raises.

        The carrier does not de-duplicate: whenever it may have taken the message the outcome is UNKNOWN.
        """
        code = self._templates.get(f"{template}.{locale}")
        if code is None:
            return SendResult(Outcome.LATER, reason="template_not_configured")
        form = {
            "PhoneNumbers": phone,
            "SignName": self._sign_name,
            "TemplateCode": code,
            "TemplateParam": json.dumps(dict(params), ensure_ascii=False),
            "OutId": key,
        }
        try:
            return _sent(*await self._call("SendSms", form))
        except UNSENT:
            return SendResult(Outcome.LATER, reason="unreachable")
        except (TimeoutError, aiohttp.ClientError):
            return SendResult(Outcome.UNKNOWN, reason="no_answer")

    async def find(self, *, phone: str, key: str, day: date) -> SendResult | None:
        """Was a message with this key submitted on this day (UTC+8)? None: it never got there.

        REFUSED means the operator could not deliver it, `reason` says why. The carrier does not tell its own
        id here, so `provider_id` is empty. Raises GatewayDown.
        """
        async for detail in self._details(phone, day):
            if detail.OutId == key:
                return detail.result()
        return None

    def receipts(self, secret: str, body: bytes) -> Sequence[Receipt]:
        """Read a delivery report. Reports are unsigned: the secret path is all that proves where they come from.

        Raises Unauthentic, Malformed.
        """
        if not hmac.compare_digest(secret.encode(errors="surrogatepass"), self._callback_secret):
            raise Unauthentic("wrong secret in the address of an SMS report")
        return read_receipts(body)

    async def _details(self, phone: str, day: date) -> AsyncIterator[Detail]:
        form = {"PhoneNumber": phone, "SendDate": f"{day:%Y%m%d}", "PageSize": str(PAGE_SIZE)}
        page, more = 1, True
        while more:
            answer = await self._query({**form, "CurrentPage": str(page)})
            for detail in answer.rows:
                yield detail
            more = bool(answer.rows) and page * PAGE_SIZE < answer.TotalCount
            page += 1

    async def _query(self, form: Mapping[str, str]) -> Details:
        try:
            _, body = await self._call("QuerySendDetails", form)
            answer = Details.model_validate_json(body)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise GatewayDown("no answer from the SMS carrier") from error
        except ValidationError as error:
            raise GatewayDown("unreadable answer from the SMS carrier") from error
        if answer.Code != "OK":
            raise GatewayDown(answer.Code)
        return answer

    async def _call(self, action: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        """HTTP status and body of an answer; nothing of the form stands in the address."""
        # A form is written as a query is, and faster so than by urlencode.
        body = URL.build(query=form).raw_query_string.encode()
        headers = signed_headers(
            self._key,
            host=self._url.host_port_subcomponent or "",
            action=action,
            version=VERSION,
            body=body,
            now=self._wall(),
        )
        async with self._session.post(
            self._url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
        ) as response:
            return response.status, await response.read()


def _sent(status: int, body: bytes) -> SendResult:
    """What an answer to SendSms means; errors are told in `Code`, with HTTP 200 or not."""
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError:
        return SendResult(Outcome.UNKNOWN, reason=f"http_{status}")
    return SendResult(outcome(status, answer.Code), answer.BizId, "" if answer.Code == "OK" else answer.Code)
