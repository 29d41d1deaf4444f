"""systemd's units, the compose file and the image: right by themselves and by each other. systemd looks at the units where it is."""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from dotenv import dotenv_values

from tests.deploy.files import COMPOSE, DEPLOY, ROOT, UNITS, documents, texts

ANALYZE = shutil.which("systemd-analyze")
HERE = "/opt/shimin/current"
INSTANCES = {"shimin-web@.service": "8081", "shimin-worker@.service": "1"}
DOCKERFILE = texts()[ROOT / "Dockerfile"]
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=\n",
    "User=shimin",
)


@pytest.mark.parametrize("unit", [pytest.param(unit, id=unit.name) for unit in UNITS])
def test_a_unit_may_do_nothing_but_its_work(unit: Path) -> None:
    assert [line for line in HARDENED if line not in texts()[unit]] == []


@pytest.mark.skipif(ANALYZE is None, reason="NOT TESTED: systemd-analyze is not installed here")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for program in (".venv/bin/shimin", "deploy/backup/backup.py"):
        made = tmp_path / "current" / program
        made.parent.mkdir(parents=True)
        made.touch(0o755)
    asked = []
    for file in sorted((DEPLOY / "systemd").iterdir()):
        name = file.name.replace("@", f"@{INSTANCES.get(file.name, '')}")
        copied = tmp_path / name
        copied.write_text(file.read_text("utf-8").replace(HERE, str(tmp_path / "current")))
        asked.append(str(copied))
    done = subprocess.run([str(ANALYZE), "verify", *asked], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def compose() -> dict[str, Any]:
    [told] = documents(COMPOSE)
    assert isinstance(told, dict)
    return told


SERVICES = compose()["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_finds_what_it_names(name: str) -> None:
    told, service = compose(), SERVICES[name]
    assert set(service.get("networks", [])) <= set(told["networks"])
    assert set(service.get("secrets", [])) <= set(told["secrets"])
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        if source.startswith("."):
            assert (COMPOSE.parent / source).is_file(), source
        elif not source.startswith("/etc/shimin"):
            assert source in told["volumes"]
    if "build" in service:
        assert (COMPOSE.parent / service["build"] / "Dockerfile").is_file()


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_waits_for_what_can_be_waited_for(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        look = SERVICES[other].get("healthcheck", {})
        if wait["condition"] == "service_healthy":
            assert "test" in look, other
        else:
            assert (wait["condition"], SERVICES[other]["restart"]) == ("service_completed_successfully", "no")


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert {name for name, each in SERVICES.items() if each["networks"] == ["inside"]} == {
        "postgres",
        "redis",
    }
    assert compose()["networks"]["inside"] == {"internal": True}


def test_nginx_knows_the_web_containers() -> None:
    upstreams = texts()[DEPLOY / "compose" / "upstreams.conf"]
    port = compose()["x-shimin"]["environment"]["SHIMIN_PORT"]
    web = [name for name, service in SERVICES.items() if service.get("command") == ["serve"]]
    assert len(web) == 2
    for name in web:
        assert upstreams.count(f"server {name}:{port} ") == 2


def test_upstreams_differ_in_their_addresses_only() -> None:
    on_machines, in_containers = (
        texts()[DEPLOY / folder / "upstreams.conf"].partition("\nupstream")[2]
        for folder in ("nginx", "compose")
    )
    for written, name in (("127.0.0.1:8081", "web-1:8080"), ("127.0.0.1:8082", "web-2:8080")):
        on_machines = on_machines.replace(written, name)
    assert on_machines == in_containers


def test_the_image_is_made_of_what_is_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copies = [
        line.split()[1:-1]
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and "--from" not in line
    ]
    sources = {source for line in copies for source in line}
    assert {f"!{source}" for source in sources} == {line for line in ignored if line.startswith("!")}
    assert all((ROOT / source).exists() for source in sources)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]
    assert set(packages["packages"]) == {source for source in sources if (ROOT / source).is_dir()}


def test_the_image_is_nobodys_and_pinned() -> None:
    assert "--require-hashes -r requirements/main.txt" in DOCKERFILE
    assert "\nUSER 10001:10001\n" in DOCKERFILE
    assert DOCKERFILE.rstrip().endswith('ENTRYPOINT ["shimin"]\nCMD ["--help"]')


def test_the_wheel_has_everything_the_service_reads(tmp_path: Path) -> None:
    """Templates, sentences, migrations, the tariff: not only Python."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        there = set(packed.namelist())
    needed = {
        str(file.relative_to(ROOT))
        for part in ("bot", "handlers", "models", "scheduler", "sandbox", "locales")
        for file in (ROOT / part).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc"
    }
    assert needed - there == set()


def test_an_operator_has_the_settings_of_the_units(tmp_path: Path) -> None:
    """The two files, as a shell reads them, are what the units and the containers are given."""
    secrets = subprocess.run(
        [sys.executable, str(DEPLOY / "new-secrets.py")], capture_output=True, text=True, check=True
    ).stdout
    (tmp_path / "secrets.env").write_text(secrets)
    shutil.copy(DEPLOY / "settings.env", tmp_path)
    script = [
        "/bin/sh",
        str(DEPLOY / "shimin-do"),
        "-c",
        "import json, os; print(json.dumps(dict(os.environ)))",
    ]
    own = {"ETC": str(tmp_path), "PROGRAM": sys.executable}
    said = subprocess.run(script, env=own, capture_output=True, text=True, check=True).stdout
    told = {name: value for name, value in json.loads(said).items() if name.startswith("SHIMIN_")}
    files = (DEPLOY / "settings.env", tmp_path / "secrets.env")
    assert told == {name: value for file in files for name, value in dotenv_values(file).items()}
