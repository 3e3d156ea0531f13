"""Break-glass as a way around the rules: by the owner, without a reason, where it is off, unseen, self-reviewed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn

WHY = "The export server is down and the deadline is today"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


@contextmanager
def two_needed(house: House, *, glass: bool = True, people: dict[str, Any] | None = None) -> Iterator[None]:
    """`s3.export` asks for two people; its glass can be broken for two minutes."""
    policy = wiring.wiring().policy
    action = policy.actions["s3.export"]
    approval = replace(action.approval, quorum=2)
    if glass:
        approval = replace(approval, break_glass_seconds=120, review_seconds=600)
    changed = replace(action, approval=approval)
    directory = replace(policy.directory, people={**policy.directory.people, **(people or {})})
    with house.policy(actions={**policy.actions, "s3.export": changed}, directory=directory):
        yield


def broken(house: House, person: str = "rosa.security", **said: Any) -> tuple[str, tuple[int, Any]]:
    request_id = house.asked(on_behalf_of="olive.owner")
    return request_id, house.decide(person, request_id, **{"break_glass": True, "reason": WHY, **said})


def test_one_of_the_group_may_everybody_hears_and_the_request_stays_open(house: House) -> None:
    with two_needed(house):
        request_id, (status, view) = broken(house)
        assert (status, view["status"], view["break_glass"], view["review"]) == (
            200,
            "approved",
            "rosa.security",
            "pending",
        )
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200
        lives = house.request(request_id).grant
        assert lives is not None
        assert lives.cut_off is not None
        assert lives.redeemed_at is not None
        assert (lives.cut_off - lives.redeemed_at).total_seconds() == 120
        assert house.ended(request_id) == "SUCCEEDED"
        notices = [m["text"] for m in house.slack.sent("chat_postMessage") if "Break-glass" in m["text"]]
        assert any(request_id in text and "<@UPETRA0003>" in text for text in notices)
        assert "request.closed" not in house.types(request_id)
        assert not house.vaulted(request_id)
        status, view = house.decide("petra.approver", request_id, reason="It was right")
        assert (status, view["review"]["by"]) == (200, "petra.approver")
        assert house.types(request_id)[-2:] == ["break_glass.reviewed", "request.closed"]
        assert house.broken_at(request_id) is None


@pytest.mark.parametrize(
    ("person", "said", "code"),
    [
        ("petra.approver", {}, "not_an_approver"),
        ("rosa.security", {"reason": "   "}, "malformed_request"),
        ("rosa.security", {"reason": None}, "reason_required"),
        ("rosa.security", {"decision": "deny"}, "malformed_request"),
        ("olive.owner", {}, "self_approval"),
        ("sam.operator", {}, "self_approval"),
    ],
)
def test_wrong_hand_or_no_reason_breaks_nothing(house: House, person: str, said: dict[str, Any], code: str) -> None:
    policy = wiring.wiring().policy.directory.people
    group = frozenset({"break-glass", "data-approvers"})
    people = {who: replace(policy[who], groups=group) for who in ("olive.owner", "sam.operator")}
    with two_needed(house, people=people):
        request_id, (_, problem) = broken(house, person, **said)
        assert problem["code"] == code
        assert house.request(request_id).status.value == "pending"
        assert house.redeem(request_id)[1]["code"] == "not_approved"


def test_glass_that_policy_does_not_have_cannot_be_broken(house: House) -> None:
    with two_needed(house, glass=False):
        request_id, (status, problem) = broken(house)
        assert (status, problem["code"]) == (403, "break_glass_not_allowed")
        assert house.types(request_id)[-1] == "decision.refused"


def test_agent_cannot_break_its_own_glass(house: House) -> None:
    with two_needed(house):
        request_id = house.asked()
        digest = house.request(request_id).presented_digest
        body = {"decision": "approve", "break_glass": True, "reason": WHY, "presented_digest": digest}
        status, problem = house.call("decide_request", agent_arn("export-bot"), request_id=request_id, body=body)
        assert (status, problem["code"]) == (403, "not_an_approver")
        assert house.types(request_id)[-1] == "decision.refused"


def test_nobody_reviews_their_own_emergency_nor_their_own_agents(house: House) -> None:
    with two_needed(house):
        request_id, _ = broken(house, "quinn.approver")
        house.until(request_id, lambda r: r.grant is not None)
        for person, code in (("quinn.approver", "already_decided"), ("olive.owner", "self_approval")):
            assert house.decide(person, request_id, reason="fine")[1]["code"] == code
        assert house.click("petra.approver", request_id) == "reason_required"
        assert house.request(request_id).needs_review
        assert "break_glass.reviewed" not in house.types(request_id)


def test_objection_takes_the_unredeemed_grant_away(house: House) -> None:
    with two_needed(house):
        request_id, _ = broken(house)
        house.until(request_id, lambda r: r.grant is not None)
        status, view = house.decide("petra.approver", request_id, "deny", reason="No emergency at all")
        assert (status, view["status"]) == (200, "revoked")
        assert house.redeem(request_id)[1]["code"] == "grant_revoked"
        assert house.ended(request_id) == "SUCCEEDED"


def test_overdue_review_is_found_by_the_schedule_for_the_alarm(house: House) -> None:
    with two_needed(house):
        request_id, _ = broken(house)
        house.until(request_id, lambda r: r.grant is not None)
        assert house.invoke("remind_reviews", {})["overdue"] == 0
        action = wiring.wiring().policy.actions["s3.export"]
        at_once = replace(action, approval=replace(action.approval, review_seconds=0))
        with house.policy(actions={**wiring.wiring().policy.actions, "s3.export": at_once}):
            assert house.invoke("remind_reviews", {})["overdue"] >= 1
        assert any('"outcome":"review_overdue"' in line and request_id in line for line in house.logs)
