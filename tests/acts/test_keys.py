"""API keys: shown once, limited to scopes, worthless when changed or revoked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.base.db import Work
from models.identity import keys
from models.identity.tables import api_keys
from tests.acts.queries import audited

WRITE = "violations:write"


async def test_a_key_opens_its_scopes_until_it_is_revoked(work: Work):
    token = await keys.create(work, "traffic cameras", [WRITE])
    caller = await keys.authenticate(work, token)
    assert caller is not None
    assert caller.scopes == {WRITE}
    assert [await keys.revoke(work, caller.key_id) for _ in range(2)] == [True, False]
    assert await keys.authenticate(work, token) is None
    assert await audited(work, f"key {caller.key_id}") == ["key.created", "key.revoked"]


async def test_only_a_fingerprint_of_the_secret_is_kept(work: Work):
    token = await keys.create(work, "traffic cameras", [WRITE])
    row = await work.first(select(api_keys))
    assert row is not None
    assert token.split("_", 2)[2] not in repr(tuple(row))
    [listed] = await keys.every(work)
    assert (listed.name, "secret_hash" in listed._fields) == ("traffic cameras", False)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: "", id="nothing"),
        pytest.param(lambda token: "shimin", id="no parts"),
        pytest.param(lambda token: token[:-1], id="cut"),
        pytest.param(lambda token: token + "A", id="longer"),
        pytest.param(lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), id="another secret"),
        pytest.param(lambda token: token.replace("shimin", "SHIMIN"), id="another prefix"),
        pytest.param(
            lambda token: "shimin_00000000_" + token.split("_", 2)[2], id="unknown key, real secret"
        ),
        pytest.param(lambda token: "_".join(token.split("_")[:2]) + "_", id="no secret"),
        pytest.param(lambda token: token + "钥", id="not ASCII"),
        pytest.param(lambda token: token + "\udcff", id="bytes that are no text, as a header may carry them"),
    ],
)
async def test_what_opens_nothing(work: Work, spoil):
    token = await keys.create(work, "traffic cameras", [WRITE])
    assert await keys.authenticate(work, spoil(token)) is None


async def test_unknown_scopes_are_named(work: Work):
    with pytest.raises(ValueError, match="unknown scope violations:dream; there are violations:write"):
        await keys.create(work, "somebody", [WRITE, "violations:dream"])


async def test_an_unknown_key_cannot_be_revoked(work: Work):
    assert not await keys.revoke(work, "00000000")


async def test_a_rotated_key_opens_until_its_grace_is_over(work: Work):
    first = await keys.create(work, "traffic cameras", [WRITE])
    client = first.split("_")[1]
    second = await keys.rotate(work, client, timedelta(hours=24))
    assert second
    found = [await keys.authenticate(work, token) for token in (first, second)]
    assert [(caller and caller.client, caller and caller.actor) for caller in found] == [
        (client, f"api:{client}")
    ] * 2
    assert await audited(work, f"key {client}") == ["key.created", "key.rotated"]
    work.wall += timedelta(hours=24)
    assert await keys.authenticate(work, first) is None
    assert await keys.authenticate(work, second)


async def test_a_key_is_rotated_once_and_its_successor_again(work: Work):
    first = await keys.create(work, "traffic cameras", [WRITE])
    second = await keys.rotate(work, first.split("_")[1])
    assert second
    assert await keys.rotate(work, first.split("_")[1]) is None
    third = await keys.rotate(work, second.split("_")[1])
    assert third
    caller = await keys.authenticate(work, third)
    assert caller
    assert (caller.client, set(caller.scopes)) == (first.split("_")[1], {WRITE})


@pytest.mark.parametrize("ended", ["revoked", "unknown"])
async def test_what_is_not_in_force_is_not_rotated(work: Work, ended: str):
    key_id = (await keys.create(work, "traffic cameras", [WRITE])).split("_")[1]
    if ended == "revoked":
        await keys.revoke(work, key_id)
    assert await keys.rotate(work, key_id if ended == "revoked" else "00000000") is None
    assert len(await keys.every(work)) == 1


async def test_an_older_key_may_be_revoked_within_its_grace(work: Work):
    first = await keys.create(work, "traffic cameras", [WRITE])
    await keys.rotate(work, first.split("_")[1])
    assert await keys.revoke(work, first.split("_")[1])
    assert await keys.authenticate(work, first) is None
