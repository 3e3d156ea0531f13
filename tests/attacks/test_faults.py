"""Threats 21, 28, 29: floods, crashes in between, services that are down. None of them ends in a grant."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sallyport.domain.ports import Limits, PortFailed
from sallyport.runtime import wiring
from tests.support.attacks import still_works
from tests.support.house import House, submission_body
from tests.support.story import agent_arn


def test_21_an_agent_floods_the_channel(house: House) -> None:
    held = len([i for i in house.items("requests") if i.get("pending")])
    posted = len(house.slack.sent("chat_postMessage"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(wiring.wiring().__dict__, "limits", Limits(per_hour=1000, pending=held + 3))
        answers = [
            house.call("submit_request", agent_arn("export-bot"), body=submission_body()) for _ in range(held + 10)
        ]
    statuses = [status for status, _ in answers]
    assert statuses.count(202) == 3
    assert set(statuses) == {202, 429}
    assert answers[-1][1]["code"] == "too_many_pending"
    assert house.refused("too_many_pending") == statuses.count(429)
    for status, view in answers:
        if status == 202:
            house.until(view["request_id"], lambda r: r.card is not None)
    assert len(house.slack.sent("chat_postMessage")) == posted + 3


def test_21_the_same_request_over_and_over_is_one_card(house: House) -> None:
    body = submission_body()
    answers = [house.call("submit_request", agent_arn("export-bot"), body=body) for _ in range(5)]
    assert [status for status, _ in answers] == [202, 200, 200, 200, 200]
    assert len({view["request_id"] for _, view in answers}) == 1


def _fail(*_: Any, **__: Any) -> Any:
    raise PortFailed("store_unavailable")


def test_28_the_store_fails_when_a_decision_is_to_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = house.asked()
    monkeypatch.setattr(wiring.wiring().store, "save", _fail)
    status, problem = house.decide("petra.approver", request_id)
    assert (status, problem["code"]) == (503, "unavailable")
    monkeypatch.undo()
    assert house.request(request_id).status == "pending"
    assert still_works(house, request_id)


def test_28_the_store_fails_when_a_redemption_is_to_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = house.granted()
    monkeypatch.setattr(wiring.wiring().store, "save", _fail)
    assert house.redeem(request_id)[0] == 503
    monkeypatch.undo()
    assert "grant.redeemed" not in house.types(request_id)
    assert house.redeem(request_id)[0] == 200


def test_28_the_store_fails_after_the_credential_was_minted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = house.granted()
    issuer, store = wiring.wiring().issuer, wiring.wiring().store
    mint = issuer.issue

    def mint_and_lose_the_store(wanted: Any) -> Any:
        minted = mint(wanted)
        monkeypatch.setattr(store, "save", _fail)
        return minted

    monkeypatch.setattr(issuer, "issue", mint_and_lose_the_store)
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (503, "unavailable")
    assert "AccessKeyId" not in problem
    monkeypatch.undo()
    assert house.types(request_id)[-1] == "grant.redeemed"
    assert house.redeem(request_id)[1]["code"] == "already_redeemed"


def test_28_sts_refuses_after_the_grant_was_redeemed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = house.granted()
    sts = wiring.wiring().issuer._sts

    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": "PackedPolicyTooLarge", "Message": "secret text"}}, "AssumeRole")

    monkeypatch.setattr(sts, "assume_role", refuse)
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (502, "credentials_failed")
    monkeypatch.undo()
    house.ended(request_id)
    events = house.events(request_id)
    failed = next(e for e in events if e["type"] == "credentials.failed")
    assert failed["details"] == {"code": "policy_too_large"}
    assert "secret text" not in json.dumps(events) + "".join(house.logs)
    assert house.redeem(request_id)[0] == 409


def test_28_the_callback_is_lost_after_the_decision(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = house.asked()
    monkeypatch.setattr(wiring.wiring().workflow, "succeed", _fail)
    assert house.decide("petra.approver", request_id)[0] == 200
    monkeypatch.undo()
    request = house.request(request_id)
    assert (request.status, request.grant) == ("approved", None)
    assert request.task_token is not None
    # Whoever makes up for it later needs nothing but what is stored.
    wiring.wiring().workflow.succeed(request.task_token, request_id)
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200


def test_28_the_vault_is_emptied_before_redemption(house: House) -> None:
    request_id = house.granted()
    wiring.wiring().vault.delete(request_id)
    assert house.redeem(request_id)[1]["code"] == "digest_mismatch"
    assert "credentials.issued" not in house.types(request_id)


def test_29_slack_is_down_and_the_api_still_decides(house: House) -> None:
    house.slack.failing = True
    try:
        request_id = house.submit()
        house.until(request_id, lambda r: r.task_token is not None)
        assert house.decide("petra.approver", request_id)[0] == 200
        house.until(request_id, lambda r: r.grant is not None)
    finally:
        house.slack.failing = False
    assert house.redeem(request_id)[0] == 200


def test_29_the_user_lookup_fails_and_nobody_is_taken_for_an_approver(house: House) -> None:
    request_id = house.asked()
    house.slack.failing = True
    try:
        assert house.click("petra.approver", request_id) == "not_an_approver"
    finally:
        house.slack.failing = False
    assert house.request(request_id).status == "pending"
    assert still_works(house, request_id)


def test_29_silence_everywhere_ends_in_expiry(house: House) -> None:
    house.slack.failing = True
    try:
        with house.timers(1, 1):
            request_id = house.submit()
            house.ended(request_id)
    finally:
        house.slack.failing = False
    assert house.request(request_id).status == "expired"
    assert boto3.client("stepfunctions").describe_execution(executionArn=house.execution_arn(request_id))["status"] == (
        "SUCCEEDED"
    )
