"""The product as it is deployed: one live local stack for the whole session."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driver import Live

ROOT = Path(__file__).resolve().parents[2]
STACK_FILE = ROOT / ".local" / "stack.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first brings the stack up, which takes its time on a busy machine."""
    for item in items:
        if "live_stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def live_stack() -> Iterator[Live]:
    """This checkout's stack: the live one (deployed again when sources changed), or one for this session."""
    was_there = STACK_FILE.is_file()
    up = subprocess.run(
        [sys.executable, "-m", "local.stack", "up"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert up.returncode == 0, up.stdout + up.stderr
    yield Live(json.loads(STACK_FILE.read_text(encoding="utf-8")))
    if not was_there:
        subprocess.run([sys.executable, "-m", "local.stack", "down"], cwd=ROOT, capture_output=True, check=True)


@pytest.fixture(scope="session")
def frameworks() -> Path:
    """Python with the frameworks of tests/agents."""
    made = subprocess.run(["make", "-s", "setup-agents"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return ROOT / ".venv-agents" / "bin" / "python"


@pytest.fixture
def live(live_stack: Live) -> Iterator[Live]:
    """The stack; what a test asked for and left undecided is withdrawn behind it."""
    yield live_stack
    live_stack.withdraw_all()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has no AWS configuration yet."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "SALLYPORT_CACHE_DIR": str(tmp_path / "cache"),
    }
