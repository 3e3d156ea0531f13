"""What the template promises about the rest: the API, functions, data at rest, logs, dead letters."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sallyport.adapters.policy_layer import load_policy
from sallyport.domain.notary import LEASE
from sallyport_cli.policy.validate_template import VAULT_DAYS
from tests.support.template import (
    ROOT,
    by_environment,
    kept_in_production,
    listed,
    of_type,
    resources,
    short,
    source,
    statements,
)

# Where somebody waits for the first answer: a click, and a card that is being made.
SNAPSHOTS = {"SlackInteraction", "MaskPayload"}
FUNCTIONS = sorted(of_type("AWS::Lambda::Function"))
BUCKETS = sorted(of_type("AWS::S3::Bucket"))


def routes() -> dict[tuple[str, str], dict[str, Any]]:
    (api,) = of_type("AWS::ApiGateway::RestApi").values()
    return {
        (method.upper(), path): operation
        for path, operations in api["Body"]["paths"].items()
        for method, operation in operations.items()
    }


def test_there_is_a_function_for_every_folder_and_an_event_for_every_function() -> None:
    folders = {p.parent.name for p in (ROOT / "functions").glob("*/app.py")}
    uris = [r["Properties"]["CodeUri"] for r in source()["Resources"].values() if "::Function" in r["Type"]]
    assert sorted(uris) == sorted(f"functions/{name}" for name in folders)
    assert {p.stem for p in (ROOT / "events").glob("*.json")} == folders


def test_slacks_route_alone_is_not_authenticated_by_iam() -> None:
    for key, operation in routes().items():
        open_route = key == ("POST", "/slack/interactions")
        assert operation["security"] == ([{"NONE": []}] if open_route else [{"AWS_IAM": []}]), key


def test_the_interface_has_its_routes() -> None:
    expected = """
        POST /v1/requests, GET /v1/requests, GET /v1/requests/{request_id}, DELETE /v1/requests/{request_id},
        POST /v1/requests/{request_id}/decisions, POST /v1/requests/{request_id}/credentials,
        POST /v1/requests/{request_id}/result, DELETE /v1/requests/{request_id}/grant, GET /v1/actions,
        GET /v1/actions/{name}, POST /slack/interactions
    """
    assert {f"{method} {path}" for method, path in routes()} >= {route.strip() for route in expected.split(",")}


def test_callers_cannot_invoke_a_function_with_a_context_of_their_own_making() -> None:
    """With credentials in an integration the caller would need lambda:InvokeFunction, and could forge who it is."""
    for key, operation in routes().items():
        integration = operation["x-amazon-apigateway-integration"]
        assert "credentials" not in integration, key
        assert integration["type"] == "aws_proxy"
        assert "Alias" in json.dumps(integration["uri"])
    for permission in of_type("AWS::Lambda::Permission").values():
        assert permission["Principal"] in ("apigateway.amazonaws.com", "events.amazonaws.com")
        assert permission["SourceArn"]


def test_the_stage_logs_codes_and_no_data() -> None:
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    assert all(setting["DataTraceEnabled"] is False for setting in stage["MethodSettings"])
    access = json.loads(stage["AccessLogSetting"]["Format"])
    assert set(access) == {"id", "method", "route", "status", "caller", "ms"}
    assert access["route"] == "$context.resourcePath"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_published_behind_an_alias(name: str) -> None:
    function = resources()[name]["Properties"]
    assert function["Runtime"] == "python3.13"
    assert ("SnapStart" in function) is (name in SNAPSHOTS)
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert short(function["DeadLetterConfig"]["TargetArn"]) == "${DeadLetters}"
    assert short(function["LoggingConfig"]["LogGroup"]) == "${FunctionLogs}"
    kinds = [short(layer).strip("${}")[:-10] for layer in function["Layers"]]
    assert kinds == ["DepsLayer", "CoreLayer", "PolicyLayer"]
    aliases = [a for a in of_type("AWS::Lambda::Alias").values() if short(a["FunctionName"]) == f"${{{name}}}"]
    assert [alias["Name"] for alias in aliases] == ["live"]
    assert function.get("TracingConfig", {"Mode": "PassThrough"})["Mode"] == "PassThrough"


def test_layers_are_built_for_the_functions_architecture() -> None:
    found = {n: r.get("Metadata", {}) for n, r in source()["Resources"].items() if "LayerVersion" in r["Type"]}
    built = {"BuildMethod": "python3.13", "BuildArchitecture": {"Ref": "Architecture"}}
    assert found == dict.fromkeys(("DepsLayer", "CoreLayer", "PolicyLayer"), built)


# Whose capacity nobody else can take; where none may be reserved, 0 reserves none.
RESERVED = {
    "SetHalt": ("ReservesHalts", "HaltConcurrency"),
    "RevokeAgent": ("ReservesRevokeAgent", "RevokeAgentConcurrency"),
    "SlackInteraction": ("ReservesClicks", "SlackInteractionConcurrency"),
    "GetRequest": ("ReservesLongPolls", "LongPollConcurrency"),
    "Mcp": ("ReservesLongPolls", "LongPollConcurrency"),
}


def test_what_stops_decides_or_waits_has_concurrency_of_its_own() -> None:
    functions = of_type("AWS::Lambda::Function")
    reserved = {
        n: f["ReservedConcurrentExecutions"] for n, f in functions.items() if "ReservedConcurrentExecutions" in f
    }
    assert reserved == {
        name: {"Fn::If": [condition, {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
        for name, (condition, parameter) in RESERVED.items()
    }
    for condition, parameter in RESERVED.values():
        assert source()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]}
        assert source()["Parameters"][parameter]["MinValue"] == 0
    polls = functions["GetRequest"]["Environment"]["Variables"]
    assert polls["LONG_POLL_CONCURRENCY"] == {"Ref": "LongPollConcurrency"}  # with 0, reads do not wait


def served() -> dict[str, set[str]]:
    """The routes of each function."""
    found: dict[str, set[str]] = {}
    for (method, path), operation in routes().items():
        uri = json.dumps(operation["x-amazon-apigateway-integration"]["uri"])
        (function,) = {name for name in FUNCTIONS if f"{name}.Alias" in uri or f"${{{name}Alias" in uri}
        found.setdefault(function, set()).add(f"{method} {path}")
    return found


def test_switches_and_revoking_an_agent_share_a_function_with_nothing_that_waits_or_that_agents_call() -> None:
    assert served()["SetHalt"] == {"POST /v1/halts", "DELETE /v1/halts"}
    assert served()["RevokeAgent"] == {"DELETE /v1/agents/{agent}/grants"}
    assert served()["GetRequest"] == {"GET /v1/requests/{request_id}"}
    assert served()["ListRequests"] == {"GET /v1/requests", "GET /v1/halts"}


# Calls a second, and at once, for all callers of a route together. API Gateway's own bound is 10,000 for the account.
THROTTLES = {
    "* /*": (50, 100),
    "POST /v1/halts": (10, 20),
    "DELETE /v1/halts": (10, 20),
    "GET /v1/halts": (20, 40),
    "DELETE /v1/agents/{agent}/grants": (10, 20),
    "DELETE /v1/requests/{request_id}/grant": (50, 100),
    "POST /v1/requests/{request_id}/decisions": (20, 40),
    "POST /slack/interactions": (50, 100),
}


def test_what_stops_and_what_decides_has_a_throttle_of_its_own() -> None:
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    found = {
        f"{s['HttpMethod']} {s['ResourcePath'].replace('~1', '/').replace('//', '/')}": (
            s["ThrottlingRateLimit"],
            s["ThrottlingBurstLimit"],
        )
        for s in stage["MethodSettings"]
    }
    assert found == THROTTLES
    assert len(found) == len(stage["MethodSettings"])
    # None for a route that there is not, where API Gateway would say nothing.
    assert set(found) - {"* /*"} <= {f"{method} {path}" for method, path in routes()}


def test_environments_name_secrets_and_hold_none() -> None:
    for function in of_type("AWS::Lambda::Function").values():
        for key, value in function["Environment"]["Variables"].items():
            if "SECRET" in key or "TOKEN" in key:
                assert short(value) in ("${SlackBotToken}", "${SlackSigningSecret}")


def test_every_log_group_is_encrypted_and_ends() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    assert set(groups) >= {"FunctionLogs", "AccessLogs", "WorkflowLogs"}
    for group in groups.values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert group["KmsKeyId"] == {"Fn::If": ["HasLogKey", {"Ref": "LogKeyArn"}, {"Ref": "AWS::NoValue"}]}


def test_the_state_machine_logs_no_execution_data() -> None:
    (machine,) = of_type("AWS::StepFunctions::StateMachine").values()
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert machine["LoggingConfiguration"]["Level"] == "ERROR"
    assert not machine.get("TracingConfiguration", {}).get("Enabled")


@pytest.mark.parametrize("name", ["RequestsTable", "AuditTable"])
def test_tables_are_protected(name: str) -> None:
    table = resources()[name]
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] == by_environment("Protected")
    assert properties["SSESpecification"]["SSEType"] == "KMS"
    assert short(properties["SSESpecification"]["KMSMasterKeyId"]) == "${TableKey}"
    assert kept_in_production(table)


def test_what_is_overdue_is_found_by_an_index_of_keys_alone_every_five_minutes_and_a_backlog_rings() -> None:
    indexes = {i["IndexName"]: i for i in resources()["RequestsTable"]["Properties"]["GlobalSecondaryIndexes"]}
    assert [key["AttributeName"] for key in indexes["due"]["KeySchema"]] == ["open", "due_at"]
    assert indexes["due"]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    events = source()["Resources"]["ReconcileRequests"]["Properties"]["Events"]
    assert [event["Properties"]["Schedule"] for event in events.values()] == ["rate(5 minutes)"]
    alarm = of_type("AWS::CloudWatch::Alarm")["ReconcileBacklogAlarm"]
    assert (alarm["MetricName"], alarm["Dimensions"]) == ("calls", [{"Name": "outcome_class", "Value": "backlog"}])


def test_the_audit_table_has_a_stream_no_ttl_and_lets_nobody_change_it() -> None:
    table = resources()["AuditTable"]["Properties"]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "TimeToLiveSpecification" not in table
    denied, outside, _ = statements(table["ResourcePolicy"]["PolicyDocument"])
    assert (denied["Effect"], denied["Principal"], "Condition" in denied) == ("Deny", "*", False)
    changing = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"}
    assert set(denied["Action"]) >= {f"dynamodb:{action}" for action in changing | {"UpdateTimeToLive"}}
    assert (outside["Effect"], outside["Principal"], outside["Action"]) == ("Deny", "*", "dynamodb:PutItem")
    assert outside["Condition"] == {"StringNotEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_versioned_encrypted_kept_and_takes_tls_alone(name: str) -> None:
    bucket = resources()[name]
    properties = bucket["Properties"]
    assert list(properties["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert kept_in_production(bucket)
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (policy,) = [p for p in of_type("AWS::S3::BucketPolicy").values() if short(p["Bucket"]) == f"${{{name}}}"]
    (tls,) = [s for s in statements(policy["PolicyDocument"]) if s["Sid"] == "TlsOnly"]
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {short(r) for r in listed(tls["Resource"])} == {f"${{{name}}}", f"${{{name}}}/*"}


@pytest.mark.parametrize(("name", "key"), [("VaultBucket", "VaultKey"), ("ViewsBucket", "ViewsKey")])
def test_a_bucket_has_the_key_that_is_meant_for_it(name: str, key: str) -> None:
    (rule,) = resources()[name]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = rule["ServerSideEncryptionByDefault"]
    assert (default["SSEAlgorithm"], short(default["KMSMasterKeyID"])) == ("aws:kms", f"${{{key}}}")


def test_raw_actions_end_by_themselves_later_than_the_longest_approval() -> None:
    (rule,) = resources()["VaultBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] == VAULT_DAYS  # what the policy is held against where there is no template
    longest = max(a.approval.timeout_seconds + a.redemption_seconds for a in load_policy("0" * 12).actions.values())
    assert rule["ExpirationInDays"] * 86400 >= longest + 2 * 86400
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_the_worm_bucket_locks_its_objects() -> None:
    bucket = resources()["AuditBucket"]["Properties"]
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": {"Ref": "AuditRetentionDays"}}


def test_no_key_of_this_account_makes_the_worm_copy_unreadable() -> None:
    (rule,) = resources()["AuditBucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def test_the_stream_reaches_the_notary_and_what_it_cannot_take_goes_to_the_dead_letters() -> None:
    stream = of_type("AWS::Lambda::EventSourceMapping")["AuditStream"]
    assert stream["EventSourceArn"] == {"Fn::GetAtt": ["AuditTable", "StreamArn"]}
    assert "FilterCriteria" not in stream
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] == 20
    assert short(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "${DeadLetters}"
    assert short(stream["FunctionName"]) == "${NotarizeAuditAliaslive}"


def test_the_stream_reaches_those_who_announce_and_no_third() -> None:
    """DynamoDB throttles a shard that more than two read (its guide, "Change data capture for DynamoDB Streams")."""
    streams = of_type("AWS::Lambda::EventSourceMapping")
    assert set(streams) == {"AuditStream", "SettledStream"}
    settled = streams["SettledStream"]
    assert settled["EventSourceArn"] == {"Fn::GetAtt": ["AuditTable", "StreamArn"]}
    assert settled["StartingPosition"] == "LATEST"
    assert short(settled["DestinationConfig"]["OnFailure"]["Destination"]) == "${DeadLetters}"
    assert short(settled["FunctionName"]) == "${AnnounceSettledAliaslive}"
    (filtered,) = settled["FilterCriteria"]["Filters"]
    keys = {"pk": {"S": [{"prefix": "REQ#req-"}]}}
    assert json.loads(filtered["Pattern"]) == {"eventName": ["INSERT"], "dynamodb": {"Keys": keys}}


def test_a_run_of_the_notary_ends_before_its_lease_does() -> None:
    assert timedelta(seconds=of_type("AWS::Lambda::Function")["NotarizeAudit"]["Timeout"]) < LEASE


def test_dead_letters_are_kept_two_weeks_and_failed_executions_leave_their_id() -> None:
    (queue,) = of_type("AWS::SQS::Queue").values()
    assert queue["MessageRetentionPeriod"] == 14 * 86400
    assert queue["SqsManagedSseEnabled"] is True
    rule = of_type("AWS::Events::Rule")["FailedExecutions"]
    assert rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    (target,) = rule["Targets"]
    assert target["InputPath"] == "$.detail.name"
    assert short(target["Arn"]) == "${DeadLetters}"


def test_outputs_are_what_clients_read() -> None:
    expected = "ApiUrl StateMachineArn RequestsTable AuditTable VaultBucket ViewsBucket AuditBucket"
    expected += " SlackSigningSecretArn SlackBotTokenArn AgentPolicyArn ApproverPolicyArn AuditorPolicyArn"
    expected += " IssueCredentialsRoleArn ExecuteActionRoleArn TargetBoundaryArn"
    assert set(source()["Outputs"]) >= set(expected.split())
