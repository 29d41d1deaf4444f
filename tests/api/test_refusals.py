"""`POST /api/v1/violations` refuses with the reason, changes nothing, and never falls over."""

import gzip
import json
from typing import Any

import pytest

from bot.api.once import KEY
from bot.app import MAX_BODY
from models.identity import keys
from tests.api.conftest import PATH, RECORD, Api, problem
from tests.helpers import WANG_PLATE

UNKNOWN_KEY = "shimin_00000000_" + "x" * 43


async def assert_refused(api: Api, status: int, code: str | None, **request: Any) -> str:
    """The sentence of the refusal; nothing was stored."""
    before = await api.rows()
    answer = await api.http.post(PATH, **request)
    assert answer.status == status
    body = await problem(answer)
    assert body.get("code") == code
    assert await api.rows() == before
    title: str = body["title"]
    return title


@pytest.mark.parametrize(
    ("authorization", "says"),
    [
        pytest.param(None, "API key is needed", id="no key"),
        pytest.param("", "API key is needed", id="an empty header"),
        pytest.param("Bearer", "API key is needed", id="no token"),
        pytest.param("Basic {key}", "API key is needed", id="another scheme"),
        pytest.param("Bearer " + UNKNOWN_KEY, "unknown or revoked", id="an unknown key"),
        pytest.param("Bearer {key}x", "unknown or revoked", id="a longer key"),
        pytest.param("Bearer {id}_{id}", "unknown or revoked", id="the id of a key alone"),
        pytest.param("Bearer {other_prefix}", "unknown or revoked", id="another prefix"),
        pytest.param("Bearer 钥匙", "unknown or revoked", id="not ASCII"),
        pytest.param("Bearer " + "_" * 4000, "unknown or revoked", id="nothing but separators"),
    ],
)
async def test_without_a_key(api: Api, authorization: str | None, says: str) -> None:
    _, key_id, secret = api.key.split("_", 2)
    headers = {"Idempotency-Key": "k-1"}
    if authorization is not None:
        parts = {"key": api.key, "id": key_id, "other_prefix": f"shimi_{key_id}_{secret}"}
        headers["Authorization"] = authorization.format(**parts)
    assert says in await assert_refused(api, 401, None, json=RECORD, headers=headers)


async def test_a_challenge_is_part_of_a_401(api: Api) -> None:
    answer = await api.http.post(PATH, json=RECORD)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_revoked_key_opens_nothing(api: Api) -> None:
    async with api.database.begin("operator") as work:
        assert await keys.revoke(work, api.key.split("_")[1])
    assert "revoked" in await assert_refused(api, 401, None, json=RECORD, headers=api.headers())


async def test_a_key_without_the_scope(api: Api) -> None:
    async with api.database.begin("operator") as work:
        api.key = await keys.create(work, "reads nothing yet", [])
    assert "violations:write" in await assert_refused(api, 403, None, json=RECORD, headers=api.headers())


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param("x" * 129, id="too long"),
        pytest.param("two words", id="with a gap"),
        pytest.param("钥匙", id="not ASCII"),
    ],
)
async def test_without_an_idempotency_key(api: Api, key: str | None) -> None:
    headers = api.headers() | {"Idempotency-Key": key or ""}
    if key is None:
        del headers["Idempotency-Key"]
    assert "Idempotency-Key" in await assert_refused(api, 400, None, json=RECORD, headers=headers)


def test_the_longest_idempotency_key() -> None:
    assert KEY.fullmatch("~" * 128)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="broken off"),
        pytest.param(b"\xff\xfe\xfa", id="not text"),
        pytest.param(b"[" * 60_000, id="too deep"),
        pytest.param(b"9" * 5_000, id="a number without end"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"plate=1", id="a form"),
        pytest.param(b'{"place": "\\ud83d"}', id="half a character"),
        pytest.param(b'{"place": NaN}', id="a number that is none"),
    ],
)
async def test_a_body_that_is_no_json_object(api: Api, body: bytes) -> None:
    title = await assert_refused(api, 400, None, data=body, headers=api.headers())
    assert "JSON" in title


@pytest.mark.parametrize("field", sorted(RECORD))
@pytest.mark.parametrize(
    "value",
    [pytest.param(json.loads(text), id=text) for text in ("null", "1", "true", "[]", "{}", '["text"]')],
)
async def test_a_field_that_is_no_text(api: Api, field: str, value: object) -> None:
    title = await assert_refused(api, 400, None, json=RECORD | {field: value}, headers=api.headers())
    assert field in title


