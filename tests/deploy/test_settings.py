"""What `deploy/` tells the service is what the service can be told, all of it, and nothing secret stands in a file that is not."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from aiohttp import web
from dotenv import dotenv_values

from bot import cli
from bot.api import pictures as a_camera
from bot.app import MAX_BODY, make_app
from bot.metrics import Prometheus
from bot.ops import make_ops
from bot.pages.school import draft as a_teacher
from bot.roles import END_SECONDS
from bot.server import IDLE_SECONDS
from bot.settings import Settings, load_settings
from bot.wechat.webhook import Webhook
from models.base.db import Database
from tests.cli.test_operators_page import names
from tests.databases import on_sqlite
from tests.deploy.files import (
    COMPOSE,
    DEPLOY,
    KUBERNETES,
    SETTING,
    UNITS,
    documents,
    is_secret,
    objects,
    of_kind,
    settings,
    texts,
)
from tests.service import Fakes, assembled

NGINX = texts()[DEPLOY / "nginx" / "shimin.conf"]
SETTINGS_FILE = texts()[DEPLOY / "settings.env"]
THEIRS = {"SHIMIN_WECHAT__APP_SECRET": "their-secret", "SHIMIN_SMS__ACCESS_KEY_SECRET": "their-secret"}
MAY_HOLD_A_PASSWORD = {"SHIMIN_DATABASE_URL", "SHIMIN_REDIS_URL"}
REQUIRED = {name for name, field in settings() if field.is_required()}
SECRET = {name for name, field in settings() if is_secret(field)}
NOT_PUBLIC = {"/livez", "/readyz"}


def drawn() -> str:
    """A new city's secrets."""
    script = [sys.executable, str(DEPLOY / "new-secrets.py")]
    return subprocess.run(script, capture_output=True, text=True, check=True).stdout


def read(text: str) -> Mapping[str, str]:
    return {name: value or "" for name, value in dotenv_values(stream=StringIO(text)).items()}


def in_cluster() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The ConfigMap and the Secret."""
    return of_kind("ConfigMap")["shimin"]["data"], of_kind("Secret")["shimin"]["stringData"]


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in texts()])
def test_every_setting_exists(file: Path) -> None:
    assert set(SETTING.findall(texts()[file])) - set(names(Settings)) == set()


def test_every_setting_is_named_for_systemd_and_compose() -> None:
    named = set(SETTING.findall(SETTINGS_FILE + drawn()))
    assert {name for name, _ in settings()} - named == set()


def test_what_is_required_is_said_on_each_way() -> None:
    config, secret = in_cluster()
    assert set(read(SETTINGS_FILE)) | set(read(drawn())) >= REQUIRED
    assert set(config) | set(secret) >= REQUIRED


def test_nothing_secret_stands_where_everybody_reads() -> None:
    config, secret = in_cluster()
    assert set(read(SETTINGS_FILE)) & SECRET == set()
    assert set(config) & SECRET == set()
    assert set(secret.values()) == {""}
    assert set(secret) | {"SHIMIN_WECHAT__PREVIOUS_AES_KEY"} >= SECRET


def test_a_city_can_start_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two files, once what others give is filled in; each drawing is another."""
    for name in [name for name in os.environ if name.startswith("SHIMIN_")]:
        monkeypatch.delenv(name)
    one, other = read(drawn()), read(drawn())
    for name, value in {**read(SETTINGS_FILE), **one, **THEIRS}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().vault.current == one["SHIMIN_VAULT__CURRENT"]
    same = {name for name in one if one[name] == other[name]}
    assert same == {"SHIMIN_VAULT__CURRENT", *THEIRS, *MAY_HOLD_A_PASSWORD}


def test_the_configmap_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    config, secret = in_cluster()
    for name in [name for name in os.environ if name.startswith("SHIMIN_")]:
        monkeypatch.delenv(name)
    given = {name: value for name, value in {**read(drawn()), **THEIRS}.items() if name in secret}
    for name, value in {**given, **config}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().drain_seconds == 5


def commands() -> list[tuple[str, str]]:
    """Where, and the first words of each command line that starts the service."""
    found = []
    for unit in UNITS:
        lines = re.findall(r"^ExecStart=.*/bin/shimin (.+)$", texts()[unit], re.MULTILINE)
        found += [(unit.name, line) for line in lines]
    for name, service in documents(COMPOSE)[0]["services"].items():
        if service["image"].startswith("shimin:"):
            found.append((f"compose {name}", " ".join(service["command"])))
    for each in objects():
        if each["kind"] in ("Deployment", "Job"):
            [container] = each["spec"]["template"]["spec"]["containers"]
            found.append((each["metadata"]["name"], " ".join(container["args"])))
    return found


@pytest.mark.parametrize(("where", "line"), [pytest.param(*each, id=each[0]) for each in commands()])
def test_every_command_exists(where: str, line: str) -> None:
    known: Any = typer.main.get_command(cli.app)
    assert line in known.commands, where


