"""Pictures with a record: handed in as bytes, or named where the police keep them; anything else is refused with what to do."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.api import pictures
from models.base.db import City
from models.identity import keys
from models.violations import evidence
from tests.api.conftest import Api, problem

JPEG = b"\xff\xd8\xff" + bytes(100_000)  # more than any other body may have
PNG = b"\x89PNG\r\n\x1a\n" + bytes(10)
PATH = "/api/v1/pictures"
HOST = "https://pictures.police.test"


@pytest.fixture
def city(city: City) -> City:
    """One that allows a host."""
    return replace(city, evidence_hosts=frozenset({"pictures.police.test"}))


async def hand_in(api: Api, content: bytes, key: str = "") -> ClientResponse:
    headers = {"Authorization": f"Bearer {key or api.key}"}
    return await api.http.post(PATH, data=BytesIO(content), headers=headers)


async def seen(api: Api, number: str) -> list[tuple[str | None, str | None]]:
    async with api.database.read() as work:
        return [(each.content_type, each.url) for each in await evidence.of_case(work, number)]


@pytest.mark.parametrize(
    ("content", "content_type"), [(JPEG, "image/jpeg"), (PNG, "image/png")], ids=["jpeg", "png"]
)
async def test_handed_in_and_named(api: Api, content: bytes, content_type: str) -> None:
    answer = await hand_in(api, content)
    assert answer.status == 201
    key = (await answer.json())["picture"]
    entered = await api.enter(pictures=[key])
    assert entered.status == 201
    assert await seen(api, (await entered.json())["case"]) == [(content_type, None)]


async def test_named_where_the_police_keep_it(api: Api) -> None:
    entered = await api.enter(pictures=[f"{HOST}/a.jpg?x=1", f"{HOST}/b.jpg"])
    assert await seen(api, (await entered.json())["case"]) == [
        (None, f"{HOST}/a.jpg?x=1"),
        (None, f"{HOST}/b.jpg"),
    ]
    assert await again(api, "k-2", f"{HOST}/other.jpg") == 2, "what is there stays"


async def test_a_record_may_get_its_pictures_later(api: Api) -> None:
    await api.enter()
    assert await again(api, "k-2", f"{HOST}/a.jpg") == 1


async def again(api: Api, idempotency_key: str, picture: str) -> int:
    """The same record once more with this picture; how many it has then."""
    answer = await api.enter(idempotency_key, pictures=[picture])
    assert (answer.status, (await answer.json())["new"]) == (200, False)
    return len(await seen(api, (await answer.json())["case"]))


@pytest.mark.parametrize(
    ("named", "code"),
    [
        pytest.param(["https://elsewhere.test/a.jpg"], "record.picture", id="another host"),
        pytest.param(["http://pictures.police.test/a.jpg"], "record.picture", id="not encrypted"),
        pytest.param([f"{HOST}@elsewhere.test/a.jpg"], "record.picture", id="a host that is a user"),
        pytest.param([f"{HOST}.elsewhere.test/a.jpg"], "record.picture", id="a host that looks alike"),
        pytest.param(["https://elsewhere.test\\@pictures.police.test/"], "record.picture", id="a backslash"),
        pytest.param(["https://pictures.police.test:444/a.jpg"], "record.picture", id="another port"),
        pytest.param(["file:///etc/passwd"], "record.picture", id="a file"),
        pytest.param(["blob"], "record.picture", id="neither"),
        pytest.param(["f" * 32], "record.unknown_picture", id="a key of nothing"),
        pytest.param([f"{HOST}/{n}" for n in range(5)], "record.pictures", id="five"),
        pytest.param([f"{HOST}/a"] * 2, "record.pictures", id="the same twice"),
    ],
)
async def test_what_is_no_picture_of_a_record(api: Api, named: list[str], code: str) -> None:
    answer = await api.enter(pictures=named)
    assert (answer.status, (await problem(answer))["code"]) == (422, code)
    assert await api.cases() == 0


@pytest.mark.parametrize("named", ["x", [1], [""], {"a": 1}])
async def test_what_cannot_be_read(api: Api, named: Any) -> None:
    assert (await api.enter(pictures=named)).status == 400


async def test_a_key_is_good_once_and_for_who_handed_it_in(api: Api) -> None:
    key = (await (await hand_in(api, JPEG)).json())["picture"]
    async with api.database.begin("operator") as work:
        other = await keys.create(work, "another", ["violations:write"])
    mine, api.key = api.key, other
    assert (await api.enter("k-1", record_no="R-9", pictures=[key])).status == 422
    api.key = mine
    assert (await api.enter("k-2", pictures=[key])).status == 201
    assert (await api.enter("k-3", record_no="R-2", pictures=[key])).status == 422


@pytest.mark.parametrize(
    ("content", "key", "status"),
    [
        pytest.param(b"GIF89a", "", 422, id="another kind"),
        pytest.param(b"<svg onload=alert(1)>", "", 422, id="no picture"),
        pytest.param(b"", "", 422, id="nothing"),
        pytest.param(JPEG, "wrong_key", 401, id="a wrong key"),
        pytest.param(b"\xff\xd8\xff" + bytes(pictures.MOST_BYTES), "", 413, id="too large"),
    ],
)
async def test_what_is_not_taken(api: Api, content: bytes, key: str, status: int) -> None:
    before = await api.rows()
    assert (await hand_in(api, content, key)).status == status
    assert await api.rows() == before
