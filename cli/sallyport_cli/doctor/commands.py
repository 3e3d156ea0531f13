"""The parser of `sallyport doctor`, and what it prints."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport_cli import stack_file
from sallyport_cli.doctor import code, data, people, slack, targets
from sallyport_cli.doctor.patient import Check, Patient, Symptom
from sallyport_cli.errors import UsageError
from sallyport_cli.policy.layer import open_layer, package_in

CHECKS: dict[str, Check] = {
    "stack": code.stack,
    "functions": code.functions,
    "versions": code.versions,
    "workflow": code.workflow,
    "schedules": code.schedules,
    "dead letters": code.dead_letters,
    "tables": data.tables,
    "buckets": data.buckets,
    "target roles": targets.target_roles,
    "trail": targets.trail,
    "door": people.door,
    "slack": slack.slack,
    "directory": people.directory,
    "settings": people.settings,
    "brakes": people.brakes,
}
_ABOUT = """\
Checks a live deployment with your own AWS credentials, which only need to read, and says how to fix whatever is wrong.
Nothing is changed.

exit codes: 0 nothing is wrong, 1 something is, 2 it could not be checked
"""


def add_commands(commands: Any) -> None:
    """`sallyport doctor`."""
    made = commands.add_parser(
        "doctor",
        help="say what is wrong with a live deployment and how to fix it",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--stack-name", default="sallyport", help="CloudFormation's name of the gate (default: sallyport)"
    )
    made.add_argument("--region", help="where the gate is (default: your AWS configuration's)")
    made.add_argument(
        "--stack", type=Path, metavar="FILE", help="a local stack instead: .local/stack.json of `make up`"
    )
    made.add_argument("--layer", type=Path, help="the policy that should be deployed (default: the checkout's own)")
    made.add_argument("--only", action="append", choices=sorted(CHECKS), metavar="CHECK", help=", ".join(CHECKS))
    made.add_argument(
        "--slack", dest="only", action="append_const", const="slack", help="only Slack's side (docs/slack-setup.md)"
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    patient = _patient(arguments)
    _ = patient.stack  # says so at once when there is none
    found: dict[str, list[Symptom]] = {}
    for name in arguments.only or CHECKS:
        found[name] = list(_examine(CHECKS[name], patient))
        if not arguments.json:
            print(_told(name, found[name]))
    ill = any(found.values())
    if arguments.json:
        print(json.dumps({"ok": not ill, "checks": {n: [asdict(s) for s in found[n]] for n in found}}))
    return 1 if ill else 0


def _examine(check: Check, patient: Patient) -> Iterator[Symptom]:
    try:
        yield from check(patient)
    except ClientError as error:
        said = f"{error.operation_name} answers {error.response['Error']['Code']}"
        yield Symptom(f"this could not be checked: {said}", "use credentials that may read it, then check again")
    except BotoCoreError as error:
        yield Symptom(f"this could not be checked: {type(error).__name__}", "check network, region and credentials")


def _told(name: str, symptoms: list[Symptom]) -> str:
    if not symptoms:
        return f"✓ {name}"
    return "\n".join(f"✗ {name}: {symptom.what}\n    {symptom.mend}" for symptom in symptoms)


def _patient(arguments: argparse.Namespace) -> Patient:
    try:
        layer = open_layer(package_in(arguments.layer))
    except PolicyInvalid as error:
        raise UsageError(f"the policy cannot be loaded: {error}") from None
    if arguments.stack is None:
        session = boto3.session.Session(region_name=arguments.region)
        if session.get_credentials() is None:
            raise UsageError("no AWS credentials: set AWS_PROFILE, or sign in")
        if session.region_name is None:
            raise UsageError("say the region: --region, or AWS_REGION")
        return Patient(arguments.stack_name, cache(session.client), layer)
    said = stack_file.read(arguments.stack, "admin")

    @cache
    def local(service: str) -> Any:
        return boto3.session.Session(region_name=said["region"]).client(  # type: ignore[call-overload]  # one call for all
            service,
            endpoint_url=said["aws_endpoint_url"],
            aws_access_key_id=said["admin"]["access_key_id"],
            aws_secret_access_key=said["admin"]["secret_access_key"],
            config=Config(s3={"addressing_style": "path"}),
        )

    return Patient(said["stack_name"], local, layer, said["api_url"])
