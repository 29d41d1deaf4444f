"""Every kind of message and event can be sent; menus in messages; tickets and addresses."""

from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from tests.sandbox.account import call, follow, wechatpys
from tests.sandbox.conftest import LI_MING, said, shown
from tests.sandbox.service import Service

PLACE = {"Location_X": "22.5", "Location_Y": "113.4", "Scale": "15", "Label": "兴中道", "Poiname": ""}
PICTURES = {"SendPicsInfo": {"Count": 1, "PicList": {"item": {"PicMd5Sum": "1b5f7c23"}}}}
CODE = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "442012003481"}}
NOTICE = {"SubscribeMsgPopupEvent": {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}}


@pytest.fixture
async def account(sandbox: TestClient, service: Service) -> TestClient:
    """Li Ming follows, and the service has nothing to say."""
    service.speaks = lambda message: "success"
    await follow(sandbox, "li-ming")
    return sandbox


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        pytest.param("text", {"Content": "罚单"}, id="text"),
        pytest.param("image", {"PicUrl": "http://e.org/p", "MediaId": "m"}, id="image"),
        pytest.param("voice", {"MediaId": "m", "Format": "amr"}, id="voice"),
        pytest.param("video", {"MediaId": "m", "ThumbMediaId": "t"}, id="video"),
        pytest.param("shortvideo", {"MediaId": "m", "ThumbMediaId": "t"}, id="shortvideo"),
        pytest.param("location", PLACE, id="location"),
        pytest.param("link", {"Title": "t", "Description": "d", "Url": "https://e.org"}, id="link"),
        pytest.param("file", {"Title": "证据.pdf", "FileKey": "k"}, id="file"),
        pytest.param("miniprogrampage", {"Title": "t", "AppId": "wx1", "PagePath": "p"}, id="mini-program"),
        pytest.param("hologram", {"Depth": 3}, id="whatever-comes-next"),
    ],
)
async def test_messages(account: TestClient, service: Service, kind: str, fields: dict):
    await said(account, "message", **{"as": "li-ming", "type": kind, "fields": fields})
    told = service.messages[-1]._data
    assert told["MsgType"] == kind
    assert {name: told[name] or "" for name in fields} == {name: str(value) for name, value in fields.items()}
    assert (await shown(account, "messages"))[-1]["kind"] == kind


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        pytest.param("LOCATION", {"Latitude": 22.5, "Longitude": 113.4, "Precision": 119.4}, id="location"),
        pytest.param("view_miniprogram", {"MenuId": 1}, id="mini-program"),
        pytest.param("scancode_push", CODE, id="scan"),
        pytest.param("scancode_waitmsg", CODE, id="scan-and-wait"),
        pytest.param("pic_sysphoto", PICTURES, id="photo"),
        pytest.param("pic_photo_or_album", PICTURES, id="photo-or-album"),
        pytest.param("pic_weixin", PICTURES, id="album"),
        pytest.param("location_select", {"SendLocationInfo": PLACE}, id="chosen-place"),
        pytest.param("subscribe_msg_popup_event", NOTICE, id="notices-agreed-to"),
        pytest.param("subscribe_msg_change_event", NOTICE, id="notices-cancelled"),
        pytest.param("subscribe_msg_sent_event", NOTICE, id="notice-sent"),
        pytest.param("TEMPLATESENDJOBFINISH", {"MsgID": 2**60, "Status": "success"}, id="template-receipt"),
        pytest.param("MASSSENDJOBFINISH", {"MsgID": 1, "Status": "err(10001)"}, id="mass-receipt"),
        pytest.param("PUBLISHJOBFINISH", {"PublishEventInfo": {"publish_id": 1}}, id="article"),
        pytest.param("kf_create_session", {"KfAccount": "a@b"}, id="officer-comes"),
        pytest.param("kf_close_session", {"KfAccount": "a@b", "CloseType": "KF"}, id="officer-goes"),
        pytest.param("kf_switch_session", {"FromKfAccount": "a@b", "ToKfAccount": "c@b"}, id="hand-over"),
        pytest.param("user_info_modified", {"OpenID": LI_MING, "AppID": "wx1"}, id="profile-changed"),
        pytest.param("user_authorization_revoke", {"OpenID": LI_MING, "AppID": "wx1"}, id="revoked"),
        pytest.param("qualification_verify_success", {"ExpiredTime": 1442401156}, id="verified"),
        pytest.param("naming_verify_fail", {"FailTime": 1442401061, "FailReason": "r"}, id="name-refused"),
        pytest.param("annual_renew", {"ExpiredTime": 1442401004}, id="renewal-due"),
        pytest.param("verify_expired", {"ExpiredTime": 1442400900}, id="verification-ended"),
        pytest.param("user_get_card", {"CardId": "c", "IsGiveByFriend": 0}, id="card"),
        pytest.param("wxa_media_check", {"isrisky": 0, "trace_id": "t"}, id="media-checked"),
        pytest.param("user_enter_tempsession", {"SessionFrom": "x"}, id="session"),
        pytest.param("whatever_comes_next", {"Deep": {"List": [1, 2]}}, id="whatever-comes-next"),
    ],
)
async def test_events(account: TestClient, service: Service, event: str, fields: dict):
    await said(account, "event", **{"as": "li-ming", "event": event, "fields": fields})
    told = service.messages[-1]._data
    assert (told["Event"], told["MsgType"]) == (event, "event")
    assert {name: told[name] for name in fields} == in_words(fields)


