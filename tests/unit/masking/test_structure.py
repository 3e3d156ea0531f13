import base64
import json
from typing import Any

import pytest

from sallyport.masking import mask, mask_json

TALK = "spouse Sarah Kowalczyk can be called at 617-555-0182"
PATIENT: Any = {
    "resourceType": "Patient",
    "id": "example",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"}],
    "name": [{"family": "Okonkwo", "given": ["Adaeze"], "prefix": ["Ms."]}],
    "birthDate": "1984-07-02",
    "address": [{"line": ["9 Elm St"], "city": "Eastbrook", "state": "OR", "postalCode": "97301"}],
    "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/x", "code": "M", "display": "Married"}]},
    "photo": [{"contentType": "image/png", "data": "aGVsbG8="}],
}


def test_a_fhir_resource_keeps_its_codes_and_loses_the_person() -> None:
    masked: Any = mask_json(PATIENT)
    assert masked["maritalStatus"] == PATIENT["maritalStatus"]
    assert masked["address"][0] == {
        "line": ["[ADDRESS-1]"],
        "city": "[ADDRESS-2]",
        "state": "OR",
        "postalCode": "[ADDRESS-3]",
    }
    assert masked["identifier"][0]["value"] == "[SSN-1]"
    for secret in ("Okonkwo", "Adaeze", "1984", "aGVsbG8"):
        assert secret not in json.dumps(masked)


def test_a_name_in_a_field_is_found_in_the_prose_beside_it() -> None:
    masked: Any = mask_json({"last_name": "Lightfoot", "note": "told lightfoot to come back"})
    assert masked == {"last_name": "[NAME-1]", "note": "told [NAME-1] to come back"}


def test_hl7_components_are_masked_and_the_message_stays_readable() -> None:
    message = "MSH|^~\\&|A|B|C|D|2025||ADT^A01|1|P|2.5\rPID|1||4711^^^H^MR||DOE^JANE^^^MS||19530102|F\rPV1|1|I|W^3"
    masked = str(mask_json(message))
    assert masked.endswith("PID|1||[MRN-1]^^^H^MR||[NAME-1]^[NAME-2]^^^MS||[DATE-2]|F\rPV1|1|I|W^3")


@pytest.mark.parametrize(
    "document",
    [
        {"columns": ["FirstName", "ssn", "status"], "rows": [["Ada", "999121234", "open"]]},
        {"data": [["first name", "social_security_number", "status"], ["Ada", "999121234", "open"]]},
        {"rows": [{"fname": "Ada", "SSN": 999121234, "status": "open"}]},
        {"csv": "fname,ssn,status\nAda,999121234,open\n"},
        {"sql": "INSERT INTO t (fname, ssn, status) VALUES ('Ada', '999121234', 'open');"},
        {"sql": "SELECT status FROM t WHERE fname = 'Ada' AND ssn = 999121234 AND status = 'open'"},
        {"item": {"fname": {"S": "Ada"}, "ssn": {"N": "999121234"}, "status": {"S": "open"}}},
        {"fields": [{"name": "fname", "value": "Ada"}, {"name": "ssn", "value": "999121234"}, {"x": "open"}]},
        {"body": json.dumps({"fname": "Ada", "ssn": 999121234, "status": "open"})},
        {"query": "fname=Ada&ssn=999121234&status=open"},
    ],
)
def test_rows_are_masked_by_column_however_they_are_written(document: Any) -> None:
    masked = json.dumps(mask_json(document))
    assert "Ada" not in masked
    assert "999121234" not in masked
    assert "open" in masked


def test_sql_on_several_lines_stays_sql() -> None:
    sql = "INSERT INTO t (fname, ssn, city, status) VALUES\n('Ada', '4711', 'Salem', 'open'),\n('Bo', '5', '', '');"
    assert mask_json(sql) == (
        "INSERT INTO t (fname, ssn, city, status) VALUES\n"
        "('[NAME-1]', '[SSN-1]', '[ADDRESS-1]', 'open'),\n('[NAME-2]', '[SSN-2]', '', '');"
    )


@pytest.mark.parametrize(
    "table",
    [
        "fname,ssn,notes\nLightfoot,1,told lightfoot to come\nBo,2,no answer\n",
        "INSERT INTO t (fname, ssn, notes) VALUES ('Lightfoot', '1', 'told lightfoot to come')",
    ],
)
def test_a_name_in_a_cell_is_found_in_the_prose_of_another(table: str) -> None:
    masked = str(mask_json({"x": table}))
    assert "ightfoot" not in masked
    assert "to come" in masked


def test_every_literal_of_a_statement_is_looked_at() -> None:
    sql = (
        "INSERT INTO t VALUES ('Ada Lovelace', '999-12-1234'); SELECT a FROM b WHERE ssn = '999-12-1234' AND c = 'open'"
    )
    assert mask_json(sql) == (
        "INSERT INTO t VALUES ('[NAME-1]', '[SSN-1]'); SELECT a FROM b WHERE ssn = '[SSN-1]' AND c = 'open'"
    )