@pytest.mark.parametrize("field", sorted(RECORD))
async def test_a_missing_field(api: Api, field: str) -> None:
    body = {name: value for name, value in RECORD.items() if name != field}
    assert field in await assert_refused(api, 400, None, json=body, headers=api.headers())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"authority": "44200"}, "record.authority", id="authority: 5 digits"),
        pytest.param({"authority": "中山交警"}, "record.authority", id="authority: a name"),
        pytest.param({"record_no": ""}, "record.record_no", id="record number: empty"),
        pytest.param({"record_no": "x" * 33}, "record.record_no", id="record number: too long"),
        pytest.param({"record_no": "R/1"}, "record.record_no", id="record number: a slash"),
        pytest.param({"plate": "粤T1234"}, "error.plate", id="plate: too short"),
        pytest.param({"plate": "粤O12345"}, "error.plate", id="plate: the letter O"),
        pytest.param({"plate": "T12345"}, "error.plate", id="plate: no province"),
        pytest.param({"plate_kind": ""}, "error.plate_kind", id="plate kind: empty"),
        pytest.param({"plate_kind": "2"}, "error.plate_kind", id="plate kind: no zero"),
        pytest.param({"plate_kind": "99"}, "error.plate_kind", id="plate kind: unknown"),
        pytest.param({"offence": "13"}, "offence.code", id="offence: two digits"),
        pytest.param({"offence": "speeding"}, "offence.code", id="offence: words"),
        pytest.param({"occurred_at": ""}, "record.occurred_at", id="time: empty"),
        pytest.param({"occurred_at": "2026-03-01"}, "record.occurred_at", id="time: a day alone"),
        pytest.param({"occurred_at": "yesterday"}, "record.occurred_at", id="time: a word"),
        pytest.param({"occurred_at": "2026-02-30T08:30:00"}, "record.occurred_at", id="time: no such day"),
        pytest.param(
            {"occurred_at": "0001-01-01T00:00:00+08:00"}, "record.occurred_at", id="time: before any"
        ),
        pytest.param(
            {"occurred_at": "9999-12-31T23:59:59-08:00"}, "record.occurred_at", id="time: after all"
        ),
        pytest.param({"occurred_at": "2026-03-02T10:00:01"}, "record.in_future", id="time: still to come"),
        pytest.param({"occurred_at": "2024-03-01T08:30:00"}, "record.too_old", id="time: over two years ago"),
        pytest.param({"place": ""}, "record.place", id="place: empty"),
        pytest.param({"place": "路" * 61}, "record.place", id="place: too long"),
        pytest.param({"place": "one\ntwo"}, "record.place", id="place: two lines"),
        pytest.param({"plate": "粤T99999"}, "record.unknown_vehicle", id="a vehicle nobody owns"),
        pytest.param({"plate_kind": "01"}, "record.unknown_vehicle", id="a plate of another kind"),
        pytest.param({"authority": "440300"}, "record.unknown_offence", id="another authority's catalogue"),
        pytest.param({"offence": "9999"}, "record.unknown_offence", id="an offence nobody knows"),
    ],
)
async def test_what_cannot_be_entered(api: Api, fields: dict[str, str], code: str) -> None:
    title = await assert_refused(api, 422, code, json=RECORD | fields, headers=api.headers())
    assert title.endswith(".")


async def test_a_record_number_used_for_something_else(api: Api) -> None:
    await api.enter()
    other = RECORD | {"plate": WANG_PLATE.number, "plate_kind": WANG_PLATE.kind}
    await assert_refused(api, 422, "record.other_content", json=other, headers=api.headers("k-2"))


async def test_a_body_over_64_kib_is_not_read(api: Api) -> None:
    before = await api.rows()
    body = json.dumps(RECORD | {"more": "x" * MAX_BODY})
    answer = await api.http.post(PATH, data=body, headers=api.headers())
    assert (answer.status, await api.rows()) == (413, before)
    assert "65536" in (await problem(answer))["title"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_no_other_method(api: Api, method: str) -> None:
    answer = await api.http.request(method, PATH, headers=api.headers())
    assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")
    assert "Allow" in (await problem(answer))["title"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/violations", "/api/"])
async def test_nothing_there(api: Api, path: str) -> None:
    answer = await api.http.get(path, headers=api.headers())
    assert (answer.status, "openapi.json" in (await problem(answer))["title"]) == (404, True)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Content-Type": "text/plain"}, id="text"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, id="a form"),
        pytest.param({"Content-Type": "application/json; charset=gb18030"}, id="JSON that is not UTF-8"),
        pytest.param({"Content-Encoding": "gzip"}, id="compressed"),
    ],
)
async def test_a_body_of_another_kind(api: Api, headers: dict[str, str]) -> None:
    body = json.dumps(RECORD).encode()
    sent = gzip.compress(body) if "Content-Encoding" in headers else body
    title = await assert_refused(api, 415, None, data=sent, headers=api.headers() | headers)
    assert "application/json" in title


async def test_a_text_with_a_nul(api: Api) -> None:
    """No database of ours keeps one."""
    wrong = RECORD | {"more": [{"deep": "a\0b"}]}
    assert "NUL" in await assert_refused(api, 400, None, json=wrong, headers=api.headers())
