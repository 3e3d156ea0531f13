"""docs/security-findings.md: what is argued there is so in the templates, without checkov at hand."""

import re
from typing import Any

import pytest

from bench.checkov.__main__ import PAGE, argued
from tests.support.template import ROOT, of_type, resources, statements

PINNED = (ROOT / "bench/checkov/requirements.in").read_text()


def where(check: str, template: str = "gate") -> set[str]:
    return {name for of, found, name in argued() if (of, found) == (template, check)}


def keys(*, open_to_all: bool) -> set[str]:
    def has_star(key: dict[str, Any]) -> bool:
        return any(s["Principal"] in ("*", {"AWS": "*"}) and s["Effect"] == "Allow" for s in flat(key))

    return {name for name, key in of_type("AWS::KMS::Key").items() if has_star(key) is open_to_all}


def flat(key: dict[str, Any]) -> list[dict[str, Any]]:
    found = statements(key["KeyPolicy"])
    return [s for s in found if "Effect" in s]


def test_every_row_has_its_reason_and_is_about_what_there_is() -> None:
    rows = [row for row in PAGE.read_text().splitlines() if row.startswith(("| gate", "| targets"))]
    assert len(rows) == 13
    assert all(len(row.strip("|").split("|")) == 4 for row in rows)
    assert {name for template, _, name in argued() if template == "gate"} <= set(resources())


def test_the_version_that_the_page_names_is_the_one_that_is_pinned() -> None:
    (version,) = re.findall(r"checkov==([\d.]+)", PINNED)
    assert f"checkov {version}" in PAGE.read_text()
    assert f"checkov=={version} " in (ROOT / "bench/checkov/requirements.txt").read_text()


def test_keys_without_rotation_are_hmac_keys() -> None:
    """Keys that sign cannot rotate, which the check knows."""
    keys_of = {n: k for n, k in of_type("AWS::KMS::Key").items() if k.get("KeyUsage") != "SIGN_VERIFY"}
    unrotated = {n for n, key in keys_of.items() if not key.get("EnableKeyRotation")}
    assert where("CKV_AWS_7") == unrotated
    assert all(of_type("AWS::KMS::Key")[name]["KeySpec"] == "HMAC_256" for name in unrotated)


def test_keys_that_name_everybody_are_those_that_are_argued() -> None:
    assert where("CKV_AWS_33") == keys(open_to_all=True)


def test_buckets_without_access_logs() -> None:
    assert where("CKV_AWS_18") == {n for n, b in of_type("AWS::S3::Bucket").items() if "LoggingConfiguration" not in b}


def test_queues_without_a_key_of_ours_have_sqs_s() -> None:
    queues = of_type("AWS::SQS::Queue")
    assert where("CKV_AWS_27") == {name for name, queue in queues.items() if "KmsMasterKeyId" not in queue}
    assert all(queues[name]["SqsManagedSseEnabled"] is True for name in where("CKV_AWS_27"))


@pytest.mark.parametrize(("check", "member"), [("CKV_AWS_117", "VpcConfig"), ("CKV_AWS_173", "KmsKeyArn")])
def test_functions_without(check: str, member: str) -> None:
    assert where(check) == {n for n, f in of_type("AWS::Lambda::Function").items() if member not in f}


def test_functions_without_a_reservation_are_none_that_stop_decide_or_wait() -> None:
    assert {"SetHalt", "RevokeAgent", "SlackInteraction", "GetRequest"}.isdisjoint(where("CKV_AWS_115"))


def test_the_stage_neither_caches_nor_traces() -> None:
    assert where("CKV_AWS_120") == where("CKV_AWS_73") == set(of_type("AWS::ApiGateway::Stage"))
    (stage,) = of_type("AWS::ApiGateway::Stage").values()
    assert not stage.get("CacheClusterEnabled")
    assert not stage.get("TracingEnabled")


def test_policies_that_allow_everything_are_boundaries() -> None:
    for check in ("CKV_AWS_109", "CKV_AWS_111"):
        assert where(check) == {"TargetBoundary"}
        assert where(check, "targets") == {"Boundary"}
    policy = statements(resources()["TargetBoundary"]["Properties"]["PolicyDocument"])
    assert [s["Effect"] for s in policy].count("Deny") >= 2
