"""Checkpoints in the auditor's own bucket: what S3 copies, by which role, and only where a bucket is given."""

from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse

from tests.support.template import ROOT, listed, short, source, statements

BUCKETS = {
    "template.yaml": "arn:${AWS::Partition}:s3:::${AWS::StackName}-worm-${AWS::AccountId}-${AWS::Region}",
    "audit/template.yaml": "arn:${AWS::Partition}:s3:::${GateStackName}-audit-${AWS::AccountId}-${AWS::Region}",
}
# AWS, "Setting up permissions for live replication" and "Using Object Lock with S3 Replication".
READS = {f"s3:GetObject{what}" for what in ("VersionForReplication", "VersionAcl", "VersionTagging")}
READS |= {"s3:GetObjectRetention", "s3:GetObjectLegalHold"}


@pytest.fixture(params=sorted(BUCKETS))
def template(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    parsed: dict[str, Any] = yaml_parse((ROOT / request.param).read_text())
    return BUCKETS[request.param], parsed


def test_checkpoints_alone_are_copied_and_only_where_a_bucket_is_given(template: tuple[str, dict[str, Any]]) -> None:
    bucket = template[1]["Resources"]["AuditBucket"]["Properties"]
    condition, copies, otherwise = bucket["ReplicationConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("CopiesCheckpoints", {"Ref": "AWS::NoValue"})
    (rule,) = copies["Rules"]
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {"Prefix": "checkpoints/"})
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert rule["Destination"] == {"Bucket": {"Ref": "CheckpointCopiesArn"}}
    assert template[1]["Parameters"]["CheckpointCopiesArn"]["Default"] == ""
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_role_that_copies_reads_checkpoints_and_puts_nothing_here(template: tuple[str, dict[str, Any]]) -> None:
    here, parsed = template
    role = parsed["Resources"]["CheckpointCopier"]
    assert role["Condition"] == "CopiesCheckpoints"
    (trust,) = statements(role["Properties"]["AssumeRolePolicyDocument"])
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (policy,) = role["Properties"]["Policies"]
    given = {
        (action, resource["Fn::Sub"])
        for statement in statements(policy["PolicyDocument"])
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    bucket = {("s3:GetReplicationConfiguration", here), ("s3:ListBucket", here)}
    puts = {(f"s3:Replicate{what}", "${CheckpointCopiesArn}/checkpoints/*") for what in ("Object", "Tags")}
    assert given == bucket | puts | {(action, f"{here}/checkpoints/*") for action in READS}


def test_name_of_the_bucket_is_the_one_that_the_role_names(template: tuple[str, dict[str, Any]]) -> None:
    here, parsed = template
    assert here.endswith(f":::{parsed['Resources']['AuditBucket']['Properties']['BucketName']['Fn::Sub']}")


def test_gate_copies_nothing_from_a_bucket_that_is_not_its_own() -> None:
    condition = source()["Conditions"]["CopiesCheckpoints"]["Fn::And"]
    assert condition[0] == {"Condition": "KeepsWormHere"}
    said = source()["Rules"]["BucketAndAccountGoTogether"]["Assertions"][1]
    assert said["Assert"] == {"Fn::Equals": [{"Ref": "CheckpointCopiesArn"}, ""]}
    assert short(source()["Outputs"]["CheckpointCopierArn"]["Value"]) == "${CheckpointCopier}"
