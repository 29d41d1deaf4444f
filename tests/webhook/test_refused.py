"""What is not WeChat's, not for us, or not readable: 4xx, no handler runs, nothing is stored."""

import os
from random import Random

import pytest

from models.base.db import Database
from tests.service import Fakes, rows
from tests.webhook.platform import WeChat
from tests.wechat import pushes

CONFIRM = pushes.text_xml("人工")  # a writing command for anybody
QUERY, BODY = pushes.push(CONFIRM)
SEALED = BODY.partition(b"<Encrypt>")[2]
BROKEN = int(os.environ.get("SHIMIN_BROKEN_PUSHES", "2000"))  # `make fuzz` sends 200,000
FORGED = int(os.environ.get("SHIMIN_FORGED_PUSHES", "1000"))  # and 10,000
ANOTHER_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"


def push(**how):
    return pushes.push(CONFIRM, **how)


REFUSED = [
    pytest.param(({**QUERY, "msg_signature": "0" * 40}, BODY), 401, id="forged signature"),
    pytest.param((QUERY, BODY.replace(b"</Encrypt>", b"AAAA</Encrypt>")), 401, id="changed body"),
    pytest.param(({**QUERY, "nonce": "1"}, BODY), 401, id="changed nonce"),
    pytest.param(({**QUERY, "timestamp": str(pushes.NOW + 1)}, BODY), 401, id="changed time"),
    pytest.param(push(timestamp=pushes.NOW - 301), 401, id="five minutes old"),
    pytest.param(push(timestamp=pushes.NOW + 301), 401, id="from the future"),
    pytest.param(push(key=ANOTHER_KEY), 401, id="another key"),
    pytest.param(push(app_id="wx0000000000000000"), 401, id="another app"),
    pytest.param(push(to="gh_another"), 401, id="another receiver outside"),
    pytest.param(
        pushes.push(CONFIRM.replace(pushes.ORIGINAL_ID, "gh_another")), 401, id="another receiver inside"
    ),
    pytest.param((pushes.plain_query(), CONFIRM.encode()), 401, id="plaintext"),
    pytest.param(({**pushes.plain_query(), "encrypt_type": "raw"}, CONFIRM.encode()), 401, id="raw"),
    pytest.param(({**QUERY, "encrypt_type": "raw"}, BODY), 401, id="encrypted, said to be raw"),
    pytest.param(({}, BODY), 401, id="no query"),
    pytest.param((QUERY, b""), 400, id="empty"),
    pytest.param((QUERY, b"<xml>"), 400, id="malformed"),
    pytest.param((QUERY, b"<xml></xml>"), 401, id="no fields"),
    pytest.param((QUERY, b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>'), 400, id="an entity"),
    pytest.param((QUERY, b"<a>" * 10_000), 400, id="deep"),
    pytest.param((QUERY, b'{"not": "xml"}'), 400, id="JSON"),
    pytest.param(pushes.push("no xml at all"), 400, id="malformed inside"),
    pytest.param(pushes.push("<xml><MsgType>text</MsgType></xml>"), 400, id="from nobody"),
    pytest.param((QUERY, b"<xml>" + b"x" * 65_536 + b"</xml>"), 413, id="more than 64 KiB"),
]


@pytest.mark.parametrize(("request_", "status"), REFUSED)
async def test_refused(wechat: WeChat, database: Database, fakes: Fakes, request_, status: int):
    before = await rows(database)
    answer = await wechat.post(*request_)
    assert answer.status == status
    assert "<xml>" not in answer.text
    assert await rows(database) == before
    assert fakes.chat.sent == []


async def test_the_genuine_one_is_taken(wechat: WeChat, database: Database):
    before = await rows(database)
    assert (await wechat.post(QUERY, BODY)).kind == "text"
    assert (await rows(database))["desk_tickets"] == before["desk_tickets"] + 1


async def test_the_previous_key_is_not_honoured_unless_it_is_set(wechat: WeChat):
    assert (await wechat.deliver(CONFIRM, key=pushes.PREVIOUS_KEY)).status == 401


async def test_a_nonce_may_be_repeated_for_a_retry_but_not_for_another_message(
    wechat: WeChat, database: Database
):
    assert (await wechat.deliver(CONFIRM, nonce="same")).kind == "text"
    assert (await wechat.deliver(CONFIRM, nonce="same")).kind == "text"
    before = await rows(database)
    assert (await wechat.deliver(wechat.text("English"), nonce="same")).status == 401
    assert await rows(database) == before


async def test_broken_pushes_are_refused_and_never_an_accident(wechat: WeChat, database: Database):
    random = Random(20261124)
    before = await rows(database)
    for _ in range(BROKEN):
        query, body, headers = broken(random)
        answer = await wechat.post(query, body, headers)
        signed = SEALED in body and query == QUERY and not headers  # only around it something was changed
        assert answer.kind == "text" if signed and answer.status == 200 else 400 <= answer.status < 500
    after = await rows(database)
    assert {name for name in after if after[name] != before[name]} <= {
        "desk_tickets",
        "inbox",
        "audit_events",
    }


async def test_what_is_forged_or_replayed_is_never_accepted(wechat: WeChat, database: Database, fakes: Fakes):
    """Nothing is stored, nobody outside is called; each of the genuine ones that are replayed was taken once before."""
    random = Random(20261125)
    taken = [wechat.text("信用分", openid=f"o-{number}") for number in range(20)]
    for number, message in enumerate(taken):
        assert (await wechat.deliver(message, nonce=f"taken-{number}")).kind == "text"
    before = await rows(database)
    for number in range(FORGED):
        query, body = forged(random, wechat, number)
        assert (await wechat.post(query, body)).status == 401
    assert await rows(database) == before
    assert (fakes.chat.sent, fakes.sms.sent) == ([], [])


def forged(random: Random, wechat: WeChat, number: int) -> tuple[dict[str, str], bytes]:
    """A well-made push by somebody without the keys, or a genuine one at another time, or on a used nonce."""
    message = wechat.text("确认 442012003480")
    match random.randrange(5):
        case 0:
            return pushes.push(message, nonce=f"f{number}", token="not-the-token-of-the-account")
        case 1:
            return pushes.push(message, nonce=f"f{number}", key=pushes.PREVIOUS_KEY)
        case 2:
            return pushes.push(message, nonce=f"f{number}", app_id="wx-another-account")
        case 3:
            late = pushes.NOW + random.choice([-1, 1]) * random.randrange(310, 10**6)
            return pushes.push(message, nonce=f"f{number}", timestamp=late)
        case _:
            return pushes.push(message, nonce=f"taken-{random.randrange(20)}")


def broken(random: Random) -> tuple[dict[str, str], bytes, dict[str, str]]:
    """A push with one thing or another wrong."""
    query, body, headers = dict(QUERY), bytearray(BODY), {}
    match random.randrange(6):
        case 0:
            body = bytearray(random.randbytes(random.randrange(200)))
        case 1:
            body[random.randrange(len(body))] ^= 1 << random.randrange(8)
        case 2:
            del body[random.randrange(len(body)) :]
        case 3:
            at = random.randrange(len(body))
            body[at:at] = random.choice([b"<xml>", b"]]>", b"<!--", b"&#0;", b"\x00", b"\xff", b"<?x?>"])
        case 4:
            name = random.choice(["timestamp", "nonce", "msg_signature"])
            query[name] = random.choice(["", "0", "-1", "９", "\x00", "raw", "1" * 999])
        case _:
            headers["Content-Encoding"] = random.choice(["gzip", "deflate", "br", "zstd", "nonsense"])
            body = bytearray(random.randbytes(50))
    return query, bytes(body), headers
