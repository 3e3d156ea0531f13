"""`sallyport policy validate`: everything that can be said about a policy layer without deploying it."""

from __future__ import annotations

from pathlib import Path

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.masking import MaskingFailed, masking_rules_from_policy
from sallyport_cli.policy.cases import run_cases
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.layer import open_layer
from sallyport_cli.policy.routes import check_routes
from sallyport_cli.policy.validate_actions import check_action, check_form
from sallyport_cli.policy.validate_people import check_cedar, check_dead, check_reachable
from sallyport_cli.policy.validate_template import (
    VAULT_DAYS,
    check_targets,
    check_timeouts,
    read_template,
    vault_days,
)


def validate(root: Path | None, tests: Path | None, template: Path | None) -> tuple[list[Finding], str]:
    """The findings, sorted, and a line that says what was looked at.

    Later checks depend on earlier ones: a file that does not fit its schema hides what would come after.
    """
    try:
        layer = open_layer(root)
        findings = [*check_form(layer), *check_cedar(layer)]
        if not findings:
            _ = layer.authorizer  # entities that do not fit the Cedar schema show up here
    except PolicyInvalid as error:
        return [Finding("policy", "invalid", str(error))], ""
    except ValueError as error:
        return [Finding("authorization.cedar", "cedar", str(error))], ""
    if findings:
        return sorted(findings), ""
    try:
        masking_rules_from_policy(layer.policy.masking)
    except MaskingFailed as failed:
        return [Finding("masking.yaml", "masking", str(failed))], ""
    for action in layer.policy.actions.values():
        wrong = list(check_action(layer, action))
        findings += wrong or check_reachable(layer, action)
    outcome = run_cases(layer, tests or layer.tests)
    findings += check_dead(layer, outcome)
    findings += check_routes(layer)
    findings += outcome.findings
    days, path = VAULT_DAYS, template or layer.template
    if path.is_file():
        findings += check_targets(layer, path.parent / "targets/template.yaml")
        days = vault_days(read_template(path))
    findings += check_timeouts(layer, days)
    directory = layer.policy.directory
    summary = (
        f"policy {layer.policy.digest[:12]}: {len(layer.policy.actions)} actions, {len(directory.people)} people, "
        f"{len(directory.agents)} agents, {outcome.cases} cases; no findings"
    )
    return sorted(set(findings)), summary
