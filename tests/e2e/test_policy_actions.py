"""Shipped actions on the live stack, which evaluates IAM: what each credential can do and cannot, what a call does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.driver import Live


def approved(live: Live, agent: str, people: tuple[str, ...], **asked: Any) -> str:
    """The id of a request of `agent` that these people approved through the API."""
    reply = live.call(agent, "POST", "/v1/requests", {"reason": "Trying it", "context": {"at": time.time()}, **asked})
    assert reply.status == 202, reply.body
    request_id = str(reply.json["request_id"])
    digest = live.until(agent, request_id, "presented_digest")["presented_digest"]
    live.card(request_id)
    for person in people:
        assert live.decide(person, request_id, "approve", digest).status == 200
    return request_id


def credential(live: Live, agent: str, people: tuple[str, ...], **asked: Any) -> dict[str, str]:
    reply = live.redeem(agent, approved(live, agent, people, **asked))
    assert reply.status == 200, reply.body
    return dict(reply.json)


def result(live: Live, agent: str, **asked: Any) -> Any:
    request_id = approved(live, agent, ("petra.approver",), **asked)
    path = f"/v1/requests/{request_id}/result"
    reply = live.call(agent, "POST", path)
    assert reply.status == 200, reply.body
    assert live.call(agent, "POST", path).status == 409
    return reply.json["result"]


def refused(call: Callable[..., object], **arguments: Any) -> bool:
    """Whether IAM denies the call."""
    try:
        call(**arguments)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"] or "Unauthorized" in error.response["Error"]["Code"]
    return False


def test_a_credential_for_one_secret_reads_its_value_and_no_other_secret(live: Live) -> None:
    admin = live.client("secretsmanager")
    names = ["clinic/sample/database", "clinic/sample/database-2", "clinic/sample"]
    for name in names:
        with suppress(admin.exceptions.ResourceExistsException):  # made by an earlier run against this stack
            admin.create_secret(Name=name, SecretString="sample")
    keys = credential(
        live,
        "export-bot",
        ("petra.approver", "rosa.security"),
        action="secretsmanager.read",
        parameters={"secret": names[0]},
        on_behalf_of="olive.owner",
    )
    held = live.client("secretsmanager", keys)
    assert held.get_secret_value(SecretId=names[0])["SecretString"] == "sample"
    assert all(refused(held.get_secret_value, SecretId=name) for name in names[1:])
    assert refused(held.put_secret_value, SecretId=names[0], SecretString="x")
    assert refused(held.list_secrets)


def test_a_parameter_is_changed_once_to_the_value_that_was_approved(live: Live) -> None:
    name = "/clinic/appointments/slot-minutes"
    before = result(live, "triage-bot", action="ssm.put_parameter", parameters={"name": name, "value": "25"})
    assert live.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "25"
    after = result(live, "triage-bot", action="ssm.put_parameter", parameters={"name": name, "value": "30"})
    assert after["version"] == before["version"] + 1


def test_examples_of_the_catalogue_find_the_sample_data(live: Live) -> None:
    entries = {entry["name"]: entry for entry in live.call("triage-bot", "GET", "/v1/actions").json["actions"]}
    masked = result(
        live,
        "triage-bot",
        action="dynamodb.query_masked",
        parameters=entries["dynamodb.query_masked"]["example"]["parameters"],
    )
    assert [set(row) for row in masked] == [{"patient_id", "diagnosis", "birth_date"}]
    read = entries["dynamodb.read_items"]["example"]["parameters"]
    keys = credential(live, "triage-bot", ("petra.approver",), action="dynamodb.read_items", parameters=read)
    names = {f"#{number}": name for number, name in enumerate(read["attributes"])}
    for key in read["keys"]:
        found = live.client("dynamodb", keys).get_item(
            TableName=read["table"],
            Key={"patient_id": {"S": key}},
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
        )
        assert set(found["Item"]) == set(read["attributes"])


def test_rows_come_back_masked(live: Live) -> None:
    (row,) = live.client("dynamodb").scan(TableName="sallyport-sample-patients", Limit=1)["Items"]
    values = {name: value["S"] for name, value in row.items() if "S" in value}
    parameters = {
        "table": "sallyport-sample-patients",
        "key_name": "patient_id",
        "key": values["patient_id"],
        "attributes": ["patient_id", "name", "mrn", "birth_date", "diagnosis"],
    }
    (masked,) = result(live, "triage-bot", action="dynamodb.query_masked", parameters=parameters)
    assert set(masked) == set(parameters["attributes"])
    for name in ("patient_id", "name", "mrn", "birth_date"):
        assert values[name] not in json.dumps(masked)
        assert masked[name].startswith("[")


@pytest.mark.parametrize(
    ("parameters", "path"),
    [({"instance_id": "i-*"}, "$.parameters.instance_id"), ({"instance_id": "i-1\n"}, "$.parameters.instance_id")],
)
def test_a_value_that_would_widen_is_refused_by_the_deployed_policy(
    live: Live, parameters: dict[str, str], path: str
) -> None:
    body = {"action": "ec2.reboot", "parameters": parameters, "reason": "Stuck", "context": {}}
    reply = live.call("triage-bot", "POST", "/v1/requests", body)
    assert (reply.status, reply.json["code"], reply.json["paths"]) == (400, "invalid_parameters", [path])
