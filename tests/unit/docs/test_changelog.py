"""The changelog is in the form that it says: merges have put old items above its first heading."""

import re
from pathlib import Path

CHANGELOG = Path(__file__).parents[3] / "CHANGELOG.md"


def test_every_item_stands_under_a_version_and_a_kind_of_change_once() -> None:
    preface, *versions = re.split(r"^## ", CHANGELOG.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "\n- " not in preface
    for version in versions:
        kinds = re.findall(r"^### (\w+)$", version, re.MULTILINE)
        assert kinds == sorted(set(kinds)), version.splitlines()[0]
        items = re.findall(r"^- .*$", version, re.MULTILINE)
        assert len(items) == len(set(items)), version.splitlines()[0]
