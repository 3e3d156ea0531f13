"""A key and its neighbours say whose name, day or address it is."""

import json
import re
from typing import Any

import pytest

from sallyport.masking import mask, mask_json, masking_rules_from_policy


def unnumbered(document: Any) -> str:
    return re.sub(r"-\d+\]", "]", json.dumps(document))


INSTANT = "2025-11-24T10:00:00Z"


@pytest.mark.parametrize(
    "document",
    [
        {"VpcId": "vpc-a01106c2", "Name": "My server"},
        {"FunctionName": "Billing", "Runtime": "python3.13"},
        {"RoleName": "Jackson"},
        {"clusterName": "Phoenix", "region": "us-east-1"},
        {"Tags": [{"Key": "Name", "Value": "prod-db-1"}, {"Key": "Team", "Value": "Payments"}]},
        {"metadata": {"name": "ingest-7d9c8b6f5-x2x9k", "namespace": "default", "labels": {"app": "Ingest"}}},
        {"Instances": [{"Name": "Jenkins", "State": "running"}]},
        {"DBInstanceIdentifier": "Database1", "MasterUsername": "Admin", "Port": 5432, "AllocatedStorage": 1000000},
        {"GroupId": "sg-1a2b3c4d"},
        {"AccountId": "123456789012"},
        {"Endpoint": {"Address": "mydb.abc123.us-east-1.rds.amazonaws.com", "Port": 5432}},
        {"NextToken": "CpHNsscimcV5oH7bSbub03CI2Qms5npNpm", "VersionId": "ydlaNkwWm0SfKJR.T1b1fIdPRbldTYRI"},
        {"ClientToken": "q7Rk2mVx9TzLw4Hn8YpB3sDf6JcE5gUa", "ETag": '"4d9031c7644d8081c2829f4ea23c55f7-2"'},
        {"DurationSeconds": 129600000, "MaxBytes": 650117120, "Port": "5432"},
        {"name": "Nightly backup"},
        {"UserName": "ci-deployer"},
    ],
)
def test_what_machines_are_called_stays(document: Any) -> None:
    assert mask_json(document) == document


@pytest.mark.parametrize(
    ("document", "masked"),
    [
        ({"name": "Sunny Day", "birthDate": "1970-01-01"}, {"name": "[NAME-1]", "birthDate": "[DATE-1]"}),
        ({"name": "Sunny Day", "mrn": "4711"}, {"name": "[NAME-1]", "mrn": "[MRN-1]"}),
        ({"name": "Quillon Abernathy"}, {"name": "[NAME-1]"}),
        ({"UserName": "Bob"}, {"UserName": "[NAME-1]"}),
        ({"UserName": "maria.gonzalez"}, {"UserName": "[NAME-1]"}),
        ({"RoleName": "Maria Gonzalez"}, {"RoleName": "[NAME-1]"}),
        ({"tags": {"owner": "maria.gonzalez@example.org"}}, {"tags": {"owner": "[EMAIL-1]"}}),
        ({"AuthToken": "short", "Password": "hunter2"}, {"AuthToken": "[SECRET-1]", "Password": "[SECRET-3]"}),
        ({"group_id": "A12345"}, {"group_id": "[HEALTH_PLAN-1]"}),
        ({"account_id": "123456789012"}, {"account_id": "[ACCOUNT-1]"}),
        ({"patients": [{"name": "Sunny Day", "state": "OR"}]}, {"patients": [{"name": "[NAME-1]", "state": "OR"}]}),
    ],
)  # fmt: skip
def test_what_people_are_called_goes(document: Any, masked: Any) -> None:
    assert mask_json(document) == masked


def test_an_object_in_which_both_speak_is_a_persons() -> None:
    both: Any = {"VpcId": "vpc-a01106c2", "mrn": "4711", "name": "Sunny Day", "created_at": INSTANT}
    masked: Any = mask_json(both)
    assert masked["name"] == "[NAME-1]"
    assert masked["created_at"] == "[DATE-1]"


def test_a_person_inside_an_operations_payload_stays_masked() -> None:
    record: Any = {
        "eventSource": "aws:sqs",
        "awsRegion": "us-east-1",
        "body": {"patient": {"name": "Sunny Day", "plan_id": "A1", "updated_at": INSTANT}, "name": "Rose Garden"},
    }
    masked: Any = mask_json({"Records": [record]})
    body = masked["Records"][0]["body"]
    assert body == {
        "patient": {"name": "[NAME-1]", "plan_id": "[HEALTH_PLAN-2]", "updated_at": "[DATE-1]"},
        "name": "[NAME-2]",
    }
    assert masked["Records"][0]["awsRegion"] == "us-east-1"


