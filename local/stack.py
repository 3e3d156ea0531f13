"""The local stack: `python -m local.stack up | down | status | logs`.

`up` starts an emulated AWS account and a Slack workspace, deploys the template there and seeds it; `.local/stack.json`
then says where everything is. A live stack is kept (and deployed again if sources have changed); a dead one is rebuilt.
"""

import argparse
import fcntl
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from local import deploy, emulator, ports, sample_directory, seed, slack_process, stack_file, toolchain
from local.account import as_admin
from local.console import complain, say, step
from local.digest import ROOT, sources_digest
from local.emulator import Emulator
from local.logs import collect, seconds
from local.processes import read_record, write_record
from local.sample_directory import Directory
from local.slack_process import Slack

STATE = ROOT / ".local"
STACK_FILE = STATE / "stack.json"
_EXTERNAL_ID = "sallyport-local"
_GUARDED_BUCKETS = tuple(f"arn:aws:s3:::{bucket}" for bucket in (seed.SOURCE_BUCKET, seed.EXPORT_BUCKET))
_GUARDED_TABLE = f"arn:aws:dynamodb:{emulator.REGION}:{emulator.ACCOUNT_ID}:table/{seed.TABLE}"
PROJECT = deploy.Project(root=ROOT, scratch=STATE / "sam", stack_name=stack_file.STACK_NAME)

EXPECTED = (
    deploy.SamError,
    emulator.EmulatorError,
    ports.PortTakenError,
    slack_process.SlackError,
    toolchain.ToolMissingError,
)


def up(*, port: int | None = None, slack_port: int | None = None) -> None:
    """Bring the stack up. Raises one of EXPECTED, with a message for the user, when it cannot."""
    began = time.monotonic()
    toolchain.check()
    with _alone():
        account, slack = _parts_alive()
        sources = sources_digest()
        if account is not None and slack is not None and _complete_for() == sources:
            say("The local stack is up and its sources have not changed: nothing to do.")
            _point_out(account, slack)
            return
        directory = sample_directory.read()
        if account is None or slack is None:
            account, slack = _fresh(directory, port, slack_port)
        else:
            say("Sources have changed: deploying again into the live stack.")
            _build()
        _finish(account, slack, directory)
        write_record(STATE / "complete.json", {"sources": sources})
    say(f"The local stack is up ({time.monotonic() - began:.1f} s).")
    _point_out(account, slack)


def down() -> None:
    """Stop what `up` started, and nothing else."""
    with _alone():
        stopped = _clear_away()
    say("The local stack is down." if stopped else "There was no local stack to stop.")


def _clear_away() -> bool:
    for record in (STACK_FILE, STATE / "complete.json", STATE / "keys.json"):
        record.unlink(missing_ok=True)
    slack_stopped = slack_process.stop(STATE)
    return emulator.stop(STATE) or slack_stopped


def _parts_alive() -> tuple[Emulator | None, Slack | None]:
    """The parts of the previous stack when all of it is alive; otherwise nothing, and its remains are gone."""
    account, slack = emulator.running(STATE), slack_process.running(STATE)
    if account is not None and slack is not None and STACK_FILE.is_file():
        return account, slack
    if any((STATE / record).is_file() for record in ("emulator.json", "slack.json", "stack.json")):
        missing = [
            what
            for what, there in (
                ("the emulator", account is not None),
                ("Slack", slack is not None),
                (STACK_FILE.name, STACK_FILE.is_file()),
            )
            if not there
        ]
        say(f"A previous stack is only half up (missing: {', '.join(missing)}): clearing it away.")
        _clear_away()
    return None, None


def _complete_for() -> str | None:
    record = read_record(STATE / "complete.json")
    return None if record is None else str(record["sources"])


def _fresh(directory: Directory, port: int | None, slack_port: int | None) -> tuple[Emulator, Slack]:
    """Start and seed everything, while `sam build` runs beside it."""
    for asked in (port, slack_port):
        if asked is not None:
            ports.choose(asked, insist=True)  # before the build, so that its message does not have to wait for that
    with ThreadPoolExecutor(1) as beside:
        building = beside.submit(_build)
        with step("start the emulated AWS account") as remarks:
            account = emulator.start(STATE, port=port)
            remarks.append(account.endpoint_url + _elsewhere(account.port, port or emulator.PREFERRED_PORT))
        with step("start the Slack workspace") as remarks:
            slack = slack_process.start(STATE, directory, port=slack_port)
            remarks.append(slack.workspace_url + _elsewhere(slack.port, slack_port or slack_process.PREFERRED_PORT))
        with step("make sample buckets, table and patients") as remarks:
            remarks.append(f"{seed.sow(as_admin(account))} objects and rows")
        building.result()
    return account, slack


def _elsewhere(port: int, preferred: int) -> str:
    return "" if port == preferred else f", since port {preferred} is taken"


def _build() -> None:
    with step("sam build") as remarks:
        if not deploy.build(PROJECT):
            remarks.append("sources unchanged")


