"""The audit account's own template: who may put into the log, sign, read, and that nobody deletes."""

from functools import cache
from typing import Any

from samcli.yamlhelper import yaml_parse

from sallyport.domain.exports import SETS
from tests.support.template import ROOT, listed, of_type, source, statements

GATE = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${GateAccountId}:root"}}
NOTARY = {"Fn::Sub": "arn:${AWS::Partition}:iam::${GateAccountId}:role/${GateStackName}-NotarizeAuditRole-*"}
EXPORTER = {"Fn::Sub": "arn:${AWS::Partition}:iam::${GateAccountId}:role/${GateStackName}-ExportAuditRole-*"}
LOG = ("tile/*", "index/*", "checkpoint", "checkpoints/*", "tampering/*", "key.pem", "keys/*")


@cache
def template() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse((ROOT / "audit" / "template.yaml").read_text())
    return parsed


def by_sid(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in statements(document)}


def bucket_policy() -> dict[str, dict[str, Any]]:
    return by_sid(template()["Resources"]["AuditBucketPolicy"]["Properties"]["PolicyDocument"])


def test_bucket_is_locked_for_the_retention_of_the_parameter_and_under_no_key_of_an_account() -> None:
    bucket = template()["Resources"]["AuditBucket"]["Properties"]
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": {"Ref": "RetentionDays"}}
    assert template()["Parameters"]["RetentionDays"]["Default"] == 2192
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4


def test_notary_alone_puts_into_the_log() -> None:
    puts, deny = bucket_policy()["NotaryPutsAndReads"], bucket_policy()["NobodyElsePutsIntoTheLog"]
    assert (puts["Principal"], puts["Condition"]) == (GATE, {"ArnLike": {"aws:PrincipalArn": NOTARY}})
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:PutObject*")
    assert deny["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": NOTARY}}
    paths = [{"Fn::Sub": f"${{AuditBucket.Arn}}/{name}"} for name in LOG]
    assert puts["Resource"] == deny["Resource"] == paths


def test_exporting_function_alone_puts_exports() -> None:
    puts, deny = bucket_policy()["ExporterPuts"], bucket_policy()["NobodyElsePutsExports"]
    assert (puts["Principal"], puts["Condition"]) == (GATE, {"ArnLike": {"aws:PrincipalArn": EXPORTER}})
    # What DynamoDB's guide asks of whoever has a table exported into another account's bucket.
    assert puts["Action"] == ["s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"]
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:PutObject*")
    assert deny["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": EXPORTER}}
    assert puts["Resource"] == deny["Resource"] == {"Fn::Sub": "${AuditBucket.Arn}/" + f"{SETS}*"}


def test_nobody_deletes_and_auditors_only_read_every_version_too() -> None:
    deny, read = bucket_policy()["NobodyDeletes"], bucket_policy()["AuditorsRead"]
    assert (deny["Effect"], deny["Principal"], deny["Action"]) == ("Deny", "*", "s3:DeleteObject*")
    assert "Condition" not in deny
    assert {"s3:GetObjectVersion", "s3:ListBucketVersions"} <= set(read["Action"])
    assert all(action.startswith(("s3:Get", "s3:List")) for action in read["Action"])


def test_notary_alone_signs_and_the_account_administers_the_key_without_using_it() -> None:
    key = template()["Resources"]["NotaryKey"]["Properties"]
    said = by_sid(key["KeyPolicy"])
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    assert {sid for sid, s in said.items() if "kms:Sign" in listed(s["Action"])} == {"NotarySigns"}
    assert (said["NotarySigns"]["Principal"], said["NotarySigns"]["Condition"]) == (
        GATE,
        {"ArnLike": {"aws:PrincipalArn": NOTARY}},
    )
    assert said["Auditors"]["Action"] == "kms:GetPublicKey"


def test_role_that_it_names_is_the_gates() -> None:
    """CloudFormation calls a role by its stack, its logical id and something made up, unless it is given a name."""
    for role in ("NotarizeAuditRole", "ExportAuditRole"):
        assert "RoleName" not in of_type("AWS::IAM::Role")[role]


def test_outputs_are_what_the_gate_asks_for() -> None:
    outputs = {name: o for name, o in template()["Outputs"].items() if "Condition" not in o}
    given = {name: o["Description"] for name, o in outputs.items()}
    wanted = {"AuditBucket": "AuditAccountBucket", "AccountId": "AuditAccountId", "NotaryKeyArn": "AuditAccountKeyArn"}
    assert given == {name: f"Parameter {parameter} of the gate" for name, parameter in wanted.items()}
    assert set(wanted.values()) <= set(source()["Parameters"])
