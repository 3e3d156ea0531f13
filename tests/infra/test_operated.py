"""What somebody who runs this hears and sees: alarms on what code and AWS emit, each with its row in the runbook."""

import json
import logging
import re
from typing import Any

import pytest

from sallyport.runtime.log import log_call
from sallyport.runtime.outcomes import OutcomeClass, class_of
from tests.support.template import ROOT, of_type, short, source, transformed

ALARMS = of_type("AWS::CloudWatch::Alarm")
STACK = "${AWS::StackName}"
# What AWS emits by itself, and by what dimensions (CloudWatch metrics of API Gateway, Lambda, EventBridge, SQS).
OF_AWS = {
    ("AWS/ApiGateway", "5XXError"): ("ApiName", "Stage"),
    ("AWS/Lambda", "Throttles"): ("FunctionName",),
    ("AWS/Events", "TriggeredRules"): ("RuleName",),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): ("QueueName",),
}
WANTED = {
    "ApiErrorsAlarm",
    "ApiThrottledAlarm",
    "BypassAlarm",
    "CheckpointMissingAlarm",
    "ClicksThrottledAlarm",
    "DeadLettersAlarm",
    "FailedCallsAlarm",
    "ForgedClicksAlarm",
    "ReconcileBacklogAlarm",
    "ReviewOverdueAlarm",
    "RevocationFailedAlarm",
    "TamperingAlarm",
}


def listened_to(alarm: dict[str, Any]) -> list[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric of an alarm."""
    metrics = [m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m] or [alarm]
    return [
        (short(m["Namespace"]), m["MetricName"], {d["Name"]: short(d["Value"]) for d in m.get("Dimensions", [])})
        for m in metrics
    ]


def emitted(outcome_class: OutcomeClass, caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, str]]]:
    """Name and dimensions of each metric in the log line of a call with an outcome of this class."""
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="sallyport"):
        log_call(0.0, "of this class", outcome_class)
    (record,) = caplog.records
    directives = vars(record)["_aws"]["CloudWatchMetrics"]
    assert {directive["Namespace"] for directive in directives} == {"local"}  # STACK_NAME where there is a stack
    return [
        (metric["Name"], {name: vars(record)[name] for name in names})
        for directive in directives
        for metric in directive["Metrics"]
        for names in directive["Dimensions"]
    ]


def test_these_are_the_alarms() -> None:
    assert set(ALARMS) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_an_alarm_listens_to_what_is_emitted(name: str, caplog: pytest.LogCaptureFixture) -> None:
    filters = of_type("AWS::Logs::MetricFilter").values()
    filtered = {(t["MetricName"], short(t["MetricNamespace"])) for f in filters for t in f["MetricTransformations"]}
    ours = [metric for kind in OutcomeClass for metric in emitted(kind, caplog)]
    for namespace, metric, dimensions in listened_to(ALARMS[name]):
        if namespace == STACK:
            assert (metric, dimensions) in ours or ((metric, namespace) in filtered and not dimensions)
        else:
            assert OF_AWS[namespace, metric] == tuple(dimensions)


def test_the_functions_know_the_namespace() -> None:
    for function in of_type("AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"]["STACK_NAME"] == {"Ref": "AWS::StackName"}


def test_every_class_that_is_no_everyday_matter_has_its_alarm() -> None:
    heard = {d.get("outcome_class") for alarm in ALARMS.values() for _, _, d in listened_to(alarm)} - {None}
    assert heard == set(OutcomeClass) - {OutcomeClass.DONE, OutcomeClass.REFUSED}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_an_alarm_reaches_the_topic_says_what_it_means_and_has_a_row_in_the_runbook(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmActions"] == [{"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "AWS::NoValue"}]}]
    silence = name == "CheckpointMissingAlarm"
    assert alarm["TreatMissingData"] == ("breaching" if silence else "notBreaching")
    assert alarm["ComparisonOperator"] == ("LessThanThreshold" if silence else "GreaterThanOrEqualToThreshold")
    assert len(alarm["AlarmDescription"]) > 20
    rows = [r for r in (ROOT / "docs/runbook.md").read_text().splitlines() if r.startswith("|") and f"`{name}`" in r]
    assert rows
    assert all(all(cell.strip() for cell in row.strip("|").split("|")) for row in rows)


def test_the_runbook_names_no_alarm_that_there_is_not() -> None:
    assert set(re.findall(r"`(\w+Alarm)`", (ROOT / "docs/runbook.md").read_text())) == WANTED


def test_production_without_somebody_who_hears_alarms_is_refused() -> None:
    """SAM's transform must hand the rule on, or CloudFormation never sees it."""
    template = json.loads(json.dumps({**source(), "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}, "Outputs": {}}))
    rule = transformed(template)["Rules"]["AlarmsAreHeardInProduction"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Environment"}, "prod"]}
    (assertion,) = rule["Assertions"]
    assert assertion["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopicArn"}, ""]}]}


def test_checkpoint_that_is_not_signed_in_time_rings_by_its_absence() -> None:
    """Three are due in the time that it looks at, so one that is late or lost is none."""
    alarm, function = ALARMS["CheckpointMissingAlarm"], source()["Resources"]["NotarizeAudit"]["Properties"]
    schedule = function["Events"]["Checkpoint"]["Properties"]["Schedule"]
    minutes = int(re.fullmatch(r"rate\((\d+) minutes\)", schedule)[1])  # type: ignore[index]  # it is one
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 3 * 60 * minutes
    assert (alarm["Threshold"], alarm["Statistic"]) == (1, "Sum")


def test_executions_that_fail_are_heard_of_by_the_queue_that_they_come_to() -> None:
    rule = of_type("AWS::Events::Rule")["FailedExecutions"]
    assert rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    (target,) = rule["Targets"]
    assert short(target["Arn"]) == "${DeadLetters}"
    ((_, name, dimensions),) = listened_to(ALARMS["DeadLettersAlarm"])
    assert (name, dimensions) == ("ApproximateNumberOfMessagesVisible", {"QueueName": "${DeadLetters.QueueName}"})


def test_audit_bucket_without_its_account_is_refused() -> None:
    """DynamoDB exports into another account's bucket only for who names the account."""
    rule = source()["Rules"]["BucketAndAccountGoTogether"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AuditAccountBucket"}, ""]}]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AuditAccountId"}, ""]}]}


