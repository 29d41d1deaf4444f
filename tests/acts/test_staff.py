"""Staff: a key of one's own, shown once, revocable, its use noted by the day."""

import pytest
from sqlalchemy import select

from models.base.db import Work
from models.identity import staff
from models.identity.staff import Role
from models.identity.tables import staff as table
from tests.acts.queries import audited
from tests.helpers import AUTHORITY


async def test_a_key_names_its_holder_until_it_is_revoked(work: Work):
    member_id, key = await staff.add(work, "赵警官", AUTHORITY, [Role.OFFICER])
    member = await staff.authenticate(work, key)
    assert member is not None
    assert (member.actor, member.authority, member.roles) == (
        f"officer:{member_id}",
        AUTHORITY,
        frozenset({Role.OFFICER}),
    )
    assert [await staff.revoke(work, member_id) for _ in range(2)] == [True, False]
    assert await staff.authenticate(work, key) is None
    assert not await staff.used(work, member)
    assert await audited(work, f"officer {member_id}") == ["staff.added", "staff.revoked"]


async def test_name_and_secret_are_not_on_record_in_clear(work: Work):
    _, key = await staff.add(work, "赵警官", AUTHORITY, [Role.OFFICER])
    row = await work.first(select(table))
    assert row is not None
    assert "赵警官" not in repr(tuple(row))
    assert key.split("_", 2)[2] not in repr(tuple(row))
    [listed] = await staff.every(work)
    assert (listed.name, listed.last_used_on) == ("赵警官", None)


async def test_the_day_of_use_is_noted(work: Work):
    _, key = await staff.add(work, "赵警官", AUTHORITY, [Role.OFFICER])
    member = await staff.authenticate(work, key)
    assert member is not None
    assert await staff.used(work, member)
    again = await staff.authenticate(work, key)
    assert again is not None
    assert again.last_used_on == work.today


@pytest.mark.parametrize(
    ("roles", "officer", "supervisor"),
    [
        pytest.param([Role.OFFICER], True, False, id="an officer"),
        pytest.param([Role.SUPERVISOR], True, True, id="a supervisor may do what an officer may"),
        pytest.param([Role.OFFICER, Role.SUPERVISOR], True, True, id="both"),
    ],
)
async def test_roles(work: Work, roles: list[str], officer: bool, supervisor: bool):
    _, key = await staff.add(work, "赵警官", AUTHORITY, roles)
    member = await staff.authenticate(work, key)
    assert member is not None
    assert (member.may(Role.OFFICER), member.may(Role.SUPERVISOR)) == (officer, supervisor)


@pytest.mark.parametrize("roles", [pytest.param(["king"], id="unknown"), pytest.param([], id="none")])
async def test_roles_that_there_are_not(work: Work, roles: list[str]):
    with pytest.raises(ValueError, match="there are officer, supervisor"):
        await staff.add(work, "赵警官", AUTHORITY, roles)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda key: "", id="nothing"),
        pytest.param(lambda key: key[:-1], id="cut"),
        pytest.param(lambda key: key + "A", id="longer"),
        pytest.param(lambda key: key.replace("officer", "shimin"), id="an API key's prefix"),
        pytest.param(lambda key: "officer_00000000_" + key.split("_", 2)[2], id="unknown key, real secret"),
        pytest.param(lambda key: "_".join(key.split("_")[:2]) + "_", id="no secret"),
        pytest.param(lambda key: key + "钥", id="not ASCII"),
    ],
)
async def test_what_opens_nothing(work: Work, spoil):
    _, key = await staff.add(work, "赵警官", AUTHORITY, [Role.OFFICER])
    assert await staff.authenticate(work, spoil(key)) is None
