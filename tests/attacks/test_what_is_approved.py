"""Threats 3, 4, 6, 7, 18, 19, 25, 32: what runs is not what was shown, or what was shown is not what it is."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest

from sallyport.runtime import wiring
from tests.support.attacks import still_works
from tests.support.chain import broken_at
from tests.support.house import House
from tests.support.story import EXPORT, agent_arn


def card_text(house: House, request_id: str) -> str:
    return json.dumps(house.card(request_id)["blocks"], ensure_ascii=False)


def test_03_labels_of_the_caller_do_not_deceive(house: House) -> None:
    request_id = house.asked(context={"agent": "trusted-bot", "owner": "nobody", "risk": "low", "Risk": "none"})
    fields = next(b["fields"] for b in house.card(request_id)["blocks"] if "fields" in b)
    shown = dict(field["text"].split("\n") for field in fields)
    assert (shown["Agent"], shown["Owner (may not approve)"], shown["Risk"]) == ("export-bot", "olive.owner", "high")


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


def test_06_invisible_and_bidirectional_text_is_spelled_out(house: House) -> None:
    request_id = house.asked(reason="on \u202e \u2066 \u200b \U000e0041 \u3164 end")
    shown = card_text(house, request_id)
    assert not {"\u202e", "\u2066", "\u200b", "\U000e0041", "\u3164"} & set(shown)
    assert all(f"\\\\u{{{code}}}" in shown for code in ("202e", "2066", "200b", "e0041", "3164"))


def test_07_the_tail_of_a_long_request_is_shown_or_refused(house: House) -> None:
    request_id = house.asked(context=["calm"] * 200 + ["the-tail-that-matters"])
    sent = json.dumps(house.slack.calls, default=str)
    assert "the-tail-that-matters" in sent
    assert house.click("petra.approver", request_id) == "ok"
    refused = house.submit(context=["calm and long, line by line" * 4] * 2000 + ["the-tail-that-never-shows"])
    house.ended(refused)
    assert (house.request(refused).status, house.request(refused).code) == ("failed", "card_too_large")
    assert refused not in json.dumps(house.slack.calls, default=str)


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


def test_32_two_requests_that_differ_only_under_the_mask(house: House) -> None:
    one, two = (house.asked(reason=f"For {name}", context={}) for name in ("John Smith", "Jane Miller"))
    views = [house.call("get_request", agent_arn("export-bot"), request_id=r)[1] for r in (one, two)]
    assert views[0]["masked"] == views[1]["masked"]
    assert views[0]["action_digest"] != views[1]["action_digest"]
    cards = [house.card(r)["blocks"][-1]["block_id"] for r in (one, two)]
    assert cards[0] != cards[1]
    lines = [card_text(house, r) for r in (one, two)]
    assert views[0]["action_digest"][:12] in lines[0]
    assert views[1]["action_digest"][:12] in lines[1]


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
