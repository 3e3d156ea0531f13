"""`sam build` and `sam deploy` against the emulator, exactly as against AWS, and what the stack then consists of."""

import fcntl
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import toolchain
from local.account import Account
from local.digest import sources_digest
from local.emulator import REGION

_ALIAS = "live"
_EXECUTE_API = re.compile(r"https://(?P<api>[a-z0-9]+)\.execute-api\.[^/]+/(?P<stage>[^/]+)/?")


class SamError(Exception):
    """A `sam` command failed; the message has its last lines and where the whole output is."""


@dataclass(frozen=True)
class Project:
    """A SAM project: where its template is, where things are built and logged, and what its stack is called."""

    root: Path
    scratch: Path
    stack_name: str

    @property
    def artifacts_bucket(self) -> str:
        """The bucket where `sam deploy` puts code."""
        return f"{self.stack_name}-artifacts"

    @property
    def build_directory(self) -> Path:
        """Where `sam build` puts the template that `sam deploy` takes."""
        return self.scratch / "build"


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Lock the build folder: anybody else who wants to build or to copy it waits."""
    project.scratch.mkdir(parents=True, exist_ok=True)
    with (project.scratch / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(project: Project) -> bool:
    """Run `sam build` for this machine's architecture. False when the last build was of the same sources."""
    with alone(project):
        return _build(project)


def _build(project: Project) -> bool:
    marker = project.scratch / "built-from"
    wanted = f"{sources_digest(project.root)} {toolchain.architecture()}\n"
    if marker.is_file() and marker.read_text(encoding="utf-8") == wanted and project.build_directory.is_dir():
        return False
    marker.unlink(missing_ok=True)
    arguments = [
        "build",
        "--template-file", str(project.root / "template.yaml"),
        "--build-dir", str(project.build_directory),
        "--cache-dir", str(project.scratch / "cache"),
        "--cached",
        "--parallel",
        "--parameter-overrides", f"Architecture={toolchain.architecture()}",
    ]  # fmt: skip
    _sam(project, None, arguments)
    marker.write_text(wanted, encoding="utf-8")
    return True


def deploy(project: Project, account: Account, parameters: Mapping[str, str]) -> None:
    """Run `sam deploy` of the built template, unattended. If nothing changed, nothing happens."""
    _deploy(project, account, project.build_directory / "template.yaml", project.stack_name, parameters)


def deploy_targets(project: Project, account: Account, parameters: Mapping[str, str]) -> None:
    """Run `sam deploy` of the target roles; the gate must be deployed first, because they trust it."""
    gate = outputs(project, account)
    given = {
        "GateStackName": project.stack_name,
        "IssueCredentialsRoleArn": gate["IssueCredentialsRoleArn"],
        "ExecuteActionRoleArn": gate["ExecuteActionRoleArn"],
        "BoundaryArn": gate["TargetBoundaryArn"],
        **parameters,
    }
    _deploy(project, account, project.root / "targets/template.yaml", f"{project.stack_name}-targets", given)


def _deploy(project: Project, account: Account, template: Path, stack_name: str, parameters: Mapping[str, str]) -> None:
    storage = account.client("s3")
    if project.artifacts_bucket not in {bucket["Name"] for bucket in storage.list_buckets()["Buckets"]}:
        storage.create_bucket(Bucket=project.artifacts_bucket)
    arguments = [
        "deploy",
        "--template-file", str(template),
        "--stack-name", stack_name,
        "--s3-bucket", project.artifacts_bucket,
        "--region", REGION,
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
    ]  # fmt: skip
    if parameters:
        arguments += ["--parameter-overrides", *(f"{name}={value}" for name, value in sorted(parameters.items()))]
    _sam(project, account, arguments)


def outputs(project: Project, account: Account) -> dict[str, str]:
    """The stack's outputs; empty when it has not been deployed."""
    cloudformation = account.client("cloudformation")
    try:
        (stack,) = cloudformation.describe_stacks(StackName=project.stack_name)["Stacks"]
    except cloudformation.exceptions.ClientError:
        return {}
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def await_functions(project: Project, account: Account, *, seconds: float = 240.0) -> int:
    """Wait until the version behind every function's alias has its environment; how many functions there are.

    CloudFormation waits for SnapStart's snapshots, the emulator's only begins them: a call that comes before its
    function is ready would wait longer than clients do. Raises SamError for a function that fails, or that is not
    ready after `seconds`.
    """
    client = account.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    names = [entry["FunctionName"] for page in pages for entry in page["Functions"]]
    waiting = [name for name in names if name.startswith(f"{project.stack_name}-")]
    count, deadline = len(waiting), time.monotonic() + seconds
    while waiting:
        states = {name: client.get_function_configuration(FunctionName=name, Qualifier=_ALIAS) for name in waiting}
        failed = [f"{name}: {state.get('StateReason')}" for name, state in states.items() if state["State"] == "Failed"]
        if failed or time.monotonic() > deadline:
            raise SamError("\n".join(["functions did not get ready:", *(failed or waiting)]))
        waiting = [name for name, state in states.items() if state["State"] == "Pending"]
        if waiting:
            time.sleep(0.2)
    return count


def local_api_url(url: str, endpoint_url: str) -> str:
    """Where the emulator serves the API that AWS would serve at `https://<api>.execute-api.<region>.…/<stage>`."""
    match = _EXECUTE_API.fullmatch(url)
    if match is None:
        raise ValueError(f"not an execute-api URL: {url}")
    return f"{endpoint_url}/_aws/execute-api/{match['api']}/{match['stage']}"


def _sam(project: Project, account: Account | None, arguments: list[str]) -> None:
    """Run one `sam` command with its output in a file. Raises SamError when it fails."""
    project.scratch.mkdir(parents=True, exist_ok=True)
    log = project.scratch / f"sam-{arguments[0]}.log"
    with log.open("w", encoding="utf-8") as sink:
        done = subprocess.run(
            [toolchain.sam(), *arguments],
            cwd=project.root,
            env=toolchain.sam_environment(account, project.scratch / "sam-cli"),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        said = [line for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
        causes = [line for line in said if "Error" in line or "FAILED" in line] or said
        raise SamError("\n".join([f"`sam {arguments[0]}` failed (all of it: {log})", *causes[-8:]]))
