"""Threats 16, 17: an identifier slipped past masking by the bytes that spell it, out of a table, or into a scope."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from tests.fakes.ports import ACCOUNT
from tests.support.account import opened
from tests.support.disguises import DISGUISES
from tests.support.house import House, submission_body
from tests.support.story import EXPORT, agent_arn

SSN, CARD, MAIL = "519-48-2276", "4111 1111 1111 1111", "wilhelmina@example.org"
TABLE = "sallyport-sample-patients"
ROWS = {"table": TABLE, "key_name": "patient_id", "key": "pat-00001", "attributes": ["patient_id", "note"]}
STRINGS = {f"s{n}": disguise(SSN) for n, disguise in enumerate(DISGUISES.values())}
BYTES = {
    "utf16": f"José, {SSN}".encode("utf-16-le"),
    "utf16big": SSN.encode("utf-16-be"),
    "utf32": SSN.encode("utf-32"),
    "latin": f"José García {SSN}".encode("latin-1"),
    "nul": b"\0".join(bytes([byte]) for byte in SSN.encode()),
    "zip": b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(128, 160)),
}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        # moto keeps accounts apart, and the sessions of the target role are of the role's.
        role = f"arn:aws:iam::{ACCOUNT}:role/seed"
        held = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
        dynamodb = boto3.client(
            "dynamodb",
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "patient_id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "patient_id", "KeyType": "HASH"}],
        )
        row: dict[str, Any] = {"patient_id": {"S": "pat-00001"}, "note": {"S": "ward is quiet"}}
        row |= {name: {"S": value} for name, value in STRINGS.items()}
        row |= {name: {"B": value} for name, value in BYTES.items()}
        dynamodb.put_item(TableName=TABLE, Item=row)
        yield house


@pytest.mark.parametrize("disguise", sorted(DISGUISES))
def test_16_no_disguise_brings_an_identifier_onto_the_card(house: House, disguise: str) -> None:
    spelled = {value: DISGUISES[disguise](value) for value in (SSN, CARD, MAIL)}
    called = len(house.slack.calls)
    request_id = house.asked(
        reason=f"export for {spelled[SSN]} please", context={"note": spelled[MAIL], spelled[CARD]: 1}
    )
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]["masked"]
    assert view["reason"].startswith("export for ")
    seen = json.dumps([view, house.slack.calls[called:]])
    shown = [value for value, form in spelled.items() if value in seen or json.dumps(form)[1:-1] in seen]
    assert shown == []


def test_16_rows_give_away_no_identifier_by_their_bytes(house: House) -> None:
    request_id = house.granted(action="dynamodb.query_masked", parameters=ROWS)
    status, answer = house.call("execute_action", agent_arn("export-bot"), request_id=request_id)
    assert (status, answer["code"]) == (200, "ok")
    (row,) = answer["result"]
    assert row["note"] == "ward is quiet"
    assert [name for name, spelled in STRINGS.items() if spelled in row[name]] == []
    assert {name: row[name].startswith("[") and len(row[name]) < 15 for name in BYTES} == dict.fromkeys(BYTES, True)


SCOPES = {
    "in pieces": "maria-gonzalez/",
    "the other way round": "Okonkwo_Chidi/",
    "beside a machine's id": "i-0abc12345def67890/maria-gonzalez/",
    "run together": "exports/mariagonzalez/",
    "in base64": "exports/MTIzLTQ1LTY3ODk/",
    "in hexadecimal": "exports/3132332d34352d36373839/",
    "without dashes": "exports/519482276/",
    "announced": "mrn-0048213/",
}
MACHINES = ("AWSLogs/123456789012/CloudTrail/", "run-1681615443/", "01JD8XW9Q5ZK3M7R2T6V8Y0ABC/", "INC0012345/")


@pytest.mark.parametrize("how", SCOPES)
def test_16_nobody_is_named_by_a_scope(house: House, how: str) -> None:
    body = submission_body(parameters={**EXPORT, "prefix": SCOPES[how]})
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"], problem["paths"]) == (400, "identifier_in_scope", ["$.parameters.prefix"])


@pytest.mark.parametrize("prefix", MACHINES)
def test_16_what_machines_are_called_is_a_scope(house: House, prefix: str) -> None:
    request_id = house.asked(parameters={**EXPORT, "prefix": prefix})
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]["masked"]
    assert view["parameters"]["prefix"] == prefix
