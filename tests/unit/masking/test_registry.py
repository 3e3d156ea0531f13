"""Detectors declare themselves: whoever follows docs/masking.md adds one with one file."""

import dataclasses
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import masking_detectors
from sallyport.masking import detect, explain, fires, mask, mask_text
from sallyport.masking.detect import registry
from sallyport.masking.detect.detector import Detector

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "masking.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("### A detector of one's own\n")[2].partition("\n## ")[0]


@pytest.fixture
def added(tmp_path: Path) -> Iterator[None]:
    """The file of the page, beside the others."""
    block = re.search(r"This is all of `detect/(\w+\.py)`:\n\n```python\n(.*?)```\n", SECTION, re.DOTALL)
    assert block is not None
    (tmp_path / block.group(1)).write_text(block.group(2), encoding="utf-8")
    module = f"{detect.__name__}.{block.group(1).removesuffix('.py')}"
    detect.__path__.append(str(tmp_path))
    _forget()
    yield
    detect.__path__.remove(str(tmp_path))
    sys.modules.pop(module, None)
    vars(detect).pop(module.rpartition(".")[2], None)
    importlib.invalidate_caches()
    _forget()


def _forget() -> None:
    registry.detectors.cache_clear()
    registry._looking.cache_clear()


def sentence() -> tuple[str, str]:
    rule = re.search(r'`"(\S+/\S+)": "(.*)",`', SECTION)
    assert rule is not None
    return rule.group(1), rule.group(2)


@pytest.mark.usefixtures("added")
def test_a_detector_that_is_added_as_the_page_says_masks_counts_and_is_listed() -> None:
    rule, text = sentence()
    masked, findings = mask(text)
    assert masked.document == "asked [SSN-1] twice"
    assert [(finding.category, finding.detector) for finding in findings] == [("SSN", "ahv")]
    assert [one.rule for one in explain(text) if one.shown] == [rule]
    assert fires(text) == ("SSN",)
    assert f"| `{rule}` |" in masking_detectors.tables()


def test_without_its_file_nothing_knows_it() -> None:
    rule, text = sentence()
    assert "SSN" not in mask_text(text).text
    assert rule not in masking_detectors.tables()


def test_the_page_lists_the_detectors_that_there_are() -> None:
    assert masking_detectors.main(["--check"]) == 0


def test_no_answer_has_a_default() -> None:
    asked = [field for field in dataclasses.fields(Detector) if field.init]
    assert not any(field.default is not dataclasses.MISSING for field in asked)
    row: dict[str, Any] = {field.name: None for field in asked}
    for field in asked:
        with pytest.raises(TypeError, match=field.name):
            Detector(**{name: value for name, value in row.items() if name != field.name})


def test_a_rule_and_a_detector_have_a_name_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    row = registry.detectors()[0]
    with pytest.raises(ValueError, match="two rules"):
        row.rule(next(iter(row.rules)), "again")
    twin = Detector(**{field.name: getattr(row, field.name) for field in dataclasses.fields(Detector) if field.init})
    monkeypatch.setattr(sys.modules[registry.__name__.replace("registry", "weekdays")], "TWIN", twin, raising=False)
    registry.detectors.cache_clear()
    with pytest.raises(ValueError, match="two detectors"):
        registry.detectors()
    monkeypatch.undo()
    registry.detectors.cache_clear()


def test_no_code_knows_a_detector_by_its_name() -> None:
    """A name of a detector stands as a string in its row and nowhere else that handles spans."""
    names = {row.name for row in registry.detectors()}
    package = ROOT / "layers" / "core" / "python" / "sallyport" / "masking"
    for file in package.rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        compared = re.findall(r"detector(?:\.name)? (?:==|!=|in|not in) (.*)", source)
        assert not any(f'"{name}"' in rest for rest in compared for name in names), file
