"""What a citizen does opens or closes the account's way back to them: the webhook tells the chat gateway."""

import pytest

from bot.wechat.webhook import act_of
from models.base.ports import ChatAct
from tests.wechat.pushes import read

TABLE = [
    pytest.param({"MsgType": "text", "Content": "罚单", "MsgId": "1"}, ChatAct.MESSAGE, id="a text"),
    pytest.param(
        {"MsgType": "text", "Content": "是", "MsgId": "1", "bizmsgmenuid": "101"},
        ChatAct.TAP,
        id="a tapped line",
    ),
    pytest.param(
        {"MsgType": "image", "PicUrl": "x", "MediaId": "m", "MsgId": "1"}, ChatAct.MESSAGE, id="a picture"
    ),
    pytest.param({"MsgType": "event", "Event": "subscribe"}, ChatAct.FOLLOW, id="a follow"),
    pytest.param({"MsgType": "event", "Event": "unsubscribe"}, ChatAct.LEFT, id="leaving"),
    pytest.param({"MsgType": "event", "Event": "SCAN", "EventKey": "office"}, ChatAct.SCAN, id="a scan"),
    pytest.param({"MsgType": "event", "Event": "CLICK", "EventKey": "罚单"}, ChatAct.CLICK, id="a click"),
    pytest.param(
        {"MsgType": "event", "Event": "VIEW", "EventKey": "https://x.test"}, None, id="a page opened"
    ),
    pytest.param(
        {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": "success"}, None, id="a receipt"
    ),
]


@pytest.mark.parametrize(("fields", "act"), TABLE)
def test_which_window_a_push_opens(fields: dict[str, str], act: ChatAct | None):
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    assert act_of(read(inner)) is act
