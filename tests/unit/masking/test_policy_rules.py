from typing import Any

from sallyport.masking import DEFAULT, MaskingRules, mask, masking_rules_from_policy


def masked(document: Any, rules: MaskingRules = DEFAULT) -> Any:
    return mask(document, rules)[0].document


def test_a_pattern_of_the_policy_masks_what_the_engine_would_leave() -> None:
    rules = masking_rules_from_policy({"patterns": [{"category": "STUDY", "pattern": r"\bstudy-[a-z]{3}\b"}]})
    assert masked({"note": "Part of study-abc"}) == {"note": "Part of study-abc"}
    assert masked({"note": "Part of study-abc"}, rules) == {"note": "Part of [STUDY-1]"}


def test_a_term_is_masked_as_a_whole_word_without_case() -> None:
    rules = masking_rules_from_policy({"terms": {"PROJECT": ["bluebird", "night owl"]}})
    assert masked("about Bluebird, bluebirds and NIGHT OWL", rules) == "about [PROJECT-1], bluebirds and [PROJECT-2]"


def test_a_column_rule_masks_or_reveals_whatever_it_names() -> None:
    rules = masking_rules_from_policy(
        {"columns": [{"name": "cohort", "category": "STUDY"}, {"name": "surname", "treat": "reveal"}]}
    )
    document = {"rows": [{"cohort": "a", "surname": "Johnson", "dob": "1953-01-02"}]}
    assert masked(document, rules) == {"rows": [{"cohort": "[STUDY-1]", "surname": "Johnson", "dob": "[DATE-1]"}]}


def test_the_allow_list_frees_names_but_never_a_field_or_a_format() -> None:
    rules = masking_rules_from_policy({"allow": ["Harborview Clinic", "Johnson", "123-45-6789"]})
    document = {"note": "seen at Harborview Clinic", "last_name": "Johnson", "reason": "ssn 123-45-6789"}
    assert masked(document, rules) == {
        "note": "seen at Harborview Clinic",
        "last_name": "[NAME-1]",
        "reason": "ssn [SSN-1]",
    }


def test_medical_codes_stay_unless_the_policy_wants_them_masked() -> None:
    rules = masking_rules_from_policy({"medical_codes": "mask"})
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}]}
    document = {"note": "ICD-10 E11.9, NDC 0777-3105-02", "context": {"resourceType": "Condition", "code": coding}}
    assert masked(document) == document
    hidden = masked(document, rules)
    assert hidden["note"] == "ICD-10 [CODE-3], NDC [CODE-4]"
    assert "38341003" not in str(hidden)
    assert "Hypertension" not in str(hidden)


def test_an_actions_hints_come_before_everything_else() -> None:
    rules = masking_rules_from_policy(
        {
            "fields": [
                {"path": "$.parameters.prefix", "treat": "reveal"},
                {"path": "$.parameters.keys.*", "category": "MRN"},
            ]
        }
    )
    document = {"parameters": {"prefix": "john-smith/", "keys": ["K-1", {"deep": "K-2"}]}}
    assert masked(document, rules) == {
        "parameters": {"prefix": "john-smith/", "keys": ["[MRN-2]", {"deep": "[MRN-3]"}]}
    }
