"""`sam build` and `sam deploy` against the emulator, and what of a template then takes effect there."""

import json
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local import deploy, principals, toolchain
from local.account import Account
from local.logs import collect

FIXTURE = Path(__file__).parent / "fixtures" / "probe"
FIRST, SECOND = "1" * 64, "2" * 64


@dataclass(frozen=True)
class Probe:
    """The deployed fixture."""

    project: deploy.Project
    admin: Account
    outputs: dict[str, str]

    @property
    def api_url(self) -> str:
        return deploy.local_api_url(self.outputs["ApiUrl"], self.admin.endpoint_url)


@pytest.fixture(scope="module")
def probe(admin: Account, tmp_path_factory: pytest.TempPathFactory) -> Probe:
    root = tmp_path_factory.mktemp("probe-project")
    shutil.copytree(FIXTURE, root, dirs_exist_ok=True)
    project = deploy.Project(root, root / "scratch", "probe")
    assert deploy.build(project) is True
    deploy.deploy(project, admin, _parameters(FIRST))
    return Probe(project, admin, deploy.outputs(project, admin))


def test_build_is_skipped_until_a_source_changes(probe: Probe) -> None:
    assert deploy.build(probe.project) is False


def test_failed_deploy_names_its_cause(probe: Probe) -> None:
    with pytest.raises(deploy.SamError, match="AutoPublishCodeSha256"):
        deploy.deploy(
            deploy.Project(probe.project.root, probe.project.scratch, "other"), probe.admin, {"Architecture": "x86_64"}
        )


def test_caller_reaches_the_route_under_its_own_arn(probe: Probe) -> None:
    keys = _user(probe, "caller")
    status, answer = _call(probe, "/who/me", keys)
    assert status == 200
    assert answer["caller"] == "arn:aws:iam::000000000000:user/caller"
    assert answer["greeting"] == "hello from the layer"
    assert answer["version"] == "1"


def test_user_without_permission_and_unsigned_caller_are_refused(probe: Probe) -> None:
    probe.admin.client("iam").create_user(UserName="stranger")
    key = probe.admin.client("iam").create_access_key(UserName="stranger")["AccessKey"]
    stranger = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
    assert _call(probe, "/who/me", stranger)[0] == 403
    assert _call(probe, "/who/me", None)[0] == 403


def test_open_route_hands_over_the_raw_body(probe: Probe) -> None:
    status, answer = _call(probe, "/open", None, b"payload=%7B%22a%22%3A1%7D")
    assert (status, answer["body"], answer["base64"]) == (200, "payload=%7B%22a%22%3A1%7D", False)
    assert answer["caller"] is None


