"""Who is looking at a page inside WeChat: OAuth with the silent scope `snsapi_base`."""

from urllib.parse import urlencode

from bot.wechat.client import Api, ApiError
from models.base.ports import GatewayDown, GatewayRefused, Outcome


class WeChatLogin:
    """`ChatLogin` over WeChat's OAuth. `open_url` is the open host, where the browser is sent."""

    def __init__(self, api: Api, *, app_id: str, secret: str, open_url: str) -> None:
        self._api = api
        self._app_id = app_id
        self._secret = secret
        self._open_url = open_url.rstrip("/")

    def login_url(self, *, redirect: str, state: str) -> str:
        """The parameters stand in the order of WeChat's page: some of its clients refuse another one."""
        query = urlencode(
            {
                "appid": self._app_id,
                "redirect_uri": redirect,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def openid(self, code: str) -> str:
        """Exchange a code, once. Raises GatewayRefused (used, expired, a virtual account) and GatewayDown."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        try:
            answer = await self._api.call("GET", "/sns/oauth2/access_token", params=query)
        except ApiError as error:
            if error.entry.outcome is Outcome.LATER:
                raise GatewayDown(str(error)) from error
            raise GatewayRefused(str(error.code), error.entry.meaning) from error
        if str(answer.get("is_snapshotuser")) == "1":
            raise GatewayRefused("is_snapshotuser", "a virtual account must not be bound to a person")
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise GatewayDown("no openid in the answer")
        return openid