def test_a_column_without_a_name_is_masked_where_most_of_it_identifies() -> None:
    sql = (
        "INSERT INTO t VALUES\n('Katherine', 'open', '9 Elm St'), ('Will', 'closed', '9 Oak St'), ('Ruth', 'open', '')"
    )
    masked = str(mask_json(sql))
    assert masked.startswith("INSERT INTO t VALUES\n('[NAME-1]', 'open', '[ADDRESS-")
    assert not any(word in masked for word in ("Katherine", "Will", "Ruth", "Elm", "Oak"))


def test_a_table_that_is_drawn_keeps_its_lines() -> None:
    table = "| fname | ssn | status |\n|---|---|---|\n| Ada | 4711 | open |"
    assert mask_json(table) == "| fname | ssn | status |\n|---|---|---|\n| [NAME-1] | [SSN-1] | open |"


def test_no_marker_of_a_row_repeats_a_number_hidden_beside_it() -> None:
    masked = str(mask_json("fname,ssn,dob,status\nAda,1-2-3,4/5/1960,open\n"))
    assert masked == "fname,ssn,dob,status\n[NAME-6],[SSN-6],[DATE-6],open\n"


def test_identifiers_used_as_keys_go_and_field_names_stay() -> None:
    masked: Any = mask_json({"Emily C.": {"status": 1}, "jane@example.org": 2, "firstName": "Ada", "ward": 3})
    assert list(masked) == ["[NAME-1]", "[EMAIL-1]", "firstName", "ward"]


def test_numbered_keys_stay_unless_a_word_says_whose_number_it_is() -> None:
    masked: Any = mask_json({"row_00017": 1, "item12345": 2, "mrn12345": 3, "Emily1234": 4, "SMH-54321": 5})
    assert list(masked)[:2] == ["row_00017", "item12345"]
    assert not any(word in key for key in list(masked)[2:] for word in ("12345", "Emily", "54321"))


def test_keys_that_mask_alike_lose_no_entry() -> None:
    masked: Any = mask_json({"Jane Smith": 1, "JANE SMITH": 2})
    assert list(masked.values()) == [1, 2]


def test_numbers_that_identify_become_markers_and_measures_stay() -> None:
    masked: Any = mask_json({"mrn": 4711, "systolic": 141, "weight": 72.5, "x": 4111111111111111})
    assert masked == {"mrn": "[MRN-1]", "systolic": 141, "weight": 72.5, "x": "[CARD-1]"}


def test_documents_in_documents_are_opened_to_a_fixed_depth_and_masked_whole_below() -> None:
    text = "Seen: Katherine Johnson, 503-555-0147"
    for _ in range(8):
        text = base64.b64encode(text.encode()).decode()
        masked = str(mask_json({"x": text}))
        assert "[" in masked
        assert text not in masked


def test_findings_point_into_the_masked_document() -> None:
    masked, findings = mask({"Emily C.": {"phone": "503-555-0147"}})
    assert [(finding.path, finding.category) for finding in findings] == [("$", "NAME"), ("$.[NAME-1].phone", "PHONE")]
    assert isinstance(masked.document, dict)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "status": TALK},
        {"resourceType": "Patient", "id": TALK, "gender": TALK, "language": TALK},
        {"resourceType": "Observation", "code": {"text": TALK}},
        {"resourceType": "Observation", "code": {"coding": [{"system": TALK, "code": TALK, "display": TALK}]}},
        {
            "resourceType": "Bundle",
            "type": TALK,
            "entry": [{"fullUrl": TALK, "request": {"method": TALK, "url": TALK}}],
        },
        {"resourceType": "Observation", "subject": {"reference": TALK}, "valueQuantity": {"value": 1, "unit": TALK}},
        {"resourceType": TALK},
    ],
)
def test_what_people_write_into_coded_fhir_elements_is_read(resource: Any) -> None:
    assert "555-0182" not in str(mask_json(resource))


@pytest.mark.parametrize("segment", [f"ZPI|1|{TALK}", f"NTE|1||{TALK}", f"OBX|1|TX|9^Note||{TALK}", f"XX9||||{TALK}"])
def test_text_of_hl7_segments_is_read(segment: str) -> None:
    masked = str(mask_json(f"MSH|^~\\&|LAB|HOSP|||20250301||ORU^R01|1|P|2.5\rPID|1||448812\r{segment}"))
    assert "555-0182" not in masked
    assert "Kowalczyk" not in masked


def test_text_around_json_is_read() -> None:
    assert "Kowalczyk" not in str(mask_json('{"a": 1} ' + TALK + " }"))


def test_what_containers_are_made_from_is_no_photo() -> None:
    assert mask_json({"image": "registry.example.com/ingest:1.42.7"}) == {"image": "registry.example.com/ingest:1.42.7"}
    assert mask_json({"image": "faces/ada.jpg"}) == {"image": "[PHOTO-1]"}


def test_the_relation_of_a_contact_is_no_telephone() -> None:
    masked = mask_json({"emergency_contact": {"relationship": "spouse", "phone": "617-555-0182"}, "ages": [34, 91]})
    assert masked == {"emergency_contact": {"relationship": "spouse", "phone": "[PHONE-1]"}, "ages": [34, "[AGE-1]"]}
