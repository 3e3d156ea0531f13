"""The roles that approved credentials are sessions of, and the trail that sees what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

from sallyport.domain.actions import ActionDefinition, Delivery, target_role_name
from sallyport_cli.doctor.patient import Patient, Symptom

_DEPLOY = "`sallyport targets render`, then deploy targets/template.yaml with this stack's outputs as parameters"
_ASSUMED_BY = {Delivery.CREDENTIAL: "IssueCredentialsRoleArn", Delivery.EXECUTE: "ExecuteActionRoleArn"}


def target_roles(patient: Patient) -> Iterator[Symptom]:
    """Every action has its role, which carries the boundary and trusts the one function."""
    client = patient.client("iam")
    for action in sorted(patient.layer.policy.actions.values(), key=lambda a: a.name):
        name = target_role_name(patient.stack_name, action.name)
        try:
            role = client.get_role(RoleName=name)["Role"]
        except ClientError as error:
            yield Symptom(f"{action.name} has no role {name} ({error.response['Error']['Code']})", _DEPLOY)
            continue
        yield from _of_role(patient, action, role)


def _of_role(patient: Patient, action: ActionDefinition, role: Mapping[str, Any]) -> Iterator[Symptom]:
    if (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn") != patient.outputs["TargetBoundaryArn"]:
        yield Symptom(f"{role['RoleName']} does not carry the gate's permissions boundary", _DEPLOY)
    wanted = patient.outputs[_ASSUMED_BY[action.delivery]]
    trusted = {s["Principal"].get("AWS") for s in _document(role["AssumeRolePolicyDocument"])["Statement"]}
    if trusted != {wanted}:
        # IAM turns the ARN of a deleted role into its old unique id, so a new role of that name is not trusted.
        yield Symptom(f"{role['RoleName']} trusts {', '.join(sorted(map(str, trusted)))} and not {wanted}", _DEPLOY)
    calls = {call for s in action.session_policy if s["Effect"] == "Allow" for call in _listed(s["Action"])}
    missing = calls - _allowed(patient, role["RoleName"])
    if missing:
        yield Symptom(f"{role['RoleName']} does not allow {', '.join(sorted(missing))}", _DEPLOY)


def _allowed(patient: Patient, role: str) -> set[str]:
    client = patient.client("iam")
    documents = [
        _document(client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for name in client.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    return {c for d in documents for s in d["Statement"] if s["Effect"] == "Allow" for c in _listed(s["Action"])}


def _document(value: Any) -> dict[str, Any]:
    """boto3 decodes policy documents; what an endpoint encoded twice is then still text."""
    return dict(json.loads(unquote(value)) if isinstance(value, str) else value)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def trail(patient: Patient) -> Iterator[Symptom]:
    """Some trail of the account is writing, or nobody could tell afterwards what a credential was used for."""
    client = patient.client("cloudtrail")
    trails = client.describe_trails()["trailList"]
    if not any(client.get_trail_status(Name=t["TrailARN"])["IsLogging"] for t in trails):
        mend = "deploy targets/template.yaml with GuardedTrail=make, or start the trail that should be logging"
        yield Symptom("no CloudTrail trail is logging in this account", mend)
