"""What people must have set up: Slack, the sample directory's replacement, alarms, the external id; and the brakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.httpsession import URLLib3Session

from sallyport_cli.doctor.patient import Patient, Symptom

_SLOWEST = 15  # seconds


def door(patient: Patient) -> Iterator[Symptom]:
    """The API answers, and lets nobody in who did not sign."""
    for method, path, wanted in (("GET", "/v1/actions", 403), ("POST", "/slack/interactions", 401)):
        status, _ = _call(method, patient.url + path)
        if status != wanted:
            said = "does not answer" if status is None else f"answers {status} instead of {wanted}"
            mend = "check the function's log, and that the stage `live` is deployed"
            yield Symptom(f"an unsigned {method} {path} {said}", mend)


def slack(patient: Patient) -> Iterator[Symptom]:
    """The secrets are Slack's, of the workspace that the template names, and the bot can see the channel."""
    token, broken = _secret(patient, "SlackBotTokenArn")
    signing, broken_too = _secret(patient, "SlackSigningSecretArn")
    for which, problem in (("bot token", broken), ("signing secret", broken_too)):
        if problem:
            yield Symptom(f"the {which} cannot be read ({problem})", "restore the secret; its ARN is in the outputs")
    if token and not token.startswith("xox"):
        yield Symptom("the bot token is not Slack's: nobody has put it there yet", _put("SlackBotTokenArn"))
    elif token:
        yield from _bot(patient, token)
    if signing and len(signing) == _GENERATED and not signing.islower():
        yield Symptom("the signing secret is not Slack's: nobody has put it there yet", _put("SlackSigningSecretArn"))


_GENERATED = 64  # characters of the place-holder that the template generates; Slack's own is 32 hexadecimal digits


def _bot(patient: Patient, token: str) -> Iterator[Symptom]:
    base = patient.parameters.get("SlackApiBaseUrl") or "https://slack.com/api/"
    status, said = _call("POST", f"{base.rstrip('/')}/auth.test", token=token)
    if not said.get("ok"):
        yield Symptom(f"Slack refuses the bot token ({said.get('error') or status})", _put("SlackBotTokenArn"))
        return
    if said.get("team_id") != patient.parameters.get("SlackTeamId"):
        mend = "deploy with the SlackTeamId of the workspace that the app is installed in"
        yield Symptom(f"the bot is of workspace {said.get('team_id')}: every click is a stranger's", mend)


def _put(output: str) -> str:
    return f"put Slack's value into the secret of the output {output}: `aws secretsmanager put-secret-value`"


def _secret(patient: Patient, output: str) -> tuple[str, str | None]:
    try:
        got = patient.client("secretsmanager").get_secret_value(SecretId=patient.outputs.get(output, ""))
    except ClientError as error:
        return "", str(error.response["Error"]["Code"])
    return str(got.get("SecretString", "")), None


def directory(patient: Patient) -> Iterator[Symptom]:
    """Real people stand in the directory."""
    if patient.layer.policy.directory.sample and patient.parameters.get("Environment") != "local":
        mend = "put your own people into layers/policy/python/sallyport_policy/directory.yaml and take `sample` out"
        yield Symptom("the people of the directory are the sample's, who do not exist", mend)


def settings(patient: Patient) -> Iterator[Symptom]:
    """Nothing that protects production was left at its default."""
    if not patient.is_prod:
        return
    if patient.parameters.get("ExternalId") == "sallyport":
        yield Symptom("the external id is the template's own", "deploy gate and targets with an ExternalId of yours")
    if not patient.parameters.get("AlarmTopicArn"):
        yield Symptom("alarms ring in CloudWatch alone", "deploy with an AlarmTopicArn that somebody listens to")


def brakes(patient: Patient) -> Iterator[Symptom]:
    """A pulled kill switch is no fault, but whoever wonders why nothing goes should hear of it."""
    try:
        item = patient.client("dynamodb").get_item(
            TableName=patient.outputs.get("RequestsTable", ""), Key={"pk": {"S": "HALTS"}}, ConsistentRead=True
        )
    except ClientError as error:
        yield Symptom(f"the kill switches cannot be read ({error.response['Error']['Code']})", "check your permissions")
        return
    document = item.get("Item", {}).get("document", {}).get("S", "{}")
    for halt in json.loads(document).get("halts", []):
        yield Symptom(f"halted: {halt['switch']}, by {halt['by']} at {halt['at']}", "`sallyport resume` lets go of it")


def _call(method: str, url: str, token: str | None = None) -> tuple[int | None, dict[str, Any]]:
    """Status and JSON of an unsigned call; no status when nobody answers."""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    prepared = AWSRequest(method=method, url=url, data=b"" if method == "POST" else None, headers=headers).prepare()
    try:
        answer = URLLib3Session(timeout=_SLOWEST).send(prepared)
    except (HTTPClientError, BotoCoreError, ValueError):
        return None, {}
    try:
        found = json.loads(answer.content or b"{}")
    except ValueError:
        found = {}
    return answer.status_code, found if isinstance(found, dict) else {}
