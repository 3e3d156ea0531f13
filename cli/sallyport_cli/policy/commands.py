"""The parsers of `sallyport policy`."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport_cli.errors import UsageError
from sallyport_cli.policy import access_review, diff, evidence, explain
from sallyport_cli.policy.cases import run_cases
from sallyport_cli.policy.findings import report
from sallyport_cli.policy.layer import Layer, layer_at, open_layer, package_in
from sallyport_cli.policy.validate import validate

_ABOUT = """\
The policy layer is a folder of data: actions/*.yaml say what each action is, tiers.yaml the minimum that each
tier of risk requires, authorization.cedar who may ask, skip approval, decide, read, revoke and halt, directory.yaml
who there is. It is reviewed and deployed like code. docs/policy.md shows how to add an action.
"""
_LAYER = "folder of the policy layer's package, or a checkout (default: the checkout's own)"


def add_commands(commands: Any) -> None:
    """`sallyport policy …`."""
    top = commands.add_parser(
        "policy",
        help="check, test, explain, compare and review the policy",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _validate(actions)
    _test(actions)
    _explain(actions)
    _diff(actions)
    _access_review(actions)


def _parser(actions: Any, name: str, summary: str, more: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = actions.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}. {more}"
    )
    return made


def _validate(actions: Any) -> None:
    made = _parser(
        actions,
        "validate",
        "find what is wrong with the policy before it is deployed",
        "Schemas; Cedar against its schema; every action's example checked, rendered and, for execute, compared with "
        "the service's own model; bound_by; the directory; rules and actions that no case looks at; quorums that "
        "cannot be met; target roles (targets/template.yaml) that are not what the actions render, and a vault that "
        "keeps a request for less time than its approval and redemption take. Exit code 1 when there are findings.",
    )
    made.add_argument("--layer", type=Path, help=_LAYER)
    made.add_argument("--tests", type=Path, help="folder of the cases (default: layers/policy/tests)")
    made.add_argument("--template", type=Path, help="the deployment's template (default: template.yaml)")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_run_validate)


def _run_validate(arguments: argparse.Namespace) -> int:
    findings, summary = validate(package_in(arguments.layer), arguments.tests, arguments.template)
    return report(findings, summary, as_json=arguments.json)


def _test(actions: Any) -> None:
    made = _parser(
        actions,
        "test",
        "check the policy against the cases in layers/policy/tests",
        "A case says: this agent asks for this action with these parameters at this time; then the verdict, the "
        "refusal, the people who may decide and the rendered session policy are these. Exit code 1 when one differs.",
    )
    made.add_argument("--layer", type=Path, help=_LAYER)
    made.add_argument("--tests", type=Path, help="folder of the cases (default: layers/policy/tests)")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_run_test)


def _run_test(arguments: argparse.Namespace) -> int:
    layer = _open(arguments.layer)
    outcome = run_cases(layer, arguments.tests or layer.tests)
    if not outcome.cases and not outcome.findings:
        raise UsageError(f"there are no cases in {arguments.tests or layer.tests}")
    return report(outcome.findings, f"{outcome.cases} cases as expected", as_json=arguments.json)


def _explain(actions: Any) -> None:
    made = _parser(
        actions,
        "explain",
        "say why a request got its verdict, where it is asked, who may decide it, and why nobody else may",
        "Names the Cedar policies that determined each answer. Judges by this checkout's policy and says so when the "
        "request was stamped with another one.",
    )
    made.add_argument("request", help="a file with a request view, or a request id together with --stack")
    made.add_argument("--stack", type=Path, default=Path(".local/stack.json"), help="default: .local/stack.json")
    made.add_argument("--layer", type=Path, help=_LAYER)
    made.add_argument("--account", help="AWS account id of the gate, where a rule of channels.yaml names its account")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_run_explain)


def _run_explain(arguments: argparse.Namespace) -> int:
    layer = _open(arguments.layer, arguments.account)
    said = explain.explanation(layer, evidence.find(arguments.request, arguments.stack, layer))
    print(json.dumps(said) if arguments.json else explain.told(said))
    return 0


def _diff(actions: Any) -> None:
    made = _parser(
        actions,
        "diff",
        "say who gains or loses what between two policies",
        "Tries every agent, action and person in both and compares; lists changed definitions, rules and directory "
        "entries. Exit code 1 when the two differ in effect, like diff(1).",
    )
    made.add_argument("old", help="a git ref, or a folder")
    made.add_argument("new", help="a git ref, or a folder; `.` is the checkout as it is")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_run_diff)


def _run_diff(arguments: argparse.Namespace) -> int:
    try:
        with layer_at(arguments.old) as old, layer_at(arguments.new) as new:
            changes = diff.differences(old, new)
    except PolicyInvalid as error:
        raise UsageError(f"one of the two cannot be loaded: {error}") from None
    if arguments.json:
        print(diff.as_json(changes))
    else:
        print("\n".join(diff.told(change) for change in changes) or "no difference in effect")
    return 1 if changes else 0


def _access_review(actions: Any) -> None:
    made = _parser(
        actions,
        "access-review",
        "list who may ask for what and who decides, for the quarterly review",
        "Every agent, action and person that may be acted for, tried one by one; with the people behind the agents "
        "and everybody's accounts. `--format html` is a page to read, print and sign.",
    )
    made.add_argument("--format", choices=access_review.FORMATS, default="markdown", help="default: markdown")
    made.add_argument("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    made.add_argument("--layer", type=Path, help=_LAYER)
    made.add_argument("--account", help="AWS account id that stands for {account} in the directory's principals")
    made.set_defaults(run=_run_access_review)


def _run_access_review(arguments: argparse.Namespace) -> int:
    layer = _open(arguments.layer, arguments.account)
    print(access_review.access_review(layer, arguments.format, datetime.now(UTC)))
    return 0


def _open(where: Path | None, account: str | None = None) -> Layer:
    try:
        return open_layer(package_in(where), account)
    except PolicyInvalid as error:
        raise UsageError(f"the policy cannot be loaded: {error}") from None
