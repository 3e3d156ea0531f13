"""Each rule of each detector decides something: a document that it reaches, and that is masked otherwise without it."""

from typing import Any

import pytest

from sallyport.masking import DEFAULT, MaskingRules, explain, freetext, mask
from sallyport.masking import replacement as replacing
from sallyport.masking.detect.detector import Rule
from sallyport.masking.detect.names import picks
from sallyport.masking.detect.registry import detectors
from sallyport.masking.spans import settle
from tests.unit.masking.sentences import SENTENCES

RULES = {rule.id: rule for detector in detectors() for rule in detector.rules.values()}


def given(name: str) -> tuple[Any, MaskingRules]:
    document = SENTENCES[name]
    return document if isinstance(document, tuple) else (document, DEFAULT)


def without(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take `rule` out: no pick asks it, and what it finds is not seen."""
    left = {kind: tuple(pick for pick in asked if pick.rule is not rule) for kind, asked in picks._asked.items()}
    monkeypatch.setattr(picks, "_asked", left)
    for module in (freetext, replacing):
        monkeypatch.setattr(module, "settle", lambda found: settle(span for span in found if span.rule is not rule))
    whole = replacing.Replacement.whole

    def shown(self: Any, value: str, place: Any, category: str, by: Rule, person: str = "") -> str:
        return value if by is rule else whole(self, value, place, category, by, person)

    monkeypatch.setattr(replacing.Replacement, "whole", shown)


def test_every_rule_has_a_sentence() -> None:
    assert sorted(SENTENCES) == sorted(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_sentence_reaches_its_rule(name: str) -> None:
    document, rules = given(name)
    assert name in [one.rule for one in explain(document, rules)]


@pytest.mark.parametrize("name", sorted(RULES))
def test_without_its_rule_a_sentence_is_masked_otherwise(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document, rules = given(name)
    before = mask(document, rules)[0].document
    without(RULES[name], monkeypatch)
    assert mask(document, rules)[0].document != before
