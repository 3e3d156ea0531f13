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

# How long the vault keeps a raw action that nothing deleted: its lifecycle rule in the shipped template, a backstop
# behind close_request. For a layer without a template beside it; a deployment that keeps longer says so in its own.
VAULT_DAYS = 3
# S3 counts days from the midnight after an object was written and expires it when it gets round to it, so a rule of
# whole days promises nothing to the hour. Raw actions must outlast every approval and redemption by this much.
_SPARE_DAYS = 2


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


def read_template(path: Path) -> Mapping[str, Any]:
    """The template, with what stands behind the tags of its short forms."""
    template: dict[str, Any] = yaml.load(path.read_text("utf-8"), _TemplateLoader)  # noqa: S506 - safe, see above
    return template


def check_template(layer: Layer, template: Mapping[str, Any]) -> Iterator[Finding]:
    """Roles under /sallyport/target/ and actions belong together one to one; each role allows the action's calls."""
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


def vault_days(template: Mapping[str, Any]) -> int:
    """For how many days the template's vault keeps an object; VAULT_DAYS where it does not say a number."""
    vault = template["Resources"].get("VaultBucket", {}).get("Properties", {})
    rules = vault.get("LifecycleConfiguration", {}).get("Rules", ())
    days = [rule["ExpirationInDays"] for rule in rules if isinstance(rule.get("ExpirationInDays"), int)]
    return min(days, default=VAULT_DAYS)


def check_timeouts(layer: Layer, days: int) -> Iterator[Finding]:
    """No request outlives its raw action in a vault that keeps it for so many days."""
    for action in layer.policy.actions.values():
        needed = action.approval.timeout_seconds + action.redemption_seconds
        if needed > (days - _SPARE_DAYS) * 86_400:
            message = f"ladder and redemption_seconds add up to {needed / 86_400:.1f} days; the vault keeps a request "
            message += f"for {days}, of which {_SPARE_DAYS} are to spare"
            yield Finding(f"actions/{action.name}.yaml", "timeouts", message)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
