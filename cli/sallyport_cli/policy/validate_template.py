"""Checks of what is deployed with the policy: the actions' target roles, a vault that outlasts approvals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.layer import Layer
from sallyport_cli.targets.render import render

# For how many days the vault keeps a raw action that nothing deleted: its lifecycle rule in the shipped template, a
# backstop behind close_request. For a layer without a template beside it; a deployment that keeps longer says so in its
# own.
VAULT_DAYS = 3
# S3 counts days from the midnight after an object was written and expires it some time later, so a rule of whole days
# is not exact to the hour. Raw actions must outlast every approval and redemption by this much.
_SPARE_DAYS = 2


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TemplateLoader(_SafeLoader):  # type: ignore[misc]  # which of the two it is, is known at run time only
    """Reads CloudFormation's short forms (`!Ref`, `!Sub`) as the value after the tag."""


def _short_form(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_TemplateLoader.add_multi_constructor("!", _short_form)


def read_template(path: Path) -> Mapping[str, Any]:
    """The template, with the values after the tags of its short forms."""
    template: dict[str, Any] = yaml.load(path.read_text("utf-8"), _TemplateLoader)  # noqa: S506 - safe, see above
    return template


def check_targets(layer: Layer, path: Path) -> Iterator[Finding]:
    """The target roles beside the template are those that the actions render."""
    if not path.is_file() or path.read_text(encoding="utf-8") != render(layer.policy.actions.values()):
        yield Finding("targets/template.yaml", "targets", "is not what the actions render: `sallyport targets render`")


def vault_days(template: Mapping[str, Any]) -> int:
    """For how many days the template's vault keeps an object; VAULT_DAYS where it does not say a number."""
    vault = template["Resources"].get("VaultBucket", {}).get("Properties", {})
    rules = vault.get("LifecycleConfiguration", {}).get("Rules", ())
    days = [rule["ExpirationInDays"] for rule in rules if isinstance(rule.get("ExpirationInDays"), int)]
    return min(days, default=VAULT_DAYS)


def check_timeouts(layer: Layer, days: int) -> Iterator[Finding]:
    """No request may outlive its raw action in a vault that keeps it for so many days."""
    for action in layer.policy.actions.values():
        needed = action.approval.timeout_seconds + action.redemption_seconds
        if needed > (days - _SPARE_DAYS) * 86_400:
            message = f"ladder and redemption_seconds add up to {needed / 86_400:.1f} days; the vault keeps a request "
            message += f"for {days}, of which {_SPARE_DAYS} are to spare"
            yield Finding(f"actions/{action.name}.yaml", "timeouts", message)