def test_rules_may_leave_their_message_in_the_queue() -> None:
    (policy,) = of_type("AWS::SQS::QueuePolicy").values()
    (sending,) = policy["PolicyDocument"]["Statement"]
    rules = {short(arn) for arn in sending["Condition"]["ArnEquals"]["aws:SourceArn"]}
    assert rules == {"${FailedExecutions}", "${Bypass}"}


def test_there_is_one_dashboard_with_every_alarm_and_our_metrics() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    written = dashboard["DashboardBody"]["Fn::Sub"]
    assert set(re.findall(r"\$\{(\w+Alarm)\.Arn\}", written)) == WANTED
    assert len(json.loads(written)["widgets"]) == 5
    assert '{\\"${AWS::StackName}\\",outcome_class} MetricName=\\"calls\\"' in written
    assert '{\\"${AWS::StackName}\\",function,outcome_class} MetricName=\\"duration\\"' in written


def test_waiting_reads_are_small() -> None:
    assert of_type("AWS::Lambda::Function")["GetRequest"]["MemorySize"] == 256


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("bad_signature", OutcomeClass.FORGED),
        ("evidence_mismatch", OutcomeClass.TAMPERED),
        ("request_unreadable", OutcomeClass.TAMPERED),
        ("chain_unreadable", OutcomeClass.TAMPERED),
        ("switches_unproved", OutcomeClass.TAMPERED),
        ("audit_tampered", OutcomeClass.TAMPERED),
        ("log_inconsistent", OutcomeClass.TAMPERED),
        ("revocation_failed", OutcomeClass.REVOCATION_FAILED),
        ("revocations_full", OutcomeClass.REVOCATION_FAILED),
        ("reconcile_backlog", OutcomeClass.BACKLOG),
        ("not_reconciled", OutcomeClass.BACKLOG),
        ("not_notarized", OutcomeClass.BACKLOG),
        ("not_exported", OutcomeClass.BACKLOG),
        ("not_announced", OutcomeClass.BACKLOG),
        ("review_overdue", OutcomeClass.REVIEW_OVERDUE),
        ("reviews_not_checked", OutcomeClass.REVIEW_OVERDUE),
        ("checkpoint_signed", OutcomeClass.CHECKPOINT),
    ],
)
def test_an_outcome_that_an_alarm_listens_for_has_its_class_whoever_logs_it(outcome: str, kind: OutcomeClass) -> None:
    assert {class_of(outcome, otherwise) for otherwise in OutcomeClass} == {kind}
    written = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "layers/core/python/sallyport").rglob("*.py")]
    said = [p for p in written if p.name != "outcomes.py" and f'"{outcome}"' in p.read_text()]
    assert said  # a class of what nothing says would never be heard


@pytest.mark.parametrize("kind", OutcomeClass)
def test_a_calls_metrics_are_in_its_one_line_and_know_no_request(
    kind: OutcomeClass, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="sallyport"):
        log_call(0.0, "of this class", kind, request_id="req-0123456789abcdef01234567")
    (record,) = caplog.records
    line = vars(record)
    said = [(d["Dimensions"], [m["Name"] for m in d["Metrics"]]) for d in line["_aws"]["CloudWatchMetrics"]]
    assert said == [([["outcome_class"]], ["calls"]), ([["function", "outcome_class"]], ["calls", "duration"])]
    assert (line["calls"], line["outcome_class"]) == ([1.0], kind.value)
    assert "request" not in json.dumps(line["_aws"])
