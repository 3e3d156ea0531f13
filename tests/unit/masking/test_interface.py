from typing import Any

import pytest

from sallyport.masking import (
    FieldRule,
    MaskedDocument,
    MaskedText,
    MaskingFailed,
    MaskingRules,
    fires,
    mask,
    mask_json,
    mask_text,
    masking_rules_from_policy,
)


def test_shape_stays_and_identifiers_become_numbered_markers() -> None:
    document: Any = {"reason": "call 555-201-3344", "context": ["SSN 123-45-6789", 7, None, True, 1.5]}
    assert mask_json(document) == {"reason": "call [PHONE-1]", "context": ["SSN [SSN-1]", 7, None, True, 1.5]}


def test_same_value_gets_the_same_marker_and_another_value_another() -> None:
    masked = mask_json(["a@example.org", "A@EXAMPLE.ORG", "b@example.org"])
    assert masked == ["[EMAIL-1]", "[EMAIL-1]", "[EMAIL-2]"]


def test_only_the_engine_makes_masked_values() -> None:
    with pytest.raises(TypeError):
        MaskedText("raw")
    with pytest.raises(TypeError):
        MaskedDocument({"ssn": "123-45-6789"})


def test_a_reveal_hint_shows_exactly_and_a_mask_hint_hides_without_looking() -> None:
    rules = MaskingRules(
        fields=(
            FieldRule("$.parameters.bucket", "reveal"),
            FieldRule("$.parameters.keys.*", "mask", "MRN"),
        )
    )
    masked, findings = mask({"parameters": {"bucket": "123-45-6789", "keys": ["x", 7]}}, rules)
    assert masked.document == {"parameters": {"bucket": "123-45-6789", "keys": ["[MRN-1]", "[MRN-2]"]}}
    assert [(f.path, f.category, f.count) for f in findings] == [
        ("$.parameters.keys[0]", "MRN", 1),
        ("$.parameters.keys[1]", "MRN", 1),
    ]


def test_findings_never_hold_the_text() -> None:
    _, findings = mask({"note": "mail jane@example.org"})
    assert [(f.path, f.category, f.count) for f in findings] == [("$.note", "EMAIL", 1)]
    assert "jane" not in repr(findings)


def test_a_marker_typed_by_the_caller_never_agrees_with_a_masked_value() -> None:
    masked: Any = mask_json({"reason": "[SSN-1] fits", "ssn": "123-45-6789"})
    assert masked == {"reason": "[SSN-1] fits", "ssn": "[SSN-2]"}


def test_technical_scopes_do_not_fire_and_identifiers_in_them_do() -> None:
    assert fires("patients/2025/") == ()
    assert fires("sallyport-sample-data") == ()
    assert fires("exports/123-45-6789/")


def test_typed_text_is_masked() -> None:
    assert mask_text("ok, told jane@example.org").text == "ok, told [EMAIL-1]"


def test_too_deep_a_document_fails_closed_without_quoting_it() -> None:
    document: Any = "123-45-6789"
    for _ in range(10_000):
        document = [document]
    with pytest.raises(MaskingFailed) as failure:
        mask_json(document)
    assert failure.value.code == "masking_depth_exceeded"
    assert "123" not in str(failure.value)


@pytest.mark.parametrize(
    "mapping",
    [
        {"paterns": []},
        {"patterns": [{"category": "X", "pattern": r"(a)\1"}]},
        {"patterns": [{"category": "X", "pattern": "a*"}]},
        {"patterns": [{"category": "lower", "pattern": "a"}]},
        {"terms": {"low": ["a"]}},
        {"columns": [{"name": "x", "treat": "hide"}]},
        {"medical_codes": "maybe"},
        {"instants": "maybe"},
        {"public_addresses": True},
    ],
)
def test_policy_rules_with_unknown_keys_or_unsafe_patterns_are_refused(mapping: dict[str, Any]) -> None:
    with pytest.raises(MaskingFailed) as failure:
        masking_rules_from_policy(mapping)
    assert failure.value.code == "masking_rules_invalid"


def test_only_a_masked_object_has_members() -> None:
    assert mask({"reason": "quarterly report"})[0].members == {"reason": "quarterly report"}
    with pytest.raises(TypeError):
        _ = mask(["quarterly report"])[0].members
