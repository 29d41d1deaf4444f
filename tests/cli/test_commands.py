"""The `shimin` command, as an operator meets it."""

import asyncio
import hashlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import typer

from bot.cli import app
from bot.imports import KINDS
from bot.officer import ACTS
from bot.settings import load_settings
from bot.wiring import open_database
from models.base import audit
from models.identity.keys import SCOPES
from tests.cli.conftest import SECRETS, Shell
from tests.imports.conftest import HEADERS, LI_MING

ROOT = Path(__file__).parents[2]


def leaves(command: Any, *path: str) -> list[tuple[str, ...]]:
    """Every command there is, with the words that lead to it. `commands` is what a group has."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path]
    return [leaf for name, each in inner.items() for leaf in leaves(each, *path, name)]


COMMANDS = leaves(typer.main.get_command(app))


# Those of operators, those that look, and the acts.
OFFICER = {
    "add",
    "list",
    "revoke",
    "queue",
    "show",
    "photo",
    "answer",
    "deny",
    *(act.name for act in ACTS if act.name not in {"reveal", "amend", "exempt", "look", "open"}),
    *(f"matter {name}" for name in ("amend", "answer", "close", "exempt", "look", "open")),
}


def test_the_commands() -> None:
    assert sorted(" ".join(words) for words in COMMANDS) == [
        "all",
        "audit verify",
        "bill reconcile",
        "bill report",
        "demo",
        "doctor",
        "import",
        "keys list",
        "keys new",
        "keys revoke",
        "keys rotate",
        "migrate",
        *sorted(f"officer {name}" for name in OFFICER),
        "say",
        "scheduler",
        "serve",
        "wallet compare",
        "wallet report",
        "wechat menu",
        "wechat qr",
        "worker",
    ]


def test_help_lists_what_there_is(shell: Shell) -> None:
    status, out, _ = shell.run("--help")
    assert status == 0
    assert all(words[0] in out for words in COMMANDS)


@pytest.mark.parametrize("words", [pytest.param(words, id=" ".join(words)) for words in COMMANDS])
def test_every_command_explains_itself(shell: Shell, words: tuple[str, ...]) -> None:
    status, out, _ = shell.run(*words, "--help")
    assert status == 0
    assert f"shimin {' '.join(words)}" in out


def test_an_unknown_command_is_refused(shell: Shell) -> None:
    assert shell.run("fly")[0] == 2


def test_a_wrong_setting_is_one_line_and_no_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SHIMIN_PUBLIC_URL", "http://a.rather.long.name.of.a.city.that.does.not.fit.a.line.test"
    )
    status, out, err = shell.run("keys", "list")
    assert (status, out, err) == (
        1,
        "",
        "shimin: SHIMIN_PUBLIC_URL: must be https:// (http:// on loopback only)\n",
    )


def test_migrate_makes_a_database_and_again_changes_nothing(shell: Shell) -> None:
    for _ in range(2):
        status, out, _ = shell.run("migrate")
        assert (status, "newest schema" in out) == (0, True)
    assert shell.run("audit", "verify")[0] == 0


def test_a_key_is_shown_once_and_kept_as_its_sha256(desk: Shell) -> None:
    status, out, err = desk.run("keys", "new", "cameras", "--scope", "violations:write")
    token = out.strip()
    prefix, key_id, secret = token.split("_", 2)
    assert (status, prefix) == (0, "shimin")
    assert "cannot be shown again" in err
    [(kept_id, scopes, kept)] = rows(desk, "SELECT id, scopes, secret_hash FROM api_keys")
    assert (kept_id, scopes, kept) == (
        key_id,
        "violations:write",
        hashlib.sha256(secret.encode()).digest(),
    )
    _, listed, _ = desk.run("keys", "list")
    assert key_id in listed
    assert secret not in listed


def test_a_key_without_scopes_named_has_all(desk: Shell) -> None:
    desk.run("keys", "new", "everything")
    assert rows(desk, "SELECT scopes FROM api_keys") == [(" ".join(sorted(SCOPES)),)]


def test_an_unknown_scope_is_refused_with_those_there_are(desk: Shell) -> None:
    status, _, err = desk.run("keys", "new", "x", "--scope", "violations:delete")
    assert status == 1
    assert all(scope in err for scope in SCOPES)
    assert rows(desk, "SELECT count(*) FROM api_keys") == [(0,)]


def test_a_key_is_revoked_once(desk: Shell) -> None:
    _, out, _ = desk.run("keys", "new", "cameras")
    key_id = out.split("_")[1]
    assert desk.run("keys", "revoke", key_id)[0] == 0
    status, _, err = desk.run("keys", "revoke", key_id)
    assert (status, key_id in err) == (1, True)
    assert rows(desk, "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL") == [(1,)]


def test_a_key_is_rotated_and_the_older_one_ends(desk: Shell) -> None:
    _, out, _ = desk.run("keys", "new", "cameras", "--scope", "violations:write")
    key_id = out.split("_")[1]
    status, out, err = desk.run("keys", "rotate", key_id, "--grace-hours", "2")
    assert (status, "ends in 2 hours" in err) == (0, True)
    assert rows(desk, "SELECT id, client, scopes, expires_at IS NULL FROM api_keys ORDER BY expires_at") == [
        (out.split("_")[1], key_id, "violations:write", 1),
        (key_id, key_id, "violations:write", 0),
    ]
    status, _, err = desk.run("keys", "rotate", key_id)
    assert (status, key_id in err) == (1, True)


def test_an_import_says_what_went_in_and_where_the_rest_is(desk: Shell) -> None:
    (desk.folder / "people.csv").write_text("\n".join([HEADERS["people"], LI_MING, "x,y,z,1,,", ""]))
    status, out, _ = desk.run("import", "people", "people.csv")
    assert status == 0
    assert "1 new, 0 changed, 0 unchanged, 1 rejected" in out
    assert "people.rejected.csv" in out
    assert (desk.folder / "people.rejected.csv").exists()
    _, again, _ = desk.run("import", "people", "people.csv")
    assert "0 new, 0 changed, 1 unchanged, 1 rejected" in again


@pytest.mark.parametrize(
    ("kind", "content", "status", "says"),
    [
        pytest.param("rumours", "x", 1, ", ".join(KINDS), id="an unknown kind"),
        pytest.param("people", "a,b,c\n", 1, "people.csv", id="another header"),
        pytest.param("people", None, 2, "does not exist", id="no file"),
    ],
)
def test_what_cannot_be_imported(desk: Shell, kind: str, content: str | None, status: int, says: str) -> None:
    if content is not None:
        (desk.folder / "people.csv").write_text(content)
    ended, _, err = desk.run("import", kind, "people.csv")
    assert (ended, says in " ".join(err.split())) == (status, True), err


def rows(shell: Shell, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(shell.folder / "shimin.db") as connection:
        found = connection.execute(statement).fetchall()
    connection.close()
    return found


@pytest.fixture
def sealed(desk: Shell) -> Shell:
    """Three events on record, linked into the chain."""
    for name in ("a", "b", "c"):
        desk.run("keys", "new", name)

    async def seal() -> None:
        database = open_database(load_settings())
        async with database.begin("system:sealer") as work:
            await audit.seal(work)
        await database.close()

    asyncio.run(seal())
    return desk


def test_an_untouched_trail_is_verified(sealed: Shell) -> None:
    sealed.run("keys", "new", "d")
    assert sealed.run("audit", "verify")[:2] == (0, "3 events verified, 1 not sealed yet\n")


@pytest.mark.parametrize(
    "tampering",
    [
        pytest.param("UPDATE audit_events SET actor = 'nobody' WHERE id = 2", id="an event rewritten"),
        pytest.param("UPDATE audit_events SET person_id = 7 WHERE id = 2", id="an event about another"),
        pytest.param("DELETE FROM audit_events WHERE id = 2", id="an event taken out"),
        pytest.param("DELETE FROM audit_links WHERE number = 2", id="a link taken out"),
        pytest.param("UPDATE audit_links SET hash = zeroblob(32) WHERE number = 2", id="a link rewritten"),
    ],
)
def test_tampering_shows(sealed: Shell, tampering: str) -> None:
    rows(sealed, tampering)
    status, _, err = sealed.run("audit", "verify")
    assert (status, "broken at link 2" in err) == (1, True)


def test_say_without_a_demo_says_how_to_start_one(shell: Shell) -> None:
    status, _, err = shell.run("say", "罚单", "--as", "li-ming")
    assert (status, "make demo" in err) == (1, True)


def test_in_a_demos_folder_its_settings_serve_for_commands(
    desk: Shell, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    (desk.folder / ".demo").mkdir()
    lines = [f"{name}='{value}'" for name, value in environment.items()]
    (desk.folder / ".demo" / "env").write_text("\n".join(lines))
    for name in environment:
        monkeypatch.delenv(name)
    status, _, err = desk.run("audit", "verify")
    assert (status, ".demo/env" in err) == (0, True)


def test_a_port_that_is_taken_is_one_line(desk: Shell, environment: dict[str, str]) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        variables = {**environment, "SHIMIN_PORT": str(taken.getsockname()[1]), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "bot", "serve"],
            env=variables,
            cwd=desk.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("shimin: SHIMIN_PORT: cannot listen on http://127.0.0.1:")
    assert "Traceback" not in done.stderr
    assert not [secret for secret in SECRETS if secret in done.stderr]
