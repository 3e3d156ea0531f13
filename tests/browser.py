"""A browser for the tests of pages: found, or installed where that is permitted, or a failure that says what to do."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect, sync_playwright

_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_APT_SECONDS = 300
# How long a test waits for what it expects to see: the machine may have other things to do.
_PATIENCE_MS = 20_000


class NoBrowserError(RuntimeError):
    """There is no Chromium and none could be installed."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The page tests need Chromium ({reason}). Install it with `apt-get install chromium`, "
            "or with `playwright install chromium`, or put a `chromium` or `google-chrome` on the PATH."
        )


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless Chromium for one `with` block; raises `NoBrowserError` when there is none to be had."""
    expect.set_options(timeout=60_000)  # whatever is expected comes, on a busy machine later than in five seconds
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def find_browser(playwright: Playwright) -> str:
    """The path of a Chromium: on the PATH, else Playwright's own, else Debian's, installed now."""
    found = _on_path()
    if found:
        return found
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    _install_with_apt()
    found = _on_path()
    if not found:
        raise NoBrowserError("apt-get installed the package, but no chromium is on the PATH")
    return found


def _on_path() -> str | None:
    return next((path for path in map(shutil.which, _ON_PATH) if path), None)


def _install_with_apt() -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        raise NoBrowserError("none was found and there is no apt-get")
    if os.geteuid() != 0:
        raise NoBrowserError("none was found and only root may use apt-get")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "update"], [apt, "install", "-y", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=_APT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise NoBrowserError(f"`{' '.join(command)}` took longer than {_APT_SECONDS} s") from error
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise NoBrowserError(f"`{' '.join(command)}` failed: {last}")