def in_words(value: Any) -> Any:
    """As XML gives it back: numbers as text, an empty text as None."""
    if isinstance(value, dict):
        return {name: in_words(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [in_words(inner) for inner in value]
    return str(value) or None


async def test_who_does_not_follow_can_still_answer_about_notices(sandbox: TestClient, service: Service):
    service.speaks = lambda message: "success"
    await said(sandbox, "event", **{"as": "li-ming", "event": "subscribe_msg_popup_event", "fields": NOTICE})
    assert service.messages[-1].source == LI_MING


async def test_a_tap_on_a_line_of_a_message_opens_three_for_a_minute(account: TestClient, service: Service):
    menu = {
        "head_content": "选一个:",
        "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
        "tail_content": "谢谢",
    }
    await wechatpys(account, lambda wechat: wechat.message.send_msg_menu(LI_MING, menu))
    line = (await shown(account, "messages"))[-1]
    assert (line["head"], line["tail"]) == ("选一个:", "谢谢")
    assert line["list"] == menu["list"]
    answers = [await send_text(account) for _ in range(3)]
    assert answers == [0, 0, 45047]  # the follow's three are used
    await said(account, "say", **{"as": "li-ming", "text": "满意", "menu_id": "101"})
    assert service.messages[-1]._data["bizmsgmenuid"] == "101"
    assert [await send_text(account) for _ in range(4)] == [0, 0, 0, 45047]  # a tap is no message of five


async def send_text(client: TestClient) -> Any:
    body = {"touser": LI_MING, "msgtype": "text", "text": {"content": "您好"}}
    return (await call(client, "message/custom/send", body))["errcode"]


async def test_the_ticket_for_pages(sandbox: TestClient):
    first = await wechatpys(sandbox, lambda wechat: wechat.jsapi.get_ticket())
    assert (first["errcode"], 0 < first["expires_in"] <= 7200) == (0, True)
    assert (await call(sandbox, "ticket/getticket", type="wx_card"))["errcode"] == 40097


async def test_where_wechat_is(sandbox: TestClient):
    assert await wechatpys(sandbox, lambda wechat: wechat.misc.get_wechat_ips()) == ["127.0.0.1"]
    assert (await call(sandbox, "get_api_domain_ip"))["ip_list"] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("POST", "message/template/send", id="template"),
        pytest.param("POST", "message/subscribe/bizsend", id="notice"),
        pytest.param("POST", "message/mass/sendall", id="mass"),
        pytest.param("POST", "tags/create", id="tag"),
        pytest.param("GET", "tags/get", id="tags"),
        pytest.param("POST", "tags/members/batchtagging", id="tagging"),
        pytest.param("POST", "tags/members/batchuntagging", id="untagging"),
        pytest.param("POST", "menu/create", id="menu"),
        pytest.param("GET", "menu/get", id="menu-got"),
        pytest.param("GET", "menu/delete", id="menu-deleted"),
        pytest.param("POST", "qrcode/create", id="qr-code"),
        pytest.param("POST", "media/upload", id="upload"),
        pytest.param("GET", "media/get", id="download"),
        pytest.param("GET", "ticket/getticket", id="ticket"),
        pytest.param("GET", "getcallbackip", id="addresses"),
        pytest.param("GET", "template/get_all_private_template", id="templates"),
        pytest.param("POST", "openapi/quota/get", id="quota"),
        pytest.param("POST", "clear_quota", id="quota-cleared"),
    ],
)
async def test_nothing_opens_without_a_token(sandbox: TestClient, method: str, path: str):
    async with sandbox.request(method, f"/cgi-bin/{path}") as response:
        assert (await response.json())["errcode"] == 41001
