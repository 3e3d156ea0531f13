"""What a first deploy into a fresh account meets: each of these made it fail, or blocked the one after it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sallyport.adapters.policy_layer import PolicyInvalid
from sallyport.runtime import settings, wiring
from tests.support import targets
from tests.support.template import ROOT, of_type, resources, short, source

NAMED = {
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::SecretsManager::Secret": "Name",
}


def data() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = source()["Mappings"]["Data"]
    return found


def test_the_stage_with_its_access_log_waits_for_the_accounts_log_role() -> None:
    account, writer = resources()["ApiAccount"], resources()["ApiLogWriter"]
    assert account["Condition"] == writer["Condition"] == "MakesApiLogRole"
    assert short(account["Properties"]["CloudWatchRoleArn"]) == "${ApiLogWriter}"
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    assert stage["AccessLogSetting"]
    waited_for = stage["Variables"]["LogWriter"]["Fn::If"]
    assert waited_for == ["MakesApiLogRole", {"Ref": "ApiAccount"}, "existing"]


def test_the_accounts_log_role_stays_when_a_stack_of_it_goes() -> None:
    for name in ("ApiAccount", "ApiLogWriter"):
        assert resources()[name]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_there_is_one_stage() -> None:
    assert [stage["StageName"] for stage in of_type("AWS::ApiGateway::Stage").values()] == ["live"]
    assert not [d for d in of_type("AWS::ApiGateway::Deployment").values() if "StageName" in d]


def test_data_outlives_its_stack_in_production_but_not_a_create_that_failed() -> None:
    prod = data()["prod"]
    assert (prod["DeletionPolicy"], prod["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert prod["Protected"] is True
    assert set(data()) == set(source()["Parameters"]["Environment"]["AllowedValues"])
    for environment in ("dev", "local"):
        assert data()[environment] == {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete", "Protected": False}


def test_what_holds_data_follows_the_environment() -> None:
    kinds = ("DynamoDB::Table", "S3::Bucket", "KMS::Key", "SecretsManager::Secret", "Logs::LogGroup", "SQS::Queue")
    holders = [r for r in resources().values() if r["Type"].removeprefix("AWS::") in kinds]
    assert holders
    wanted = {"Fn::FindInMap": ["Data", {"Ref": "Environment"}, "DeletionPolicy"]}
    assert all(holder["DeletionPolicy"] == wanted for holder in holders)


def test_every_name_belongs_to_the_stack_so_that_two_stacks_stand_side_by_side() -> None:
    for logical_id, resource in resources().items():
        name = resource["Properties"].get(NAMED.get(resource["Type"], ""))
        assert name is None or "${AWS::StackName}" in name["Fn::Sub"], logical_id
    for role in targets.roles().values():
        assert "${GateStackName}" in role["RoleName"]["Fn::Sub"]


def test_nothing_is_of_one_partition_or_region() -> None:
    for path in ("template.yaml", "targets/template.yaml", "statemachine/approval.asl.json"):
        text = Path(ROOT / path).read_text(encoding="utf-8")
        code = "\n".join(line for line in text.splitlines() if "Description" not in line)
        assert not re.findall(r"arn:aws[a-z-]*:|us-east-1", code), path


def test_the_boundary_names_the_gates_two_tables_and_no_pattern_that_the_sample_table_fits() -> None:
    (boundary,) = of_type("AWS::IAM::ManagedPolicy")["TargetBoundary"]["PolicyDocument"]["Statement"][1:2]
    tables = {
        arn for arn in map(short, boundary["Resource"]) if "sTable}" in arn or "tTable}" in arn or ":table/" in arn
    }
    assert tables == {"${RequestsTable}", "${RequestsTable}/*", "${AuditTable}", "${AuditTable}/*"}


def test_a_web_acl_is_attached_where_one_is_given() -> None:
    association = resources()["WebAcl"]
    assert association["Condition"] == "HasWebAcl"
    assert source()["Parameters"]["WebAclArn"]["Default"] == ""
    assert "restapis/${Api}/stages/" in association["Properties"]["ResourceArn"]["Fn::Sub"]


@pytest.mark.parametrize(("environment", "refused"), [("prod", True), ("dev", False), ("local", False)])
def test_production_refuses_people_who_do_not_exist(
    monkeypatch: pytest.MonkeyPatch, environment: str, *, refused: bool
) -> None:
    given = {"ACCOUNT_ID": "000000000000", "ENVIRONMENT": environment}
    monkeypatch.setattr(wiring, "setting", given.__getitem__)
    settings.setting.cache_clear()
    if refused:
        with pytest.raises(PolicyInvalid, match="who do not exist"):
            _ = wiring.Wiring().policy
    else:
        assert wiring.Wiring().policy.directory.sample
