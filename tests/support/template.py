"""The template after the SAM transform, as `sam validate` and `sam deploy` see it, and what its roles may do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from boto3.session import Session
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = Path(__file__).parents[2]
PARAMETERS = {
    "SlackChannelId": "C0APPROVAL",
    "SlackTeamId": "T0SALLYPRT",
    "SlackAppId": "A0SALLYPRT",
}

type Resource = dict[str, Any]
type Permission = tuple[str, str]


@cache
def source() -> dict[str, Any]:
    """The template as it is written, with intrinsic functions in their long form."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


@cache
def resources() -> dict[str, Resource]:
    """Every resource of the template that CloudFormation gets."""
    return translated(source())


def translated(template: dict[str, Any]) -> dict[str, Resource]:
    """What SAM makes of a template. Places of code that are folders here become what `sam package` makes of them."""
    template = json.loads(json.dumps(template))
    for resource in template["Resources"].values():
        properties = resource["Properties"]
        for place in ("CodeUri", "ContentUri", "DefinitionUri"):
            if place in properties and not properties[place].startswith("s3://"):
                properties[place] = "s3://bucket/value"
    found: dict[str, Resource] = transformed(template)["Resources"]
    return found


def transformed(template: dict[str, Any]) -> dict[str, Any]:
    """The whole template that SAM's transform gives CloudFormation."""
    translator = Translator(None, Parser(), plugins=[], boto_session=Session(region_name="us-east-1"))
    found: dict[str, Any] = translator.translate(template, parameter_values=dict(PARAMETERS))
    return found


def of_type(kind: str) -> dict[str, Resource]:
    return {name: r["Properties"] for name, r in resources().items() if r["Type"] == kind}


def short(value: Any) -> str:
    """An ARN, however it is put together, in a form that a table can hold: `${Name}` for references."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return f"${{{name}}}" if attribute in ("Arn", "Id") else f"${{{name}.{attribute}}}"
    if function == "Fn::Sub":
        text = argument if isinstance(argument, str) else argument[0]
        for name in ("Partition", "Region", "AccountId"):
            text = text.replace(f"${{AWS::{name}}}", "")
        return str(text.replace("${AWS::StackName}", "*").replace(".Arn}", "}"))
    return json.dumps(value, sort_keys=True)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements; a conditional one as it is where its condition holds."""
    return [one["Fn::If"][1] if "Fn::If" in one else one for one in listed(document["Statement"])]


def role_statements(role: str) -> Iterator[dict[str, Any]]:
    """All statements of a role's own policies, conditional ones included."""
    for policy in resources()[role]["Properties"].get("Policies", []):
        yield from statements(policy["PolicyDocument"])


def permissions(role: str) -> set[Permission]:
    """What the role's own policies allow: (action, resource)."""
    return {
        (action, short(resource))
        for statement in role_statements(role)
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def function_roles() -> dict[str, str]:
    """Each function's role."""
    return {name: short(f["Role"]).strip("${}") for name, f in of_type("AWS::Lambda::Function").items()}


def by_environment(name: str) -> dict[str, Any]:
    """What the template says of data in the environment that is deployed."""
    return {"Fn::FindInMap": ["Data", {"Ref": "Environment"}, name]}


def kept_in_production(resource: Resource) -> bool:
    """Whether a resource outlives its stack where its data is real."""
    policies = {name: resource[name] for name in ("DeletionPolicy", "UpdateReplacePolicy")}
    return policies == {name: by_environment(name) for name in policies}
