"""Checks of the deployment's template: a target role of its own for every action, a vault that outlasts approvals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition
from sallyport.usecases.policy import TARGET_PATH
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.layer import Layer

_TWO_DAYS = 2 * 86_400


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TemplateLoader(_SafeLoader):  # type: ignore[misc]  # which of the two it is, is known at run time only
    """CloudFormation's short forms (`!Ref`, `!Sub`) as what stands behind the tag."""


def _short_form(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_TemplateLoader.add_multi_constructor("!", _short_form)


def check_template(layer: Layer, path: Path) -> Iterator[Finding]:
    """Roles under /sallyport/target/ and actions belong together one to one; each role allows the action's calls."""
    template = yaml.load(path.read_text("utf-8"), _TemplateLoader)  # noqa: S506 - a subclass of the safe loader
    resources = template["Resources"].values()
    roles = {
        resource["Properties"].get("RoleName"): resource["Properties"]
        for resource in resources
        if resource["Type"] == "AWS::IAM::Role" and resource["Properties"].get("Path") == TARGET_PATH
    }
    users: dict[str, list[str]] = {}
    for action in layer.policy.actions.values():
        users.setdefault(action.target_role, []).append(action.name)
        if not action.target_role.startswith("arn:"):  # a role in another account is that account's to check
            yield from _check_role(action, roles.get(action.target_role))
        yield from _check_vault(action, template)
    for role, names in sorted(users.items()):
        if len(names) > 1:
            yield Finding("template.yaml", "target_role", f"{role} is shared by {', '.join(sorted(names))}")
    for role in sorted(set(roles) - set(users)):
        yield Finding("template.yaml", "target_role", f"{role} belongs to no action")


def _check_role(action: ActionDefinition, role: Mapping[str, Any] | None) -> Iterator[Finding]:
    where = f"actions/{action.name}.yaml"
    if role is None:
        yield Finding(where, "target_role", f"the template has no role {action.target_role} under {TARGET_PATH}")
        return
    if not role.get("PermissionsBoundary"):
        yield Finding(where, "target_role", f"{action.target_role} has no permissions boundary")
    statements = [s for p in role.get("Policies", ()) for s in p["PolicyDocument"]["Statement"]]
    allowed = {call for s in statements if s["Effect"] == "Allow" for call in _listed(s["Action"])}
    wanted = {call for s in action.session_policy if s["Effect"] == "Allow" for call in _listed(s["Action"])}
    for call in sorted(wanted):
        if not any(fnmatchcase(call.lower(), pattern.lower()) for pattern in allowed):
            yield Finding(where, "target_role", f"{action.target_role} does not allow {call}")
    for call in sorted(allowed - wanted):
        yield Finding(where, "target_role", f"{action.target_role} allows {call}, which the session policy never uses")


def _check_vault(action: ActionDefinition, template: Mapping[str, Any]) -> Iterator[Finding]:
    """The vault's lifecycle rule is only a backstop: it outlasts approval and redemption by two days."""
    vault = template["Resources"].get("VaultBucket", {}).get("Properties", {})
    rules = vault.get("LifecycleConfiguration", {}).get("Rules", ())
    days = [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule]
    needed = action.approval.timeout_seconds + action.redemption_seconds + _TWO_DAYS
    if days and min(days) * 86_400 < needed:
        message = f"approval and redemption take longer than the vault keeps the request ({min(days)} days, less two)"
        yield Finding(f"actions/{action.name}.yaml", "timeouts", message)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
