"""Pictures out of the WeChat chat: temporary media, downloaded by their id."""

from bot.wechat import media
from bot.wechat.client import WeChatClient
from bot.wechat.http import ApiError, File, TooLarge
from models.base.pictures import picture_type
from models.base.ports import GatewayDown, GatewayRefused, Picture

GONE = frozenset({40007})  # invalid media id: made up, or older than three days


class WeChatMedia:
    """`ChatMedia` over the official account API."""

    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    async def picture(self, media_id: str, *, limit: int) -> Picture:
        """Fetch one of at most `limit` bytes. Raises GatewayDown, GatewayRefused."""
        try:
            answer = await media.download(self._client, media_id, limit=limit)
        except TooLarge as problem:
            raise GatewayRefused("TOO_LARGE") from problem
        except ApiError as problem:
            if problem.code in GONE:
                raise GatewayRefused("GONE") from problem
            raise GatewayDown(str(problem)) from problem
        content = answer.content if isinstance(answer, File) else b""
        content_type = picture_type(content)
        if content_type is None:
            raise GatewayRefused("NO_PICTURE")
        return Picture(content, content_type)
