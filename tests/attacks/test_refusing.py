"""Threat 39: refusing costs the attacker, not us. What is refused fills neither vault nor evidence, and nobody's
refusals hide those of somebody else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.domain.ports import Limits
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.chain import broken_at
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

NOBODY = "arn:aws:iam::000000000000:user/nobody"
FLOOD = 50


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def chains(house: House) -> dict[str, list[dict[str, Any]]]:
    """Every chain of the audit table, its events in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in sorted(house.items("audit"), key=lambda item: item["sk"]):
        found.setdefault(item["pk"], []).append(json.loads(item["event"]))
    return found


def refused_by(house: House, code: str, actor: str) -> dict[str, list[dict[str, Any]]]:
    return {
        pk: events
        for pk, events in chains(house).items()
        if events[0]["actor"]["id"] == actor and events[0]["details"].get("code") == code
    }


def flood(house: House, caller: str, **changes: Any) -> set[str]:
    """The codes that fifty submissions, each another, are answered with."""
    answers = [house.call("submit_request", caller, body=submission_body(**changes)) for _ in range(FLOOD)]
    return {problem["code"] for _, problem in answers}


def few(found: dict[str, list[dict[str, Any]]]) -> bool:
    """One chain (two when the hour ended meanwhile) that tells more than half of them in a handful of events."""
    told = sum(events[-1]["details"]["count"] for events in found.values())
    return 1 <= len(found) <= 2 and FLOOD / 2 < told <= FLOOD and sum(map(len, found.values())) <= 12


def test_39_rate_limited_submissions_leave_nothing_in_the_vault_and_little_evidence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.asked(agent="triage-bot", action="s3.export")
    before = set(house.objects("vault"))
    monkeypatch.setitem(wiring.wiring().__dict__, "limits", Limits(per_hour=1, pending=1000))
    assert flood(house, agent_arn("triage-bot")) == {"rate_limited"}
    assert set(house.objects("vault")) == before
    assert few(refused_by(house, "rate_limited", "triage-bot"))


def test_39_replay_over_the_limit_is_the_same_request_and_costs_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, key = submission_body(), {"Idempotency-Key": "once"}
    first = house.call("submit_request", agent_arn("export-bot"), body=body, headers=key)
    monkeypatch.setitem(wiring.wiring().__dict__, "limits", Limits(per_hour=1, pending=1))
    again = house.call("submit_request", agent_arn("export-bot"), body=body, headers=key)
    assert (first[0], again[0]) == (202, 200)
    assert again[1]["request_id"] == first[1]["request_id"]


@pytest.mark.parametrize(
    ("code", "caller", "actor", "changes"),
    [
        ("unknown_action", agent_arn("export-bot"), "export-bot", {"action": "iam.create_user"}),
        ("invalid_parameters", agent_arn("export-bot"), "export-bot", {"parameters": {}}),
        ("unknown_caller", NOBODY, "unknown", {}),
    ],
)
def test_39_refused_submissions_of_an_hour_are_one_chain(
    house: House, code: str, caller: str, actor: str, changes: dict[str, Any]
) -> None:
    assert flood(house, caller, **changes) == {code}
    found = refused_by(house, code, actor)
    assert few(found)
    for pk in found:
        assert broken_at(house.links(pk.removeprefix("REQ#"))) is None


def test_39_burned_cap_hides_no_self_approval(house: House) -> None:
    request_id = house.asked()
    for _ in range(FLOOD):
        assert house.decide("otto.owner", request_id, presented_digest="0" * 64)[1]["code"] == "stale_digest"
        assert house.redeem(request_id, agent_arn("triage-bot"))[1]["code"] == "not_found"
    assert house.decide("olive.owner", request_id)[1]["code"] == "self_approval"
    newest = house.events(request_id)[-1]
    assert (newest["actor"]["id"], newest["details"]) == ("olive.owner", {"code": "self_approval"})
    assert len(house.events(request_id)) < FLOOD
    assert house.decide("petra.approver", request_id)[0] == 200
    assert house.broken_at(request_id) is None


@pytest.mark.parametrize(
    ("method", "caller", "actor"),
    [
        ("POST", person_arn("olive.owner"), "olive.owner"),
        ("POST", agent_arn("export-bot"), "export-bot"),
        ("POST", NOBODY, "unknown"),
        ("DELETE", person_arn("otto.owner"), "otto.owner"),
    ],
)
def test_39_refused_halt_and_resume_are_evidence(house: House, method: str, caller: str, actor: str) -> None:
    asked: dict[str, Any] = {"body": {"switch": "all", "reason": "x"}, "query": {"switch": "all"}}
    for _ in range(FLOOD):
        answer = house.call("set_halt", caller, route=(method, "/v1/halts"), **asked)
        assert answer[1]["code"] == "not_allowed_to_halt"
    found = refused_by(house, "not_allowed_to_halt", actor)
    assert few(found)
    assert {e["details"]["call"] for events in found.values() for e in events} == {
        "halt" if method == "POST" else "resume"
    }
    assert house.types("deployment") == ["policy.changed"], "whoever may not pull a switch takes no turn at it"


@pytest.mark.parametrize(
    ("caller", "actor", "code"),
    [
        (person_arn("quinn.approver"), "quinn.approver", None),
        (agent_arn("triage-bot"), "triage-bot", "not_found"),
        (NOBODY, "unknown", "not_found"),
    ],
)
def test_39_refused_revocation_is_evidence_of_the_request(
    house: House, caller: str, actor: str, code: str | None
) -> None:
    request_id = house.asked()
    for _ in range(FLOOD):
        status, problem = house.call("revoke_grant", caller, request_id=request_id)
        assert status in (403, 404, 409)
        assert code in (None, problem["code"])
    mine = [e for e in house.events(request_id) if e["actor"]["id"] == actor]
    assert mine
    assert {e["type"] for e in mine} == {"decision.refused"}
    assert len(mine) < 10
    assert house.broken_at(request_id) is None