def test_what_lies_below_a_person_stays_the_persons() -> None:
    masked: Any = mask_json(
        {
            "mrn": "4711",
            "tags": {"name": "Sunny Day"},
            "device": {"arn": "arn:aws:iot:::thing/1", "name": "Rose Garden"},
        }
    )
    assert masked["tags"] == {"name": "[NAME-1]"}
    assert masked["device"]["name"] == "[NAME-2]"


def test_tags_that_describe_a_person_are_a_persons() -> None:
    tags: Any = [{"Key": "Name", "Value": "Sunny Day"}, {"Key": "mrn", "Value": "4711"}]
    masked: Any = mask_json({"Tags": tags})
    assert [tag["Value"] for tag in masked["Tags"]] == ["[NAME-1]", "[MRN-1]"]


@pytest.mark.parametrize(
    "document",
    [
        {"CreateTime": INSTANT, "LastModified": "2016-12-22T16:27:56.088Z"},
        {"eventTime": INSTANT, "timestamp": 1732442400000},
        {"InstanceId": "i-1234567890abcdef0", "Date": "2016-12-22"},
        {"updated_at": INSTANT},
    ],
)
def test_when_something_happened_to_a_machine_stays_unless_the_deployment_says_otherwise(document: Any) -> None:
    assert mask_json(document) == document
    rules = masking_rules_from_policy({"instants": "mask"})
    masked: Any = mask(document, rules)[0].document
    assert [key for key in document if masked[key] != document[key]] == [key for key in document if key != "InstanceId"]


@pytest.mark.parametrize(
    "key",
    [
        "birthDate",
        "dob",
        "admitted_at",
        "dos",
        "discharged",
        "visit_date",
        "appointment",
        "surgery_date",
        "surgery_time",
    ],
)
def test_a_persons_day_goes_even_beside_a_machine(key: str) -> None:
    assert mask_json({key: INSTANT, "VpcId": "vpc-a01106c2"})[key] == "[DATE-1]"  # type: ignore[index, call-overload]


def test_a_day_without_a_time_is_anybodys_where_nobody_speaks() -> None:
    assert mask_json({"timestamp": "2025-11-24"}) == {"timestamp": "[DATE-1]"}


