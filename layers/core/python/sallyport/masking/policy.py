"""What a deployment's rules add to the detectors: its patterns, terms, allow-list, and medical codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import words
from sallyport.masking.detect.declared import CODE, OWN
from sallyport.masking.spans import Span
from sallyport.masking.structure.fields import Field
from sallyport.masking.values import MaskingRules, PatternRule, TermRule

# Compiled when a policy first asks for them.
_ICD10 = r"\b[A-TV-Z]\d[0-9AB]\.[0-9A-Z]{1,4}\b"
_CUED = (
    r"\b(?:ICD[- ]?(?:9|10)?(?:[- ]?(?:CM|PCS))?|CPT|HCPCS|SNOMED(?:[ -]?CT)?|SCTID|NDC|LOINC|RxNorm|RXCUI|DRG)"
    r"(?: codes?)?[\s:#=]{0,3}"
    r"(?P<v>[A-Z]?\d[\dA-Z.-]{1,17})(?![\w-])"
)
_NDC = r"\d(?<![\w-]\d)\d{3,4}-\d{3,4}-\d{1,2}(?![\w-])"


def columns(rules: MaskingRules) -> dict[str, Field]:
    """The column rules by folded name; a revealed column has no category."""
    return {
        words.fold(rule.name): Field(rule.category if rule.treat == "mask" else "", "whole") for rule in rules.columns
    }


def find(text: str, rules: MaskingRules) -> Iterator[Span]:
    """What the policy's own rules find in `text`."""
    own: tuple[PatternRule | TermRule, ...] = (*rules.patterns, *rules.terms)
    for rule in own:
        if rule.compiled is not None:
            for match in rule.compiled.finditer(text):
                if match.end() > match.start():
                    yield Span(match.start(), match.end(), rule.category, OWN)
    if rules.medical_codes == "mask":
        for pattern in (_ICD10, _NDC):
            for match in re.finditer(pattern, text):
                yield Span(match.start(), match.end(), "CODE", CODE)
        for match in re.finditer(_CUED, text, re.IGNORECASE):
            yield Span(match.start("v"), match.end("v"), "CODE", CODE)


def allowed(text: str, span: Span, rules: MaskingRules) -> bool:
    """Whether the allow-list frees this span: all of it, or each of its words.

    It frees what was found by its look; never what a field, a hint, a pattern of the policy or a format says.
    """
    if not span.detector.allowable:
        return False
    piece = text[span.start : span.end].casefold().strip(" .,")
    return piece in rules.allow or all(word in rules.allow for word in piece.split())
