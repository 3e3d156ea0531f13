from typing import Any

import pytest

from sallyport.masking import mask, mask_json

HEAD = "MSH|^~\\&|LAB|GENERAL|EHR|GENERAL|20250314||ORU^R01|77|P|2.5\r"


def segment(line: str) -> str:
    """`line` masked within a message, without the message's head."""
    return str(mask_json(HEAD + line)).partition("\r")[2]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("PV1|1|I|W^3||44^^^GEN|||9^KEVORK^JACK^P^^DR", "PV1|1|I|W^3||[ID-2]^^^GEN|||9^[NAME-1]^[NAME-2]^[NAME-3]^^DR"),
        (
            "NK1|1|ROE^MARY||2 Elm St^^Salem^OR^97301",
            "NK1|1|[NAME-1]^[NAME-3]||[ADDRESS-1]^^[ADDRESS-3]^OR^[ADDRESS-4]",
        ),
        ("GT1|1||ROE^ANN" + "|" * 39 + "BRANDT", "GT1|1||[NAME-1]^[NAME-2]" + "|" * 39 + "[NAME-3]"),
        ("PDA||||20240102|7^CERT^ROBIN||20240103^20240104", "PDA||||[DATE-2]|7^CERT^ROBIN||[DATE-3]^[DATE-4]"),
        ("SPM|1" + "|" * 16 + "20240105^20240106", "SPM|1" + "|" * 16 + "[DATE-2]^[DATE-3]"),
        ("IN2|55|123-45-6789" + "|" * 5 + "ROE^JACK", "IN2|[HEALTH_PLAN-1]|[SSN-1]" + "|" * 5 + "[NAME-1]^[NAME-2]"),
    ],
)
def test_a_field_is_masked_by_its_data_type(line: str, masked: str) -> None:
    assert segment(line) == masked


def test_the_time_of_a_message_goes_as_that_of_its_event_does() -> None:
    masked = str(mask_json(HEAD + "EVN|A01|20250314"))
    assert "20250314" not in masked
    assert masked.startswith("MSH|^~\\&|LAB|GENERAL|EHR|GENERAL|[DATE-1]||ORU^R01|")


def test_professionals_who_book_or_enter_stay() -> None:
    for line in ("ROL|1|AD|PP|12^SMITH^JOHN^A", "SCH||||||||||||12^SMITH^JOHN^A", "NTE|1||fasting||12^SMITH^JOHN^A"):
        assert segment(line) == line


def test_a_professional_who_is_the_patient_does_not_stay() -> None:
    masked = segment("PID|1||4711||SMITH^JOHN\rROL|1|AD|PP|12^Smith^John^A")
    assert masked.endswith("ROL|1|AD|PP|12^[NAME-1]^[NAME-2]^[NAME-3]")


@pytest.mark.parametrize(
    ("observation", "masked"),
    [
        ("OBX|1|NM|1^x||123456789", "OBX|1|NM|1^x||123456789"),
        ("OBX|1|CWE|1^x||27268008^Salmonella^SCT", "OBX|1|CWE|1^x||27268008^Salmonella^SCT"),
        ("OBX|1|XPN|1^x||ROE^JANE", "OBX|1|XPN|1^x||[NAME-1]^[NAME-2]"),
        ("OBX|1|DT|1^x||20240102", "OBX|1|DT|1^x||[DATE-2]"),
        ("OBX|1|TX|1^x||call 202-555-0143", "OBX|1|TX|1^x||call [PHONE-1]"),
        ("OBX|1|ED|1^x||LAB^IM^PNG^Base64^iVBORw0KGgoAAAANSUhEUg==", "OBX|1|ED|1^x||LAB^IM^PNG^Base64^[ATTACHMENT-1]"),
    ],
)
def test_an_observation_is_read_by_the_type_it_declares(observation: str, masked: str) -> None:
    assert segment(observation) == masked


def test_a_message_of_its_own_delimiters_is_read_by_them() -> None:
    assert "PID$1$$[MRN-1]$$[NAME-1]*[NAME-2]" in str(mask_json("MSH$*~\\&$LAB\rPID$1$$4711$$ROE*JANE"))


def test_no_marker_of_a_row_repeats_a_number_hidden_beside_it() -> None:
    masked = segment("PID|1||1^^^G||2ROE^JANE^3||19530102")
    assert masked == "PID|1||[MRN-4]^^^G||[NAME-4]^[NAME-5]^[NAME-6]||[DATE-4]"


def test_a_marker_names_no_category_that_its_value_in_a_row_spells() -> None:
    assert segment("GT1|1|5|ROE^ANN" + "|" * 9 + "G-SSN-12").endswith("[VALUE-1]")


@pytest.mark.parametrize("before", ["", "See ", "two lines of it:\n"])
def test_a_segment_without_its_message_is_read_too(before: str) -> None:
    masked = str(mask_json(before + "PID|1||4711^^^H^MR||DOE^JANE^^^MS||19530102|F|||9 Elm St^^Salem^OR^97301"))
    assert not any(part in masked for part in ("4711", "DOE", "JANE", "1953", "Elm", "Salem", "97301"))
    assert masked.startswith(before + "PID|1||[")
    assert "^^^MS||" in masked


def test_findings_of_a_message_are_counted_by_category() -> None:
    document: Any = {"message": HEAD + "PID|1||4711||ROE^JANE"}
    _, findings = mask(document)
    assert {(f.path, f.category, f.detector, f.count) for f in findings} == {
        ("$.message", "DATE", "hl7", 1),
        ("$.message", "ID", "hl7", 1),
        ("$.message", "MRN", "hl7", 1),
        ("$.message", "NAME", "hl7", 2),
    }