@pytest.mark.parametrize("address", ["203.0.113.7", "8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_stay_in_fields_of_machines_unless_the_deployment_says_otherwise(address: str) -> None:
    machine: Any = {"InstanceId": "i-1234567890abcdef0", "PublicIp": address}
    assert mask_json(machine) == machine
    masked: Any = mask(machine, masking_rules_from_policy({"public_addresses": "mask"}))[0].document
    assert address not in str(masked)
    for elsewhere in ({"ip": address}, {"reason": f"from {address}"}, {"mrn": "1", "ip_address": address}):
        assert address not in str(mask_json(elsewhere))  # type: ignore[arg-type]


def test_the_address_that_somebody_calls_from_goes() -> None:
    masked: Any = mask_json({"awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.9"})
    assert masked == {"awsRegion": "us-east-1", "sourceIPAddress": "[IP-1]"}


@pytest.mark.parametrize("address", ["10.0.0.1", "172.16.4.0/22", "127.0.0.1", "169.254.169.254", "fe80::1"])
def test_private_addresses_stay_where_no_person_is(address: str) -> None:
    assert mask_json({"ip": address}) == {"ip": address}


@pytest.mark.parametrize(
    ("document", "marker"),
    [
        ({"contact": "maria@example.org"}, "[EMAIL-1]"),
        ({"contact": "555-867-5309"}, "[PHONE-1]"),
        ({"contact": "Maria Gonzalez"}, "[NAME-1]"),
        ({"phone": "maria@example.org"}, "[EMAIL-1]"),
        ({"account_number": "DE89370400440532013000"}, "[IBAN-1]"),
        ({"account_number": "DE88370400440532013000"}, "[ACCOUNT-1]"),
    ],
)
def test_a_values_own_format_names_the_category(document: Any, marker: str) -> None:
    assert list(mask_json(document).values()) == [marker]  # type: ignore[union-attr]


def test_a_long_number_counts_as_a_measure_only_where_its_key_says_so() -> None:
    masked: Any = mask_json({"x": 987654321, "bytes": 987654321, "InstanceId": "i-1234567890abcdef0"})
    assert masked == {"x": "[ID-1]", "bytes": 987654321, "InstanceId": "i-1234567890abcdef0"}


@pytest.mark.parametrize("key", ["Key", "Endpoint", "Name", "Value", "Prefix", "JobName"])
@pytest.mark.parametrize(
    "value",
    [
        "patients/448812/scan.dcm",
        "exports/mrn-0048213.csv",
        "ssn-123456789",
        "123-45-6789",
        "+16175550182",
        "617-555-0182",
        "4111-1111-1111-1111",
        "patient-john-smith",
        "dob-1984-07-02",
        "john.smith@example.org",
        "s3://clinic/patients/maria-gonzalez/448812.json",
        "https://portal.example.org/patients/448812?name=Maria+Gonzalez",
        "ghp_k2J9dLq8k2J9dLq8k2J9dLq8k2J9dLq8aB3x",
        "AKIAQYLPMN5HHHFPZAM2",
        "postgres://app:s3cr3tpass@db.internal/x",
        "Maria Gonzalez",
        "Room of Mrs. Abernathy",
    ],
)
def test_a_machines_field_shields_nobody(key: str, value: str) -> None:
    masked: Any = mask_json({"VpcId": "vpc-a01106c2", key: value})
    assert "[" in masked[key]
    assert masked["VpcId"] == "vpc-a01106c2"


def test_a_patient_by_number_makes_a_record_and_a_patient_object_holds_one() -> None:
    plain: Any = mask_json({"patient": "448812", "region": "us-east-1", "created_at": INSTANT})
    held: Any = mask_json({"patient": {"name": "Sunny Day"}, "region": "us-east-1", "created_at": INSTANT})
    assert plain["created_at"] == "[DATE-1]"
    assert held == {"patient": {"name": "[NAME-1]"}, "region": "us-east-1", "created_at": INSTANT}


@pytest.mark.parametrize(
    "document",
    [
        {"patient": "448812", "region": "us-east-1", "created_at": INSTANT, "name": "Sunny Day"},
        {
            "VpcId": "vpc-a01106c2",
            "Name": "Jackson",
            "LastModified": "2016-12-22T16:27:56.088Z",
            "patient": {"mrn": "1"},
        },
        {"Tags": {"Name": "Jackson"}, "GroupId": "sg-1a2b3c4d", "birthDate": "1984-07-02"},
    ],
)
def test_json_in_a_string_is_read_as_json_is(document: Any) -> None:
    held: Any = mask_json({"body": json.dumps(document)})
    assert unnumbered(json.loads(held["body"])) == unnumbered(mask_json(document))


def test_a_table_in_a_string_is_read_by_the_company_of_its_columns() -> None:
    machines = "name,instance_id,launch_time\nJenkins,i-1234567890abcdef0,2025-11-24T10:15:30Z\n"
    people = "name,mrn,created_at\nSunny Day,4711,2025-11-24T10:15:30Z\n"
    assert mask_json(machines) == machines
    assert mask_json(people) == "name,mrn,created_at\n[NAME-1],[MRN-1],[DATE-1]\n"


def test_what_a_deployment_wants_masked_is_masked_in_strings_too() -> None:
    rules = masking_rules_from_policy({"instants": "mask", "public_addresses": "mask"})
    body = json.dumps({"InstanceId": "i-1234567890abcdef0", "CreateTime": INSTANT, "PublicIp": "203.0.113.7"})
    masked = str(mask({"body": body}, rules)[0].document)
    assert "i-1234567890abcdef0" in masked
    assert INSTANT not in masked
    assert "203.0.113.7" not in masked


@pytest.mark.parametrize("key", ["LastModifiedUser", "lastUsed", "last_modified_by"])
def test_what_is_no_day_is_read_in_a_field_of_one(key: str) -> None:
    # "last modified …" is mostly an instant; here somebody stands in it.
    user = "arn:aws:iam::123456789012:user/"
    assert mask_json({key: f"{user}maria.gonzalez@example.org"}) == {key: f"{user}[EMAIL-1]"}
    assert mask_json({key: "2025-08-19T11:02:44.512000+00:00"}) == {key: "2025-08-19T11:02:44.512000+00:00"}


@pytest.mark.parametrize("key", ["created_at", "start_time", "surgery_time", "x"])
def test_whatever_instant_stands_beside_a_person_is_the_persons(key: str) -> None:
    document: Any = {"mrn": "4711", key: INSTANT}
    assert INSTANT not in str(mask_json(document))
    assert INSTANT not in str(mask_json({"body": json.dumps(document)}))
