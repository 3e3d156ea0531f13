"""The parsers of `sallyport targets`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.domain.actions import revoker_role_name
from sallyport_cli.errors import UsageError
from sallyport_cli.policy.layer import open_layer, package_in
from sallyport_cli.targets.render import render

_ABOUT = """\
An approved credential is a session of a target role. There is one for each action; it allows that action's calls and
nothing else, and only Sallyport can assume it. The roles are derived from the action files, so nobody writes one.
Deploy targets/template.yaml once in every account that holds guarded resources (docs/policy.md).
"""


def add_commands(commands: Any) -> None:
    """`sallyport targets …`."""
    top = commands.add_parser(
        "targets",
        help="render the roles that approved credentials are sessions of",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    made = actions.add_parser(
        "render",
        help="write targets/template.yaml from the action files",
        description="Write the CloudFormation template of the target roles. The same actions give the same bytes. "
        "With --check nothing is written: exit code 1 when the file is not what the actions render.",
    )
    made.add_argument("--layer", type=Path, help="folder of the policy layer's package, or a checkout (default: ours)")
    made.add_argument("--output", type=Path, help="file to write, or - for standard output (default: the checkout's)")
    made.add_argument("--check", action="store_true", help="compare instead of writing")
    made.set_defaults(run=_run_render)
    named = actions.add_parser(
        "parameters",
        help="print the gate's parameters for the accounts in accounts.yaml",
        description="Print OtherTargetRoles and OtherRevokers, as `sam deploy --parameter-overrides` takes them: the "
        "roles in other accounts that the gate may assume. Nothing where accounts.yaml lists none.",
    )
    named.add_argument("--layer", type=Path, help="folder of the policy layer's package, or a checkout (default: ours)")
    named.add_argument(
        "--stack-name", default="sallyport", help="CloudFormation's name of the gate (default: sallyport)"
    )
    named.add_argument("--partition", default="aws", help="default: aws")
    named.add_argument("--account", required=True, metavar="ID", help="the gate's own account, which needs no entry")
    named.set_defaults(run=_run_parameters)


def _run_render(arguments: argparse.Namespace) -> int:
    try:
        layer = open_layer(package_in(arguments.layer))
    except PolicyInvalid as error:
        raise UsageError(f"the policy cannot be loaded: {error}") from None
    text = render(layer.policy.actions.values())
    if str(arguments.output) == "-":
        print(text, end="")
        return 0
    path = arguments.output or layer.targets
    if not arguments.check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path}: {len(layer.policy.actions)} roles")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        print(f"{path} is what the actions render")
        return 0
    print(f"{path} is not what the actions render: run `sallyport targets render`")
    return 1


def _run_parameters(arguments: argparse.Namespace) -> int:
    try:
        accounts = open_layer(package_in(arguments.layer), arguments.account).policy.accounts.values()
    except PolicyInvalid as error:
        raise UsageError(f"the policy cannot be loaded: {error}") from None
    others = sorted(account.id for account in accounts if account.id != arguments.account)
    base = [f"arn:{arguments.partition}:iam::{account}:role/sallyport" for account in others]
    if base:
        targets = ",".join(f"{one}/target/{arguments.stack_name}-target-*" for one in base)
        revokers = ",".join(f"{one}/revoker/{revoker_role_name(arguments.stack_name)}" for one in base)
        print(f"OtherTargetRoles={targets} OtherRevokers={revokers}")
    return 0
