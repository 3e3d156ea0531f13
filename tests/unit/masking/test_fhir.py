from typing import Any

import pytest

from sallyport.masking import MaskingRules, mask, mask_json, masking_rules_from_policy


def resource(**elements: Any) -> dict[str, Any]:
    return {"resourceType": "Basic", "id": "b1", **elements}


def shown(document: dict[str, Any], rules: MaskingRules | None = None) -> Any:
    return mask(document, *([rules] if rules else []))[0].document


@pytest.mark.parametrize(
    "elements",
    [
        {"code": {"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "Sodium"}], "text": "Na"}},
        {"valueQuantity": {"value": 6.1, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}},
        {"total": {"value": 129.16, "currency": "USD"}, "subject": {"reference": "urn:uuid:4f1d"}},
        {"meta": {"tag": [{"system": "https://example.org/tags", "code": "synthetic"}]}, "sequence": 1234567},
        {"extension": [{"valueCoding": {"code": "c", "display": "White"}}, {"url": "text", "valueString": "White"}]},
    ],
)
def test_codes_measures_and_references_stay(elements: dict[str, Any]) -> None:
    assert shown(resource(**elements)) == resource(**elements)


@pytest.mark.parametrize(
    "elements",
    [
        {"code": {"coding": [{"system": "s", "code": "c", "display": {"note": "mail jane@example.org"}}]}},
        {"code": {"coding": [{"system": "s", "code": "c"}], "text": {"note": "mail jane@example.org"}}},
        {"subject": {"reference": {"note": "mail jane@example.org"}}},
        {"total": {"value": 1, "currency": {"note": "mail jane@example.org"}}},
        {"meta": {"tag": [{"system": "s", "code": {"note": "mail jane@example.org"}}]}},
        {"extension": [{"valueCoding": {"display": "x"}}, {"url": "text", "valueString": "mail jane@example.org"}]},
        {"note": [[["mail jane@example.org"]]]},
    ],
)
def test_what_only_looks_like_a_code_is_read(elements: dict[str, Any]) -> None:
    assert "jane@example.org" not in str(shown(resource(**elements)))


def test_keys_that_are_identifiers_go_in_resources_too() -> None:
    masked = shown(resource(extra={"Emily": {"ward": "x"}, "jane@example.org": "y"}))
    assert masked["extra"] == {"[NAME-1]": {"ward": "x"}, "[EMAIL-1]": "y"}


def test_a_narrative_keeps_its_tags_and_loses_the_person() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Seen <b>Katherine</b> Johnson</p><br/>MRN: 4711</div>'
    masked = shown(resource(text={"status": "generated", "div": div}))
    assert masked["text"]["div"] == div.replace("Katherine", "[NAME-1]").replace("Johnson", "[NAME-2]").replace(
        "4711", "[MRN-1]"
    )


def test_only_tags_that_narrative_allows_are_passed_over() -> None:
    for tag in ("<jane@example.org>", '<p title="jane@example.org">'):
        assert "jane@" not in str(shown(resource(text={"div": f"<div>{tag}</div>"})))


def test_findings_name_the_element() -> None:
    document: Any = {"context": resource(contact=[{"telecom": [{"system": "phone", "value": "5550147"}]}])}
    _, findings = mask(document)
    assert [(f.path, f.category, f.detector, f.count) for f in findings] == [
        ("$.context.contact[0].telecom[0].value", "PHONE", "fhir", 1)
    ]


def test_a_policy_that_names_a_column_is_heard_inside_resources() -> None:
    rules = masking_rules_from_policy({"columns": [{"name": "sequence", "category": "STUDY"}]})
    assert shown(resource(sequence=7), rules)["sequence"] == "[STUDY-1]"


def test_a_resource_that_is_masked_leaves_the_callers_document_alone() -> None:
    document: Any = {"resourceType": "Patient", "name": [{"family": "Okonkwo"}], "birthDate": "1984-07-02"}
    mask_json(document)
    assert document == {"resourceType": "Patient", "name": [{"family": "Okonkwo"}], "birthDate": "1984-07-02"}
