"""The Chromium that browser tests walk in. `python -m tests.web.browser` finds one, else installs one, else says loudly that they are
skipped; its exit status is 0 in every case, so that the other tests run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPLICATIONS = ("Google Chrome", "Chromium")
PLAYWRIGHTS_OWN = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")
APT_PACKAGES = ("chromium", "fonts-noto-cjk")  # without the fonts Chinese is drawn as boxes
INSTALL_SECONDS = 600
SKIPPED = """
************************************************************************
*  NO BROWSER: the tests that walk the phone page will be SKIPPED.     *
*  Install Chromium or Google Chrome, or name one: CHROMIUM=/path/to   *
************************************************************************
"""


def find() -> str | None:
    """The path of a Chromium: the one named by CHROMIUM, else the system's, else Playwright's. None when there is none."""
    candidates = chain(_named(), _on_path(), _mac_applications(), _playwrights_own())
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def install() -> str | None:
    """Install one with the system's package manager; the path, or None when that cannot be done here."""
    for command in _installation():
        try:
            subprocess.run(command, check=True, timeout=INSTALL_SECONDS, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as problem:
            print(f"tests.web.browser: {problem}", file=sys.stderr)
            return None
    return find()


def main() -> None:
    """Say which browser there is."""
    found = find() or install()
    print(f"browser tests use {found}" if found else SKIPPED, file=sys.stderr)


def _named() -> Iterator[str]:
    if named := os.environ.get("CHROMIUM"):
        yield named


def _on_path() -> Iterator[str]:
    return (path for path in map(shutil.which, COMMANDS) if path)


def _mac_applications() -> Iterator[str]:
    return (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC_APPLICATIONS)


def _playwrights_own() -> Iterator[str]:
    home = Path.home()
    folders = [home / ".cache/ms-playwright", home / "Library/Caches/ms-playwright"]
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        folders.insert(0, Path(chosen))
    return (str(path) for folder in folders for shape in PLAYWRIGHTS_OWN for path in folder.glob(shape))


def _installation() -> Sequence[Sequence[str]]:
    """The commands that install a browser; none when nobody here may."""
    if shutil.which("apt-get") and (root := _become_root()) is not None:
        quiet = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]
        return [[*quiet, "update"], [*quiet, "install", "--yes", *APT_PACKAGES]]
    if sys.platform == "darwin" and shutil.which("brew"):
        return [["brew", "install", "--quiet", "--cask", "chromium"]]
    return []


def _become_root() -> Sequence[str] | None:
    """What to put before a command that needs root: nothing for root itself, None when a password would be asked."""
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    try:
        allowed = subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return None
    return sudo if allowed else None


if __name__ == "__main__":
    main()
