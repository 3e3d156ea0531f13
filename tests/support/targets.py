"""The target roles as they are deployed: `targets/template.yaml`, with intrinsic functions in their long form."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from samcli.yamlhelper import yaml_parse

ROOT = Path(__file__).parents[2]


@cache
def template() -> dict[str, Any]:
    """The whole template."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "targets/template.yaml").read_text(encoding="utf-8"))
    return parsed


def roles() -> dict[str, dict[str, Any]]:
    """Properties of every target role, by the end of its name: `s3-export`."""
    resources = template()["Resources"]
    found = [r["Properties"] for n, r in resources.items() if r["Type"] == "AWS::IAM::Role" and n != "Revoker"]
    return {role["RoleName"]["Fn::Sub"].removeprefix("${GateStackName}-target-"): role for role in found}


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    """What the role itself allows."""
    (policy,) = role["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def trust(role: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its trust policy's statements by the call of STS that they allow."""
    found: list[dict[str, Any]] = role["AssumeRolePolicyDocument"]["Statement"]
    return {statement["Action"]: statement for statement in found}
