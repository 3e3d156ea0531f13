"""What a newcomer meets first: CI, hooks, versions, and links that lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "client/README.md"])
LINKS = [
    (page, found) for page in PAGES for found in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8"))
]
CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def test_ci_runs_the_one_script_and_pins_what_it_uses() -> None:
    workflow = read(".github/workflows/ci.yml")
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in used)
    assert workflow["permissions"] == {"contents": "read"}


def test_dependabot_looks_at_every_folder_that_pins_packages() -> None:
    watched = set()
    for update in read(".github/dependabot.yml")["updates"]:
        if update["package-ecosystem"] == "pip":
            watched |= set(update.get("directories", [])) | {update.get("directory")} - {None}
    found = (path.relative_to(ROOT) for path in ROOT.glob("**/requirements*.in"))
    folders = {path.parent.as_posix() for path in found if not path.parts[0].startswith(".")}
    assert watched == {"/" if folder == "." else f"/{folder}" for folder in folders}


def test_hooks_run_what_the_set_up_installed() -> None:
    hooks = [hook for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in read(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {hook["id"] for hook in hooks} >= {"ruff-check", "ruff-format"}
    assert all(hook["language"] == "system" and ".venv/bin/" in hook["entry"] for hook in hooks)


def test_the_changelog_begins_with_what_is_unreleased_and_its_newest_version_is_the_code_s() -> None:
    headings = re.findall(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", CHANGES, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert all(date for _, date in headings[1:])
    kinds = set(re.findall(r"^### (\w+)$", CHANGES, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    for project in ("pyproject.toml", "client/pyproject.toml"):
        assert tomllib.loads((ROOT / project).read_text("utf-8"))["project"]["version"] == headings[1][0]


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the page's headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_to_headings_are_found_at_all() -> None:
    assert len(LINKS) > 10


@pytest.mark.parametrize(
    ("page", "link"), LINKS, ids=lambda value: value[1] if isinstance(value, tuple) else value.name
)
def test_a_linked_heading_exists(page: Path, link: tuple[str, str]) -> None:
    path, anchor = link
    assert anchor in anchors(page.parent / path if path else page)
