"""Masking: a document or a text in, the same shape out with every identifier replaced by `[CATEGORY-n]`.

The engine knows structure (FHIR, HL7 v2, rows, documents inside strings) and free text; see docs/masking.md.
Nothing is loaded until it is needed, and nothing is kept between requests: what a request's text teaches lies in its
own `memory.Memory` and dies with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sallyport.masking.values import (
    DEFAULT,
    JSON,
    ColumnRule,
    FieldRule,
    Finding,
    MaskedDocument,
    MaskedText,
    MaskingFailed,
    MaskingRules,
    PatternRule,
    TermRule,
    _masked_document,
    _masked_text,
)

if TYPE_CHECKING:
    from sallyport.masking.engine import Engine
    from sallyport.masking.explaining import Explained
    from sallyport.masking.ledger import Ledger

__all__ = [
    "DEFAULT",
    "JSON",
    "ColumnRule",
    "FieldRule",
    "Finding",
    "MaskedDocument",
    "MaskedText",
    "MaskingFailed",
    "MaskingRules",
    "PatternRule",
    "TermRule",
    "explain",
    "fires",
    "mask",
    "mask_json",
    "mask_text",
    "masking_rules_from_policy",
]


def mask(document: JSON, rules: MaskingRules = DEFAULT) -> tuple[MaskedDocument, tuple[Finding, ...]]:
    """`document` with every identifier replaced, and what was found where.

    Shape and container types stay; a masked number becomes the marker string. Masking a masked document changes
    nothing. Raises MaskingFailed, after which nothing may be shown.
    """
    masked, engine = _run(document, rules)
    return _masked_document(masked), engine.ledger.findings()


def mask_json(document: JSON) -> JSON:
    """The whole engine with the default rules, plain JSON in and out. Raises MaskingFailed."""
    return _run(document, DEFAULT)[0]


def mask_text(text: str, rules: MaskingRules = DEFAULT) -> MaskedText:
    """One string that a person or an agent typed, masked. Raises MaskingFailed."""
    masked, _ = _run(text, rules)
    if not isinstance(masked, str):
        raise MaskingFailed("masking_failed")
    return _masked_text(masked)


def fires(value: JSON) -> tuple[str, ...]:
    """The categories that a detector flags in `value` as free text, sorted; empty for a clean scope.

    Meant for parameters that scope a credential (bucket, prefix, table, partition key): technical names do not fire.
    Raises MaskingFailed.
    """
    from sallyport.masking import scope

    try:
        found: set[str] = set()
        stack: list[JSON] = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                stack += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                stack += item
            elif item is not None and not isinstance(item, bool):
                found |= scope.categories(str(item))
    except Exception as error:  # noqa: BLE001 - as below
        raise MaskingFailed("masking_failed", type(error).__name__) from None
    return tuple(sorted(found))


def masking_rules_from_policy(mapping: object) -> MaskingRules:
    """The rules that a policy's parsed YAML describes; see `rules.masking_rules_from_policy`."""
    from sallyport.masking.rules import masking_rules_from_policy as read

    return read(mapping)


def explain(document: JSON, rules: MaskingRules = DEFAULT) -> tuple[Explained, ...]:
    """Why each marker of the masked `document` stands there, and why the capitalised words next to it stay.

    What it answers holds the values themselves, for the terminal of whoever has the document anyway. Raises
    MaskingFailed.
    """
    from sallyport.masking.explaining import Witness, explained

    witness = Witness()
    _, engine = _run(document, rules, witness)
    return explained(engine, witness)


def _run(document: JSON, rules: MaskingRules, ledger: Ledger | None = None) -> tuple[JSON, Engine]:
    from sallyport.masking.budget import Budget
    from sallyport.masking.engine import Engine

    engine = Engine(rules, Budget(), ledger)
    try:
        return engine.run(document), engine
    except MaskingFailed:
        raise
    except Exception as error:  # noqa: BLE001 - the engine fails closed on whatever it did not foresee
        # Whatever went wrong may quote input in its message, so only its kind is kept.
        raise MaskingFailed("masking_failed", type(error).__name__) from None