def test_function_sees_nothing_of_the_shell_that_started_the_emulator(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = set(_call(probe, "/open", None, b"x")[1]["environment"])
    assert {"AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "TABLE"} <= environment
    assert not {"VIRTUAL_ENV", "PYTHONPATH", "PYTEST_CURRENT_TEST", "PWD"} & environment


def test_permissions_boundary_limits_the_function(probe: Probe) -> None:
    # Its policy allows the scan, its boundary does not.
    assert _call(probe, "/open", None, b"x")[1]["scan"] == "AccessDeniedException"


def test_bucket_keeps_its_object_lock(probe: Probe) -> None:
    storage, bucket = probe.admin.client("s3"), probe.outputs["LockedBucket"]
    version = storage.put_object(Bucket=bucket, Key="event", Body=b"1")["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        storage.delete_object(Bucket=bucket, Key="event", VersionId=version)


def test_table_keeps_backups_ttl_and_deletion_protection(probe: Probe) -> None:
    tables, name = probe.admin.client("dynamodb"), probe.outputs["TokensTable"]
    backups = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "expires_at",
    }
    with pytest.raises(ClientError, match="protected"):
        tables.delete_table(TableName=name)


def test_published_version_keeps_its_dead_letters(probe: Probe) -> None:
    configuration = probe.admin.client("lambda").get_function_configuration(
        FunctionName=probe.outputs["ShowCallerName"], Qualifier="live"
    )
    assert configuration["DeadLetterConfig"]["TargetArn"].startswith("arn:aws:sqs:")
    assert configuration["SnapStart"]["OptimizationStatus"] == "On"


def test_trail_exists_with_its_data_events(probe: Probe) -> None:
    trails = probe.admin.client("cloudtrail")
    (selector,) = trails.get_event_selectors(TrailName=probe.outputs["TrailArn"])["EventSelectors"]
    assert selector["DataResources"] == [
        {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{probe.outputs['LockedBucket']}/"]}
    ]
    assert trails.get_trail_status(Name=probe.outputs["TrailArn"])["IsLogging"] is True


def test_machine_waits_twice_for_a_token(probe: Probe) -> None:
    states, run = _run(probe, "answered", first=60, second=60)
    for step in ("first", "second"):
        states.send_task_success(taskToken=_token(probe, f"answered/{step}"), output=json.dumps({"done": step}))
    output = _outcome(states, run)
    assert (output["first"], output["second"]) == ({"done": "first"}, {"done": "second"})


def test_machine_gives_up_when_nobody_answers_the_second_time(probe: Probe) -> None:
    states, run = _run(probe, "silent", first=60, second=1)
    states.send_task_success(taskToken=_token(probe, "silent/first"), output="{}")
    assert _outcome(states, run)["failure"]["Error"] == "States.Timeout"


def test_logs_hold_what_functions_printed(probe: Probe) -> None:
    _call(probe, "/open", None, b"x")
    lines = collect(probe.admin, function="showcaller")
    assert any("showing a caller" in line.message for line in lines)
    assert lines == sorted(lines)
    assert collect(probe.admin, function="no-such-function") == []


def test_changed_layers_digest_publishes_a_new_version_behind_the_alias(probe: Probe) -> None:
    deploy.deploy(probe.project, probe.admin, _parameters(SECOND))
    assert _call(probe, "/open", None, b"x")[1]["version"] == "2"


def _parameters(digest: str) -> dict[str, str]:
    return {"LayersDigest": digest, "Architecture": toolchain.architecture()}


def _user(probe: Probe, name: str) -> dict[str, str]:
    return principals.ensure(probe.admin, [(name, [probe.outputs["CallersArn"]])], {})[name]


def _call(
    probe: Probe, path: str, keys: dict[str, str] | None, body: bytes | None = None
) -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = probe.api_url + path
    request = AWSRequest("GET" if body is None else "POST", url, data=body, headers=headers)
    if keys is not None:
        credentials = Credentials(keys["access_key_id"], keys["secret_access_key"])
        SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
    plain = urllib.request.Request(url, data=body, method=request.method, headers=dict(request.headers))
    try:
        with urllib.request.urlopen(plain, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read())


def _run(probe: Probe, name: str, *, first: int, second: int) -> tuple[Any, str]:
    states = probe.admin.client("stepfunctions")
    deadlines = json.dumps({"deadlines": {"first": first, "second": second}})
    started = states.start_execution(stateMachineArn=probe.outputs["StateMachineArn"], name=name, input=deadlines)
    return states, str(started["executionArn"])


def _token(probe: Probe, step: str) -> str:
    tables = probe.admin.client("dynamodb")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        item = tables.get_item(TableName=probe.outputs["TokensTable"], Key={"step": {"S": step}}).get("Item")
        if item is not None:
            return str(item["token"]["S"])
        time.sleep(0.05)
    raise AssertionError(f"no token for {step}")


def _outcome(states: Any, run: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen = states.describe_execution(executionArn=run)
        if seen["status"] != "RUNNING":
            assert seen["status"] == "SUCCEEDED", seen
            return dict(json.loads(seen["output"]))
        time.sleep(0.05)
    raise AssertionError("the execution did not end")
