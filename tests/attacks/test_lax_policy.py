"""Threat 38: a lax policy is deployed, used once and removed. Its digest stays: in the event that it judged, and before
that in the deployment's own chain."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn, person_arn

ROSA = person_arn("rosa.security")
_digests = count(1)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def halts(house: House, _: str) -> None:
    body = {"switch": "agent:triage-bot", "reason": "Drill"}
    assert house.call("set_halt", ROSA, body=body, route=("POST", "/v1/halts"))[0] == 200


def revokes(house: House, request_id: str) -> None:
    route = ("DELETE", "/v1/requests/{request_id}/grant")
    assert house.call("revoke_grant", ROSA, request_id=request_id, route=route)[0] == 200


def is_granted(house: House, request_id: str) -> None:
    assert house.click("petra.approver", request_id) == "ok"
    house.until(request_id, lambda r: r.grant is not None)


type Step = Callable[[House, str], Any]

# What is ready before, what happens under the lax policy, and the event that tells of it.
STEPS: dict[str, tuple[Callable[[House], str], Step, str]] = {
    "slack": (lambda h: h.asked(), lambda h, r: h.click("petra.approver", r), "decision.recorded"),
    "api": (lambda h: h.asked(), lambda h, r: h.decide("petra.approver", r), "decision.recorded"),
    "a denial": (lambda h: h.asked(), lambda h, r: h.click("petra.approver", r, "deny"), "request.denied"),
    "a refusal": (lambda h: h.asked(), lambda h, r: h.click("olive.owner", r), "decision.refused"),
    "the grant": (lambda h: h.asked(), is_granted, "grant.issued"),
    "redemption": (lambda h: h.granted(), lambda h, r: h.redeem(r), "grant.redeemed"),
    "the credential": (lambda h: h.granted(), lambda h, r: h.redeem(r), "credentials.issued"),
    "a revocation": (lambda h: h.granted(), revokes, "grant.revoked"),
}


def noted(house: House) -> list[str]:
    """The policies of the deployment's chain, in the order in which they began to judge."""
    return [e["details"]["after"] for e in house.events("deployment") if e["type"] == "policy.changed"]


@pytest.mark.parametrize("what", STEPS)
def test_38_policy_used_once_is_in_the_event_and_in_the_deployments_chain(house: House, what: str) -> None:
    ready, step, kind = STEPS[what]
    request_id, lax = ready(house), f"{next(_digests):064x}"
    of_submission = house.request(request_id).policy_digest
    with house.policy(digest=lax):
        step(house, request_id)
    event = next(e for e in house.events(request_id) if e["type"] == kind)
    assert (event["judged_by"], event["policy_digest"]) == (lax, of_submission)
    assert noted(house).count(lax) == 1
    change = next(e for e in house.events("deployment") if e["details"].get("after") == lax)
    assert change["at"] <= event["at"]
    assert house.broken_at(request_id) is None


def test_38_submission_and_halt_note_their_policy_too(house: House) -> None:
    for step in (lambda h, _: h.submit(), halts):
        lax = f"{next(_digests):064x}"
        with house.policy(digest=lax):
            step(house, "")
        assert noted(house)[-1] == lax
    told = house.events("deployment")[-1]
    assert (told["type"], told["judged_by"]) == ("halted", lax)
    assert house.call("set_halt", ROSA, query={"switch": "agent:triage-bot"}, route=("DELETE", "/v1/halts"))[0] == 200


def test_38_policy_that_refuses_an_unknown_caller_is_noted_first(house: House) -> None:
    lax = f"{next(_digests):064x}"
    with house.policy(digest=lax):
        assert house.call("submit_request", agent_arn("nobody"), body={"action": "x"})[0] in (400, 403)
    with house.policy(digest=lax):
        body = {"action": "s3.export", "parameters": {}, "reason": "x"}
        assert house.call("submit_request", agent_arn("nobody"), body=body)[1]["code"] == "unknown_caller"
    assert noted(house)[-1] == lax


def test_38_policy_that_went_on_judging_is_noted_once(house: House) -> None:
    house.granted()
    before = noted(house)
    house.granted()
    assert noted(house) == before
    assert before[-1] == wiring.wiring().policy.digest
