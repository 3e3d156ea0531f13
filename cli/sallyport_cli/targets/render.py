"""`targets/template.yaml`: the boundary and one role for every action, as CloudFormation takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition, Delivery, target_role_name
from sallyport_cli.targets.widen import Statement, role_statements

_TAGS = ("request", "agent", "approvers", "action")
_PLACE = "  # <one role for every action>\n"
_ASSUMED_BY = {Delivery.CREDENTIAL: "IssueCredentialsRoleArn", Delivery.EXECUTE: "ExecuteActionRoleArn"}


def render(actions: Iterable[ActionDefinition]) -> str:
    """The whole template. The same actions give the same bytes."""
    roles = {logical_id(action.name): _role(action) for action in sorted(actions, key=lambda a: a.name)}
    written = yaml.dump(roles, Dumper=_Dumper, sort_keys=False, width=160, default_flow_style=None)
    indented = "".join(f"  {line}\n" if line else "\n" for line in written.splitlines())
    return files("sallyport_cli.targets").joinpath("skeleton.yaml").read_text("utf-8").replace(_PLACE, indented)


def logical_id(action: str) -> str:
    """CloudFormation's name of the role: `dynamodb.read_items` is `DynamodbReadItemsTarget`."""
    return "".join(word.capitalize() for word in re.split(r"[._]", action)) + "Target"


def _role(action: ActionDefinition) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Fn::Sub": target_role_name("${GateStackName}", action.name)},
            "Path": "/sallyport/target/",
            "PermissionsBoundary": {"Fn::If": ["HasBoundary", {"Ref": "BoundaryArn"}, {"Ref": "Boundary"}]},
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": _trust(_ASSUMED_BY[action.delivery])},
            "Policies": [
                {
                    "PolicyName": "action",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": role_statements(action)},
                }
            ],
        },
    }


def _trust(assumed_by: str) -> list[Statement]:
    """One statement for each call of STS, because not every key applies to each (Service Authorization Reference, AWS
    STS): ExternalId belongs to AssumeRole, request tags to AssumeRole and TagSession, SourceIdentity to AssumeRole and
    SetSourceIdentity."""
    external_id = {"sts:ExternalId": {"Ref": "ExternalId"}}
    tags = {f"aws:RequestTag/sallyport:{tag}": "req-*" if tag == "request" else "?*" for tag in _TAGS}
    identity = {"sts:SourceIdentity": "agent=*,approver=*"}
    conditions = {
        "sts:AssumeRole": {"StringEquals": external_id, "StringLike": identity | tags},
        "sts:TagSession": {"StringLike": tags},
        "sts:SetSourceIdentity": {"StringLike": identity},
    }
    return [
        {"Effect": "Allow", "Principal": {"AWS": {"Ref": assumed_by}}, "Action": call, "Condition": condition}
        for call, condition in conditions.items()
    ]


class _Dumper(yaml.SafeDumper):
    """Without anchors, because each role is read by itself."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)
