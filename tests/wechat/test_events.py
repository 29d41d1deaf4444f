"""Every event, as WeChat's pages show it, and what we read in it."""

import pytest

from bot.wechat import messages as m
from tests.wechat.pushes import read

EVENTS = [
    pytest.param("subscribe", "", m.Subscribe, {"key": "", "ticket": ""}, id="follow"),
    pytest.param(
        "subscribe",
        "<EventKey>qrscene_desk7</EventKey><Ticket>t1</Ticket>",
        m.Subscribe,
        {"key": "qrscene_desk7", "ticket": "t1", "scene": "desk7"},
        id="follow by a QR code",
    ),
    pytest.param("unsubscribe", "<EventKey/>", m.Unsubscribe, {"key": ""}, id="leave"),
    pytest.param(
        "SCAN",
        "<EventKey>desk7</EventKey><Ticket>t1</Ticket>",
        m.Scan,
        {"key": "desk7", "ticket": "t1"},
        id="scan",
    ),
    pytest.param(
        "LOCATION",
        "<Latitude>22.5</Latitude><Longitude>113.3</Longitude><Precision>65</Precision>",
        m.LocationReport,
        {"latitude": "22.5", "longitude": "113.3", "precision": "65"},
        id="location report",
    ),
    pytest.param("CLICK", "<EventKey>FINES</EventKey>", m.Click, {"key": "FINES"}, id="menu click"),
    pytest.param(
        "VIEW",
        "<EventKey>https://e.org/</EventKey><MenuId>1</MenuId>",
        m.View,
        {"url": "https://e.org/"},
        id="menu page",
    ),
    pytest.param(
        "scancode_push",
        "<EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>1</ScanResult></ScanCodeInfo>",
        m.ScanCode,
        {"key": "k", "scan_type": "qrcode", "result": "1"},
        id="menu scan",
    ),
    pytest.param(
        "scancode_waitmsg",
        "<EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>2</ScanResult></ScanCodeInfo>",
        m.ScanCode,
        {"key": "k", "scan_type": "qrcode", "result": "2"},
        id="menu scan, waiting",
    ),
    pytest.param(
        "location_select",
        "<EventKey>k</EventKey><SendLocationInfo><Location_X>23</Location_X><Location_Y>113</Location_Y>"
        "<Scale>15</Scale><Label>广州</Label><Poiname/></SendLocationInfo>",
        m.LocationSelect,
        {"key": "k", "latitude": "23", "longitude": "113", "label": "广州"},
        id="menu place",
    ),
    pytest.param(
        "TEMPLATESENDJOBFINISH",
        "<MsgID>200163836</MsgID><Status>success</Status>",
        m.SendReceipt,
        {"status": "success", "failed": False, "msg_id": "200163836"},
        id="template message arrived",
    ),
    pytest.param(
        "TEMPLATESENDJOBFINISH",
        "<MsgID>1</MsgID><Status>failed:user block</Status>",
        m.SendReceipt,
        {"failed": True},
        id="template message blocked",
    ),
    pytest.param(
        "TEMPLATESENDJOBFINISH",
        "<MsgID>1</MsgID><Status>failed: system failed</Status>",
        m.SendReceipt,
        {"failed": True},
        id="template message failed, with the space",
    ),
    pytest.param(
        "MASSSENDJOBFINISH",
        "<MsgID>1</MsgID><Status>send success</Status><TotalCount>100</TotalCount>",
        m.SendReceipt,
        {"status": "send success", "failed": False},
        id="mass message sent",
    ),
    pytest.param(
        "MASSSENDJOBFINISH",
        "<MsgID>1</MsgID><Status>err(10001)</Status>",
        m.SendReceipt,
        {"failed": True},
        id="mass message refused",
    ),
    pytest.param(
        "subscribe_msg_popup_event",
        "<SubscribeMsgPopupEvent><List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString>"
        "<PopupScene>1</PopupScene></List><List><TemplateId>t2</TemplateId>"
        "<SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent>",
        m.Subscription,
        {"items": (m.SubscriptionItem("t1", "accept", "", ""), m.SubscriptionItem("t2", "reject", "", ""))},
        id="consent to notices",
    ),
    pytest.param(
        "subscribe_msg_change_event",
        "<AnyWrapper><List><TemplateId>t1</TemplateId>"
        "<SubscribeStatusString>reject</SubscribeStatusString></List></AnyWrapper>",
        m.Subscription,
        {"items": (m.SubscriptionItem("t1", "reject", "", ""),)},
        id="consent withdrawn, under any wrapper",
    ),
    pytest.param(
        "subscribe_msg_sent_event",
        "<SubscribeMsgSentEvent><List><TemplateId>t1</TemplateId><MsgID>77</MsgID>"
        "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>",
        m.Subscription,
        {"items": (m.SubscriptionItem("t1", "success", "77", "0"),), "msg_id": "77"},
        id="notice sent",
    ),
]


@pytest.mark.parametrize(("name", "inner", "cls", "fields"), EVENTS)
def test_an_event(name, inner, cls, fields):
    event = read(f"<MsgType>event</MsgType><Event>{name}</Event>{inner}")
    assert type(event) is cls
    assert isinstance(event, m.Event)
    assert event.name == name.lower()
    assert {field: getattr(event, field) for field in fields} == fields


@pytest.mark.parametrize(
    "name",
    [
        "view_miniprogram",
        "PUBLISHJOBFINISH",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "kf_create_session",
        "kf_close_session",
        "kf_switch_session",
        "user_info_modified",
        "user_authorization_revoke",
        "qualification_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
        "card_pass_check",
        "wxa_media_check",
        "user_enter_tempsession",
        "what_comes_next",
        "",
    ],
)
def test_any_other_event_is_read_with_its_fields(name):
    event = read(f"<MsgType>event</MsgType><Event>{name}</Event><EventKey>k</EventKey><A><B>1</B></A>")
    assert isinstance(event, m.OtherEvent)
    assert (event.name, event.key, event.fields["A"]) == (name.lower(), "k", {"B": "1"})
