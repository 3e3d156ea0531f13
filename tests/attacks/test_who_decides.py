"""Threats 1, 2, 9, 11, 12, 13, 20, 22, 24: somebody decides who may not, or decides more than once."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.attacks import refused_and_written, still_works
from tests.support.elapsed import time_out
from tests.support.house import House
from tests.support.story import agent_arn, person_arn


@pytest.mark.parametrize("channel", ["slack", "api"])
def test_01_the_owner_approves_their_own_agents_request(house: House, channel: str) -> None:
    request_id = house.asked()
    if channel == "slack":
        assert house.click("olive.owner", request_id) == "self_approval"
    else:
        status, problem = house.decide("olive.owner", request_id)
        assert (status, problem["code"]) == (403, "self_approval")
    assert refused_and_written(house, request_id, "self_approval", "olive.owner")
    assert still_works(house, request_id)


def test_01_the_person_acted_for_approves(house: House) -> None:
    request_id = house.asked(on_behalf_of="quinn.approver")
    assert house.click("quinn.approver", request_id) == "self_approval"
    assert refused_and_written(house, request_id, "self_approval", "quinn.approver")
    assert still_works(house, request_id)


def test_01_break_glass_does_not_help_the_owner(house: House) -> None:
    request_id = house.asked()
    status, problem = house.decide("olive.owner", request_id, break_glass=True, reason="urgent")
    assert (status, problem["code"]) == (403, "self_approval")
    assert refused_and_written(house, request_id, "self_approval", "olive.owner")


def test_01_an_operator_in_an_asked_group_approves(house: House) -> None:
    directory = wiring.wiring().policy.directory
    people = dict(directory.people)
    people["sam.operator"] = replace(people["sam.operator"], groups=frozenset({"data-approvers"}))
    with house.policy(directory=type(directory)(people, directory.agents)):
        request_id = house.asked()
        assert house.click("sam.operator", request_id) == "self_approval"
        assert refused_and_written(house, request_id, "self_approval", "sam.operator")


def test_02_a_request_says_of_itself_that_it_is_approved(house: House) -> None:
    body = {"action": "s3.export", "parameters": {}, "reason": "x", "approved": True, "status": "approved"}
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=body)
    assert (status, problem["code"]) == (400, "malformed_request")


def test_02_a_request_is_edited_with_its_idempotency_key(house: House) -> None:
    headers = {"Idempotency-Key": "edit-after-submission"}
    request_id = house.call("submit_request", agent_arn("export-bot"), body=_body("patients/2025/"), headers=headers)[
        1
    ]["request_id"]
    status, problem = house.call("submit_request", agent_arn("export-bot"), body=_body("everything/"), headers=headers)
    assert (status, problem["code"]) == (409, "idempotency_conflict")
    house.until(request_id, lambda r: r.card is not None)
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]
    assert view["masked"]["parameters"]["prefix"] == "patients/2025/"


def _body(prefix: str) -> dict[str, Any]:
    from tests.support.story import EXPORT

    return {"action": "s3.export", "parameters": {**EXPORT, "prefix": prefix}, "reason": "edited"}


STRANGE: dict[str, dict[str, Any]] = {
    "another workspace": {"team": {"id": "T0EVIL", "domain": "evil"}},
    "a stranger of a shared channel": {"user": {"id": "UPETRA0003", "team_id": "T0EVIL"}},
    "another organisation": {"team": None, "enterprise": {"id": "E0EVIL"}, "is_enterprise_install": True},
    "an organisation that has our workspace": {"enterprise": {"id": "E0SALLYPRT"}, "is_enterprise_install": True},
    "another app": {"api_app_id": "A0EVIL"},
    "another channel": {"container": {"type": "message", "channel_id": "C0EVIL", "message_ts": "1.000001"}},
}


@pytest.mark.parametrize("what", STRANGE)
def test_09_a_click_from_elsewhere(house: House, what: str) -> None:
    request_id = house.asked()
    assert house.click("petra.approver", request_id, **STRANGE[what]) == "not_an_approver"
    assert refused_and_written(house, request_id, "not_an_approver", "unknown")
    assert still_works(house, request_id)


@pytest.mark.parametrize("user", ["U0NOBODY01", "USLACKBOT"])
def test_09_anyone_who_sees_the_card_clicks(house: House, user: str) -> None:
    request_id = house.asked()
    assert house.click(user, request_id) == "not_an_approver"
    assert refused_and_written(house, request_id, "not_an_approver", "unknown")


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"])
def test_09_a_deactivated_user_guest_or_bot_clicks(house: House, flag: str) -> None:
    request_id = house.asked()
    house.slack.users["UPETRA0003"] = {flag: True}
    try:
        assert house.click("petra.approver", request_id) == "not_an_approver"
    finally:
        house.slack.users.clear()
    assert refused_and_written(house, request_id, "not_an_approver", "unknown")
    assert still_works(house, request_id)


def test_11_a_prefetch_or_an_unfurl_decides_nothing(house: House) -> None:
    """There is no link to fetch: cards have buttons, decisions are POSTs, and links are not unfurled."""
    request_id = house.asked(reason="see https://evil.invalid/approve")
    posted = house.card(request_id)
    assert not posted["unfurl_links"]
    assert '"url"' not in str(posted["blocks"]).replace("'", '"')
    house.call("get_request", person_arn("petra.approver"), request_id=request_id)
    assert house.request(request_id).status == "pending"


def test_12_two_approvers_click_at_once(house: House) -> None:
    request_id = house.asked()
    digest = house.request(request_id).presented_digest
    together, answers = threading.Barrier(2), list[int]()

    def decide(person: str) -> None:
        together.wait()
        answers.append(house.decide(person, request_id, presented_digest=digest)[0])

    threads = [threading.Thread(target=decide, args=(person,)) for person in ("petra.approver", "otto.owner")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]
    assert house.types(request_id).count("request.approved") == 1
    assert house.types(request_id).count("decision.refused") == 1


def test_12_a_click_on_an_old_card(house: House) -> None:
    request_id = house.asked()
    old = house.asked(reason="another request")
    block_id = next(b["block_id"] for b in house.card(old)["blocks"] if b["type"] == "actions")
    actions = [{"type": "button", "action_id": "approve", "block_id": block_id, "value": request_id}]
    assert house.click("petra.approver", request_id, actions=actions) == "stale_digest"
    assert refused_and_written(house, request_id, "stale_digest", "petra.approver")
    assert still_works(house, request_id)


def test_12_a_click_after_the_timeout(house: House) -> None:
    with house.timers(60):
        request_id = house.asked()
        time_out(house, request_id)
        house.ended(request_id)
    assert house.click("petra.approver", request_id) == "already_settled"
    assert house.request(request_id).status == "expired"
    assert house.events(request_id)[-1]["details"] == {"code": "already_settled"}


def test_12_two_redemptions_at_once(house: House) -> None:
    request_id = house.granted()
    together, answers = threading.Barrier(2), list[int]()

    def redeem() -> None:
        together.wait()
        answers.append(house.redeem(request_id)[0])

    threads = [threading.Thread(target=redeem) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409]
    types = house.types(request_id)
    assert types.count("grant.redeemed") == types.count("credentials.issued") == 1


def test_13_one_person_fills_two_seats(house: House) -> None:
    action = wiring.wiring().policy.actions["s3.export"]
    two = replace(action, approval=replace(action.approval, quorum=2))
    with house.policy(actions={**wiring.wiring().policy.actions, "s3.export": two}):
        request_id = house.asked()
        assert house.click("petra.approver", request_id) == "ok"
        assert house.click("petra.approver", request_id) == "already_decided"
        status, problem = house.decide("petra.approver", request_id)
        assert (status, problem["code"]) == (409, "already_decided")
        assert refused_and_written(house, request_id, "already_decided", "petra.approver")
        assert house.click("otto.owner", request_id) == "ok"
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200


@pytest.mark.parametrize("name", ["by", "approver", "person", "user_id"])
def test_20_the_approvers_name_is_in_the_body(house: House, name: str) -> None:
    request_id = house.asked()
    status, problem = house.decide("olive.owner", request_id, **{name: "petra.approver"})
    assert (status, problem["code"]) == (400, "malformed_request")
    assert house.request(request_id).decisions == ()


def test_22_a_timeout_becomes_no_approval(house: House) -> None:
    with house.timers(60):
        request_id = house.asked()
        time_out(house, request_id)
        house.ended(request_id)
    assert house.request(request_id).status == "expired"
    assert house.redeem(request_id)[0] == 409
    assert not {"request.approved", "grant.issued"} & set(house.types(request_id))


@pytest.mark.parametrize("agent", ["export-bot", "triage-bot"])
def test_24_an_agent_decides(house: House, agent: str) -> None:
    request_id = house.asked()
    digest = house.request(request_id).presented_digest
    body = {"decision": "approve", "presented_digest": digest}
    status, problem = house.call("decide_request", agent_arn(agent), request_id=request_id, body=body)
    assert (status, problem["code"]) == (403, "not_an_approver")
    assert refused_and_written(house, request_id, "not_an_approver", "unknown")
    assert still_works(house, request_id)