def test_every_role_runs_on_each_way() -> None:
    roles = {"serve", "worker", "scheduler", "migrate"}
    by_unit = {line for where, line in commands() if where.endswith(".service")}
    by_compose = {line for where, line in commands() if where.startswith("compose")}
    in_pods = {
        line for where, line in commands() if where.startswith("shimin-") and not where.endswith(".service")
    }
    assert (by_unit, by_compose, in_pods) == (roles, roles, roles)


@pytest.fixture
def app(database: Database) -> web.Application:
    return make_app(assembled(database, Fakes()))


def paths_of(app: web.Application) -> set[str]:
    """A folder of files ends with a slash."""
    found = {route.resource for route in app.router.routes() if route.resource}
    return {each.canonical + "/" * isinstance(each, web.StaticResource) for each in found}


def probes() -> list[tuple[str, str, str]]:
    """Who, which port by name, which path."""
    found = []
    for name, deployment in of_kind("Deployment").items():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = container[kind]["httpGet"]
            found.append((f"{name} {kind}", asked["port"], asked["path"]))
    return found


@on_sqlite
def test_every_probe_is_a_route(app: web.Application, database: Database) -> None:
    by_port = {"web": paths_of(app), "ops": paths_of(make_ops(assembled(database, Fakes()), Prometheus()))}
    assert [who for who, port, path in probes() if path not in by_port[port]] == []
    [service] = documents(COMPOSE)
    [url] = re.findall(r"127\.0\.0\.1:9100(/\w+)", str(service["x-shimin"]["healthcheck"]))
    assert url in by_port["ops"]


def nginx_lets_through(path: str) -> bool:
    exact = re.findall(r"location = (\S+) ", NGINX)
    below = [each for each in re.findall(r"location (/\S+) ", NGINX) if each != "/"]
    return path in exact or path.startswith(tuple(below))


def ingress_lets_through(path: str) -> bool:
    rules = [rule for each in of_kind("Ingress").values() for rule in each["spec"]["rules"]]
    found = [(asked["path"], asked["pathType"]) for rule in rules for asked in rule["http"]["paths"]]
    return any(path == at if kind == "Exact" else path.startswith(at) for at, kind in found)


@on_sqlite
@pytest.mark.parametrize(
    "lets_through",
    [pytest.param(nginx_lets_through, id="nginx"), pytest.param(ingress_lets_through, id="ingress")],
)
def test_what_is_public_is_what_citizens_and_other_systems_use(
    app: web.Application, lets_through: Callable[[str], bool]
) -> None:
    paths = paths_of(app)
    assert paths >= NOT_PUBLIC
    assert {path for path in paths if not lets_through(path)} == NOT_PUBLIC
    assert not any(lets_through(path) for path in ("/metrics", "/demo/clock", "/"))


def test_times_fit_together() -> None:
    """Whoever ends a process waits longer than it takes; nginx gives a connection up before the process does; and WeChat's five
    seconds are nginx's."""
    for unit in UNITS:
        if "KillSignal" in texts()[unit]:
            assert int(re.findall(r"TimeoutStopSec=(\d+)", texts()[unit])[0]) > END_SECONDS
    for deployment in of_kind("Deployment").values():
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > END_SECONDS
    [compose] = documents(COMPOSE)
    assert int(compose["x-shimin"]["stop_grace_period"].rstrip("s")) > END_SECONDS
    for file in (DEPLOY / "nginx" / "upstreams.conf", DEPLOY / "compose" / "upstreams.conf"):
        kept = re.findall(r"keepalive_timeout (\d+)s", texts()[file])
        assert kept
        assert all(int(seconds) < IDLE_SECONDS for seconds in kept)
    [waited] = re.findall(r"location = /wechat {[^}]*proxy_read_timeout (\d+)s", NGINX)
    assert Webhook.seconds_to_answer < int(waited) <= 5


def test_sizes_fit_together() -> None:
    assert re.findall(r"client_max_body_size (\d+)k", NGINX) == [str(MAX_BODY // 1024)]
    sizes = re.findall(r"(?:body-size: )(\d+)k", texts()[DEPLOY / "kubernetes" / "ingress.yaml"])
    assert set(sizes) == {str(MAX_BODY // 1024)}
    larger = [a_camera.MOST_BYTES, a_teacher.MOST_BYTES]
    assert [int(size) << 20 for size in re.findall(r"client_max_body_size (\d+)m", NGINX)] == larger
    most = re.findall(r"body-size: (\d+)m", texts()[DEPLOY / "kubernetes" / "ingress.yaml"])
    assert {int(size) << 20 for size in most} == {max(larger)}


def test_yaml_files_are_where_they_are_looked_for() -> None:
    assert {file.parent.name for file in KUBERNETES} == {"kubernetes", "migrate"}
