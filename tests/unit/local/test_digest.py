"""Digests change when, and only when, a source changes."""

from pathlib import Path

import pytest

from local.digest import tree_digest


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "layers" / "core").mkdir(parents=True)
    (tmp_path / "layers" / "core" / "module.py").write_text("one = 1\n")
    (tmp_path / "layers" / "core" / "rules.yaml").write_text("allow: []\n")
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    return tmp_path


def test_same_tree_has_the_same_digest_wherever_it_lies(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    copy = tmp_path_factory.mktemp("elsewhere")
    for path in tree.rglob("*"):
        target = copy / path.relative_to(tree)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    assert tree_digest(copy, ["layers", "template.yaml"]) == tree_digest(tree, ["template.yaml", "layers"])


def test_changed_content_new_name_and_new_file_change_it(tree: Path) -> None:
    seen = {tree_digest(tree, ["layers"])}
    (tree / "layers" / "core" / "rules.yaml").write_text("allow: [everything]\n")
    seen.add(tree_digest(tree, ["layers"]))
    (tree / "layers" / "core" / "rules.yaml").rename(tree / "layers" / "core" / "rules.yml")
    seen.add(tree_digest(tree, ["layers"]))
    (tree / "layers" / "core" / "empty").touch()
    seen.add(tree_digest(tree, ["layers"]))
    assert len(seen) == 4


def test_content_moved_across_a_file_border_changes_it(tmp_path: Path) -> None:
    for name, (first, second) in {"left": ("ab", "c"), "right": ("a", "bc")}.items():
        (tmp_path / name / "layers").mkdir(parents=True)
        (tmp_path / name / "layers" / "x").write_text(first)
        (tmp_path / name / "layers" / "y").write_text(second)
    assert tree_digest(tmp_path / "left", ["layers"]) != tree_digest(tmp_path / "right", ["layers"])


def test_byte_code_and_caches_do_not_count(tree: Path) -> None:
    before = tree_digest(tree, ["layers"])
    (tree / "layers" / "core" / "__pycache__").mkdir()
    (tree / "layers" / "core" / "__pycache__" / "module.cpython-313.pyc").write_bytes(b"x")
    (tree / "layers" / "core" / "module.pyc").write_bytes(b"x")
    assert tree_digest(tree, ["layers"]) == before


def test_parts_that_are_not_there_do_not_count(tree: Path) -> None:
    assert tree_digest(tree, ["layers", "statemachine"]) == tree_digest(tree, ["layers"])
