"""What people must have set up: the API, real people in the directory, alarms, the external id; and the kill
switches."""

from __future__ import annotations

import json
from collections.abc import Iterator

from botocore.exceptions import ClientError

from sallyport_cli.doctor.calls import call
from sallyport_cli.doctor.patient import Patient, Symptom


def door(patient: Patient) -> Iterator[Symptom]:
    """The API answers, and lets nobody in who did not sign."""
    for method, path, wanted in (("GET", "/v1/actions", 403), ("POST", "/slack/interactions", 401)):
        status = call(method, patient.url + path).status
        if status != wanted:
            said = "does not answer" if status is None else f"answers {status} instead of {wanted}"
            mend = "check the function's log, and that the stage `live` is deployed"
            yield Symptom(f"an unsigned {method} {path} {said}", mend)


def directory(patient: Patient) -> Iterator[Symptom]:
    """The directory lists real people."""
    if patient.layer.policy.directory.sample and patient.parameters.get("Environment") != "local":
        mend = "put your own people into layers/policy/python/sallyport_policy/directory.yaml and take `sample` out"
        yield Symptom("the people in the directory are the sample's, who do not exist", mend)


def settings(patient: Patient) -> Iterator[Symptom]:
    """Nothing that protects production was left at its default."""
    if not patient.is_prod:
        return
    if patient.parameters.get("ExternalId") == "sallyport":
        yield Symptom("the external id is the template's own", "deploy gate and targets with an ExternalId of your own")
    if not patient.parameters.get("AlarmTopicArn"):
        yield Symptom("alarms show only in CloudWatch", "deploy with an AlarmTopicArn that somebody listens to")


def brakes(patient: Patient) -> Iterator[Symptom]:
    """A kill switch that is set is not a fault, but whoever wonders why nothing works should be told."""
    try:
        item = patient.client("dynamodb").get_item(
            TableName=patient.outputs.get("RequestsTable", ""), Key={"pk": {"S": "HALTS"}}, ConsistentRead=True
        )
    except ClientError as error:
        yield Symptom(f"the kill switches cannot be read ({error.response['Error']['Code']})", "check your permissions")
        return
    document = item.get("Item", {}).get("document", {}).get("S", "{}")
    for halt in json.loads(document).get("halts", []):
        yield Symptom(f"halted: {halt['switch']}, by {halt['by']} at {halt['at']}", "`sallyport resume` releases it")
