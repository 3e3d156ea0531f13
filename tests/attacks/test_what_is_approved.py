"""Threats 3, 4, 6, 18, 19, 25: what runs is not what was shown, or what was shown is not what it is."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from sallyport.runtime import wiring
from tests.support.attacks import still_works
from tests.support.blocks import fields, texts
from tests.support.chain import broken_at
from tests.support.house import House
from tests.support.story import EXPORT, agent_arn


def test_03_labels_of_the_caller_do_not_deceive(house: House) -> None:
    request_id = house.asked(context={"agent": "trusted-bot", "owner": "nobody", "risk": "low", "Risk": "none"})
    blocks = house.card(request_id)["blocks"]
    assert texts(blocks)[1] == "High risk. export-bot, an agent of Olive Owner (sample), asks."
    assert fields(blocks) == EXPORT


@pytest.mark.parametrize("when", ["before the grant", "after the grant"])
@pytest.mark.parametrize("member", ["parameters", "session_policy", "target_role_arn", "duration_seconds"])
def test_04_the_raw_action_is_changed_after_approval(house: House, member: str, when: str) -> None:
    other: dict[str, Any] = {
        "parameters": {**EXPORT, "prefix": "everything/"},
        "session_policy": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
        "target_role_arn": "arn:aws:iam::000000000000:role/admin",
        "duration_seconds": 3600,
    }
    request_id = house.granted() if when == "after the grant" else house.asked()
    key = f"actions/{request_id}.json"
    s3 = boto3.client("s3")
    raw = json.loads(s3.get_object(Bucket="vault", Key=key)["Body"].read())
    s3.put_object(Bucket="vault", Key=key, Body=json.dumps({**raw, member: other[member]}))
    if when == "before the grant":
        assert house.click("petra.approver", request_id) == "ok"
        house.ended(request_id)
        assert house.request(request_id).code == "digest_mismatch"
        assert "grant.issued" not in house.types(request_id)
        return
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "digest_mismatch")
    assert house.events(request_id)[-1]["details"] == {"code": "digest_mismatch"}
    assert "credentials.issued" not in house.types(request_id)


def test_04_the_policy_is_changed_after_approval(house: House) -> None:
    request_id = house.granted()
    policy = wiring.wiring().policy
    wider = replace(policy.actions["s3.export"], session_policy=policy.actions["s3.export"].session_policy[:2])
    with house.policy(actions={**policy.actions, "s3.export": wider}):
        status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "policy_changed")
    assert house.events(request_id)[-1]["details"] == {"code": "policy_changed"}
    assert house.redeem(request_id)[0] == 200  # the policy of the approval is back, and so is its grant


def test_04_the_approver_is_dismissed_after_approval(house: House) -> None:
    request_id = house.granted()
    directory = wiring.wiring().policy.directory
    people = {k: p for k, p in directory.people.items() if k != "petra.approver"}
    with house.policy(directory=type(directory)(people, directory.agents)):
        assert house.redeem(request_id)[1]["code"] == "policy_changed"
    assert "credentials.issued" not in house.types(request_id)


def test_04_the_view_is_changed_after_it_was_presented(house: House) -> None:
    request_id = house.asked()
    digest = house.request(request_id).presented_digest
    key = f"views/{digest}.json"
    s3 = boto3.client("s3")
    kept = s3.get_object(Bucket="views", Key=key)["Body"].read()
    s3.put_object(Bucket="views", Key=key, Body=kept.replace(b"Quarterly", b"Different"))
    assert house.call("get_request", agent_arn("export-bot"), request_id=request_id)[0] == 503
    s3.put_object(Bucket="views", Key=key, Body=kept)
    assert still_works(house, request_id)


@pytest.mark.parametrize(
    "bucket", ["sаllyport-sample-data", "sallyport\u200b-sample-data", "sallyport-sample-data\u202e", "SALLYPORT-DATA"]
)
def test_06_a_look_alike_bucket(house: House, bucket: str) -> None:
    body = {"action": "s3.export", "parameters": {**EXPORT, "bucket": bucket}, "reason": "x"}
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"], problem["paths"]) == (400, "invalid_parameters", ["$.parameters.bucket"])


def test_18_an_approval_is_good_for_one_request_alone(house: House) -> None:
    first = house.granted()
    second = house.asked()
    assert house.redeem(second)[1]["code"] == "not_approved"
    assert house.redeem(first)[0] == 200


HOSTILE = [
    "*",
    "patients/*",
    "?/",
    "${aws:username}/",
    "../",
    "a/../../",
    "%2e%2e%2f",
    "/",
    "",
    "a//",
    "a/\n",
    "a/\x00/",
]
HOSTILE += ["arn:aws:s3:::other/", "a/,b/", 'a"/', "日本/", "x" * 500 + "/"]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["prefix", "destination_prefix"])
def test_25_a_parameter_widens_the_credential(house: House, name: str, value: str) -> None:
    before = house.refused("invalid_parameters")
    body = {"action": "s3.export", "parameters": {**EXPORT, name: value}, "reason": "x"}
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"], problem["paths"]) == (400, "invalid_parameters", [f"$.parameters.{name}"])
    assert house.refused("invalid_parameters") == before + 1


@pytest.mark.parametrize("what", ["tail", "middle", "head", "one rewritten"])
def test_19_the_audit_chain_is_tampered_with(house: House, what: str) -> None:
    request_id = house.asked()
    assert still_works(house, request_id)
    house.ended(request_id)
    links = house.links(request_id)
    length = house.request(request_id).head.length
    assert broken_at(links, length) is None
    if what == "one rewritten":
        links[4] = replace(links[4], body=links[4].body.replace("petra.approver", "olive.owner"))
    else:
        del links[{"tail": -1, "middle": 4, "head": 0}[what]]
    assert broken_at(links, length) is not None