def _finish(account: Emulator, slack: Slack, directory: Directory) -> None:
    """Deploy, hand out secrets and keys, and write stack.json."""
    admin = as_admin(account)
    with step("sam deploy"):
        deploy.deploy(PROJECT, admin, _parameters(slack))
        deploy.deploy_targets(PROJECT, admin, _targets())
    outputs = deploy.outputs(PROJECT, admin)
    api_url = deploy.local_api_url(outputs["ApiUrl"], account.endpoint_url)
    with step("put Slack's secrets"):
        vault = admin.client("secretsmanager")
        vault.put_secret_value(SecretId=outputs["SlackSigningSecretArn"], SecretString=slack.signing_secret)
        vault.put_secret_value(SecretId=outputs["SlackBotTokenArn"], SecretString=slack.bot_token)
        slack_process.send_clicks_to(slack, f"{api_url}/slack/interactions")
    with step("make IAM users for agents and people"):
        keys = stack_file.key_pairs(admin, STATE / "keys.json", directory, outputs)
    with step("wait until the functions are ready") as remarks:
        remarks.append(f"{deploy.await_functions(PROJECT, admin)} functions")
    write_record(STACK_FILE, stack_file.description(account, slack, directory, outputs, api_url, keys))


def _parameters(slack: Slack) -> dict[str, str]:
    return {
        "Environment": "local",
        "Architecture": toolchain.architecture(),
        "ExternalId": _EXTERNAL_ID,
        "SlackApiBaseUrl": slack.api_url,
        "SlackChannelId": slack_process.CHANNEL_ID,
        "SlackTeamId": slack_process.TEAM_ID,
        "SlackAppId": slack_process.APP_ID,
        "GuardedNames": ",".join((*_GUARDED_BUCKETS, _GUARDED_TABLE, seed.TABLE)),
        # Tests ask more often than an agent does.
        "RequestsPerHour": "2000",
    }


def _targets() -> dict[str, str]:
    return {
        "ExternalId": _EXTERNAL_ID,
        "GuardedTrail": "make",
        "GuardedObjectArns": ",".join(f"{bucket}/" for bucket in _GUARDED_BUCKETS),
        "GuardedTableArns": _GUARDED_TABLE,
    }


def _point_out(account: Emulator, slack: Slack) -> None:
    record = read_record(STACK_FILE) or {}
    say(f"  Slack, to read cards and click   {slack.workspace_url}")
    say(f"  Sallyport's API                  {record.get('api_url')}")
    say(f"  AWS endpoint                     {account.endpoint_url}")
    say(f"  Keys, ids, URLs for tools        {STACK_FILE.relative_to(ROOT)}")
    say("  Logs: make logs    Stop: make down")


def status() -> bool:
    """Print what runs; returns whether all of it does."""
    account, slack = emulator.running(STATE), slack_process.running(STATE)
    say(f"  emulator   {account.endpoint_url if account else 'not running'}")
    say(f"  Slack      {slack.workspace_url if slack else 'not running'}")
    deployed = _complete_for()
    fresh = "up to date" if deployed == sources_digest() else "older than the sources (make up deploys them)"
    say(f"  product    {'not deployed' if deployed is None else fresh}")
    return account is not None and slack is not None and deployed is not None


def logs(function: str | None, since: str | None) -> bool:
    """Print the events of all log groups; False when there is no stack."""
    account = emulator.running(STATE)
    if account is None:
        complain("There is no local stack: `make up` starts one.")
        return False
    start = None if since is None else int((time.time() - seconds(since)) * 1000)
    for line in collect(as_admin(account), function=function, since=start):
        say(str(line))
    return True


@contextmanager
def _alone() -> Iterator[None]:
    """Let only one `up` or `down` at a time work on this checkout."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str] | None = None) -> int:
    """Run a command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", help="start, deploy and seed; quick when nothing changed")
    starting.add_argument("--port", type=int, help=f"AWS endpoint's port (else {emulator.PREFERRED_PORT} or any)")
    starting.add_argument("--slack-port", type=int, help=f"Slack's port (else {slack_process.PREFERRED_PORT} or any)")
    commands.add_parser("down", help="stop what `up` started")
    commands.add_parser("status", help="what runs, and whether it is up to date")
    reading = commands.add_parser("logs", help="events of all log groups in order of time")
    reading.add_argument("--function", help="only log groups whose name holds this")
    reading.add_argument("--since", help="only the last 90s, 10m, 2h, 1d")
    chosen = parser.parse_args(arguments)
    try:
        match chosen.command:
            case "up":
                up(port=chosen.port, slack_port=chosen.slack_port)
            case "down":
                down()
            case "status":
                return 0 if status() else 1
            case "logs":
                return 0 if logs(chosen.function, chosen.since) else 1
    except (*EXPECTED, ValueError) as problem:
        complain(f"{problem}")
        return 1
    except KeyboardInterrupt:
        complain("Interrupted: the next `make up` clears away what is half up.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
