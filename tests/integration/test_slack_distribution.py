"""`local-slack` as others get it: a wheel of its own that runs on a bare Python, away from this tree."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from local.slack_process import DISTRIBUTION

SOURCES = ("pyproject.toml", "README.md", "local_slack")
# Without this environment's packages: what the wheel does not bring along is not there.
BARE = str(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was installed."""
    made = tmp_path_factory.mktemp("local-slack")
    tree = made / "tree"  # setuptools leaves its work beside the sources
    tree.mkdir()
    for name in SOURCES:
        source = DISTRIBUTION / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tree / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-index", "--no-deps"]
    run([*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", str(made), str(tree)], made)
    (wheel,) = made.glob("*.whl")
    run([*pip, "install", *offline, "--target", str(made / "site"), str(wheel)], made)
    return made / "site"


def run(command: list[str], where: Path) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def started(installed: Path, command: list[str], where: Path) -> Iterator[str]:
    """The workspace's address, served by `command` from a folder that knows nothing of this tree."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)}
    options = ["--port", "0", "--state-dir", str(where / "state")]
    process = subprocess.Popen([*command, *options], cwd=where, env=environment, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            assert process.wait(timeout=60) == 0


def read(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def test_it_serves_page_and_api_on_a_bare_python(installed: Path, tmp_path: Path) -> None:
    with started(installed, [BARE, "-m", "local_slack"], tmp_path) as url:
        page = read(url)
        for asset in ("layout.css", "message.css", "app.js", "icon.svg"):
            assert f"/assets/{asset}" in page
            assert read(f"{url}assets/{asset}")
        assert '"not_authed"' in read(f"{url}api/auth.test")
        assert '"ok": true' in read(f"{url}api/auth.test?token=xoxb-local")


def test_its_command_starts_the_same(installed: Path, tmp_path: Path) -> None:
    with started(installed, [BARE, str(installed / "bin" / "local-slack")], tmp_path) as url:
        assert read(f"{url}healthz") == '{"ok": true}'


def test_it_imports_nothing_of_ours() -> None:
    """The contract in its own pyproject.toml."""
    linter = Path(sys.executable).parent / "lint-imports"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": "."}
    command = [str(linter), "--no-cache", "--config", "pyproject.toml"]
    done = subprocess.run(command, cwd=DISTRIBUTION, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout
