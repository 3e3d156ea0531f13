"""Who uses which key. Its policy says it by itself: no permission of IAM's, and no AWS-managed policy, adds to it."""

from typing import Any

import pytest

from tests.infra.test_permissions import AUDIT, POST, REQUESTS, VERIFY, VIEWS, by_sid, having, named
from tests.support.template import (
    function_roles,
    kept_in_production,
    listed,
    of_type,
    permissions,
    resources,
    short,
    source,
    statements,
)

KEYS = sorted(of_type("AWS::KMS::Key"))
READS = {"kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant", "kms:GenerateMac"}
READS |= {"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:Encrypt", "kms:Sign", "kms:VerifyMac"}


def allowed(key: str) -> list[dict[str, Any]]:
    """The key's statements, conditional ones included."""
    found = [s["Fn::If"][1] if "Fn::If" in s else s for s in statements(of_type("AWS::KMS::Key")[key]["KeyPolicy"])]
    return [statement for statement in found if statement["Effect"] == "Allow"]


def sids(key: str) -> dict[str, dict[str, Any]]:
    return by_sid({"Statement": allowed(key)})


def users(key: str, sid: str) -> set[str]:
    return named(sids(key)[sid]["Condition"]["ArnEquals"]["aws:PrincipalArn"])


def through(key: str, sid: str) -> str:
    service = short(sids(key)[sid]["Condition"]["StringEquals"]["kms:ViaService"])
    return service.split(".")[0]


def touching(*resources_of: str) -> set[str]:
    return {r for r in function_roles().values() if any(res.startswith(resources_of) for _, res in permissions(r))}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_kept_and_rotated(name: str) -> None:
    key = resources()[name]
    assert kept_in_production(key)
    assert key["Properties"].get("EnableKeyRotation") is True or "KeySpec" in key["Properties"]


@pytest.mark.parametrize("name", KEYS)
def test_the_account_administers_a_key_without_using_it(name: str) -> None:
    ((sid, statement),) = [(s["Sid"], s) for s in allowed(name) if ":root" in str(s["Principal"])]
    assert sid == "AdministrationWithoutUse"
    actions = set(listed(statement["Action"]))
    assert "kms:PutKeyPolicy" in actions, "a key that nobody administers cannot be deleted either"
    assert not actions & READS


@pytest.mark.parametrize("name", KEYS)
def test_no_action_of_a_key_policy_is_a_pattern(name: str) -> None:
    spelled = {a for s in allowed(name) for a in listed(s["Action"])}
    assert not {action for action in spelled if "*" in action}


@pytest.mark.parametrize("name", KEYS)
def test_whoever_is_not_named_needs_this_account_a_service_and_a_name(name: str) -> None:
    """One exception: while CloudFormation deploys."""
    for statement in allowed(name):
        if statement["Principal"] not in ("*", {"AWS": "*"}):
            continue
        equals = statement["Condition"]["StringEquals"]
        assert equals["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
        assert equals["kms:ViaService"]
        by_name = "aws:PrincipalArn" in statement["Condition"].get("ArnEquals", {})
        deploying = equals.get("aws:CalledViaFirst") == "cloudformation.amazonaws.com"
        assert by_name or deploying, statement["Sid"]
        if "kms:CreateGrant" in listed(statement["Action"]):
            assert deploying
            assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_tables_are_read_through_their_key_by_the_roles_that_use_them() -> None:
    assert users("TableKey", "Functions") == touching(REQUESTS, AUDIT)
    assert through("TableKey", "Functions") == through("TableKey", "Auditors") == "dynamodb"
    assert users("TableKey", "Auditors") == {"AuditorRoleArn"}
    assert not {"kms:Encrypt", "kms:GenerateDataKey"} & set(listed(sids("TableKey")["Auditors"]["Action"]))


def test_secrets_are_read_through_their_key_by_the_roles_that_read_them() -> None:
    ((action, token),), ((_, signing),) = POST, VERIFY
    assert users("SecretKey", "Functions") == having(action, token) | having(action, signing)
    assert through("SecretKey", "Functions") == through("SecretKey", "Operators") == "secretsmanager"
    assert users("SecretKey", "Operators") == {"OperatorRoleArn"}
    for name, secret in of_type("AWS::SecretsManager::Secret").items():
        assert short(secret["KmsKeyId"]) == "${SecretKey}", name


def test_views_are_opened_through_their_key_by_readers_and_auditors_and_sealed_by_masking() -> None:
    assert users("ViewsKey", "Seal") == having("s3:PutObject", VIEWS) == {"MaskPayloadRole"}
    opening = users("ViewsKey", "Open")
    assert having("s3:GetObject", VIEWS) < opening
    (auditors,) = opening - having("s3:GetObject", VIEWS)
    assert "HasAuditor" in auditors
    assert through("ViewsKey", "Open") == through("ViewsKey", "Seal") == "s3"
    assert [listed(sids("ViewsKey")[sid]["Action"]) for sid in ("Seal", "Open")] == [
        ["kms:GenerateDataKey"],
        ["kms:Decrypt"],
    ]


def test_sameness_is_signed_by_submission_alone() -> None:
    statement = sids("SamenessKey")["Sign"]
    assert named(statement["Principal"]["AWS"]) == {"SubmitRequestRole"}
    assert statement["Action"] == "kms:GenerateMac"
    assert set(sids("SamenessKey")) == {"AdministrationWithoutUse", "Sign"}


def test_checkpoints_are_signed_by_the_notary_alone() -> None:
    key = of_type("AWS::KMS::Key")["NotaryKey"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY")
    assert set(sids("NotaryKey")) == {"AdministrationWithoutUse", "Sign", "Auditors"}
    assert named(sids("NotaryKey")["Sign"]["Principal"]["AWS"]) == {"NotarizeAuditRole"}
    assert set(sids("NotaryKey")["Sign"]["Action"]) == {"kms:Sign", "kms:GetPublicKey"}
    assert sids("NotaryKey")["Auditors"]["Action"] == "kms:GetPublicKey"


def test_auditors_and_operators_are_nobody_unless_they_are_named() -> None:
    parameters, conditions = source()["Parameters"], source()["Conditions"]
    for parameter, condition in (("AuditorRoleArn", "HasAuditor"), ("OperatorRoleArn", "HasOperator")):
        assert parameters[parameter]["Default"] == ""
        assert conditions[condition] == {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}
    for key in KEYS:
        for statement in statements(of_type("AWS::KMS::Key")[key]["KeyPolicy"]):
            if "Fn::If" in statement:
                assert statement["Fn::If"][0] in ("HasAuditor", "HasOperator")
                assert statement["Fn::If"][2] == {"Ref": "AWS::NoValue"}
