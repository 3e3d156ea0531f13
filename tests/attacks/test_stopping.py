"""Threat 35: what an agent, a crash or bad timing could do against those who stop something."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from sallyport.domain.clock import stamp
from sallyport.domain.deployment import Deployment
from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn, person_arn

ROSA = person_arn("rosa.security")
DONE = agent_arn("export-bot")
ROLE = "sallyport-target-s3-export"
TABLE = "sallyport-sample-patients"
ROWS = {"table": TABLE, "key_name": "patient_id", "key": "pat-00001", "attributes": ["patient_id"]}
EFFECTS = {"grant.redeemed", "credentials.issued", "action.executed"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        boto3.client("iam").create_role(RoleName=ROLE, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
        yield house


@pytest.fixture(autouse=True)
def released(house: House) -> Iterator[None]:
    """No test leaves the brake pulled."""
    yield
    if wiring.wiring().store.deployment().switches:
        assert let_go(house)[0] == 200


def pull(house: House, switch: str = "all") -> tuple[int, Any]:
    return house.call("set_halt", ROSA, body={"switch": switch, "reason": "Drill"}, route=("POST", "/v1/halts"))


def let_go(house: House, switch: str = "all") -> tuple[int, Any]:
    return house.call("set_halt", ROSA, query={"switch": switch}, route=("DELETE", "/v1/halts"))


def use(house: House, delivery: str, request_id: str) -> tuple[int, Any]:
    if delivery == "credential":
        return house.redeem(request_id)
    return house.call("execute_action", agent_arn("export-bot"), request_id=request_id)


def revoke(house: House, request_id: str, caller: str = ROSA) -> tuple[int, Any]:
    route = ("DELETE", "/v1/requests/{request_id}/grant")
    return house.call("revoke_grant", caller, request_id=request_id, route=route)


def denied() -> list[str]:
    """Request ids that the role's policy denies."""
    document: Any = boto3.client("iam").get_role_policy(RoleName=ROLE, PolicyName="sallyport-revoked")["PolicyDocument"]
    (statement,) = document["Statement"]
    found: list[str] = statement["Condition"]["StringEquals"]["aws:PrincipalTag/sallyport:request"]
    return found


def redeemed(house: House) -> str:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    return request_id


@pytest.fixture
def puts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The policies that are sent to IAM."""
    policies, sent = wiring.wiring().role_policies, list[str]()
    put = policies.put

    def counted(role: str, document: str) -> None:
        sent.append(document)
        put(role, document)

    monkeypatch.setattr(policies, "put", counted)
    return sent


def test_agent_that_repeats_itself_calls_iam_once_and_leaves_one_event(house: House, puts: list[str]) -> None:
    request_id = redeemed(house)
    for _ in range(20):
        status, view = revoke(house, request_id, DONE)
        assert (status, view["status"]) == (200, "closed")
    assert len(puts) == 1
    assert house.types(request_id).count("grant.revoked") == 1
    cards = [m for m in house.slack.sent("chat_update") if request_id in json.dumps(m)]
    assert len(cards) <= 3  # granted, done, closed
    assert request_id in denied()


def test_person_revokes_while_the_agents_own_put_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent's older policy arrives after the person's; it does not stay."""
    done_with, rogue = redeemed(house), redeemed(house)
    policies, answers = wiring.wiring().role_policies, list[int]()
    put = policies.put

    def hangs(role: str, document: str) -> None:
        monkeypatch.setattr(policies, "put", put)
        answers.append(revoke(house, rogue)[0])
        assert rogue in denied()
        put(role, document)

    monkeypatch.setattr(policies, "put", hangs)
    assert revoke(house, done_with, DONE)[0] == 200
    assert answers == [200]
    assert {done_with, rogue} <= set(denied())


def test_session_whose_done_failed_half_way_is_found_by_revoking_the_agent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = redeemed(house)

    def unwritable(*_: Any) -> None:
        raise PortFailed("role_not_written")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(wiring.wiring().role_policies, "put", unwritable)
        status, problem = revoke(house, request_id, DONE)
        assert (status, problem["code"]) == (503, "revocation_failed")
    assert house.request(request_id).status.value == "closed"
    by_agent = ("DELETE", "/v1/agents/{agent}/grants")
    status, answer = house.call("revoke_agent", ROSA, path={"agent": "export-bot"}, route=by_agent)
    assert status == 200
    assert request_id in answer["revoked"]
    assert request_id in denied()
    status, answer = house.call("revoke_agent", ROSA, path={"agent": "export-bot"}, route=by_agent)
    assert (status, answer["revoked"]) == (200, [])
    assert house.types(request_id).count("grant.revoked") == 2


@pytest.mark.parametrize("read", [1, 2])
@pytest.mark.parametrize("delivery", ["credential", "execute"])
def test_after_a_halt_has_answered_nothing_takes_effect_however_late_the_switches_were_read(
    house: House, monkeypatch: pytest.MonkeyPatch, delivery: str, read: int
) -> None:
    """The brake is pulled right behind each place where redemption reads the switches, which then acts on old news."""
    action = {} if delivery == "credential" else {"action": "dynamodb.query_masked", "parameters": ROWS}
    request_id = house.granted(**action)
    store, calls, before = wiring.wiring().store, list[str](), list[str]()
    look, reads = store.deployment, list[int]()
    monkeypatch.setattr(wiring.wiring().call_maker, "make", lambda *_: calls.append("made"))

    def pulled_behind_it() -> Deployment:
        found = look()
        reads.append(1)
        if len(reads) == read:
            assert pull(house)[0] == 200
            before.extend(house.types(request_id))
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(store, "deployment", pulled_behind_it)
        status, problem = use(house, delivery, request_id)
    assert (status, problem["code"]) == (403, "halted")
    assert not EFFECTS & set(house.types(request_id)[len(before) :])
    assert calls == []
    assert house.broken_at(request_id) is None


@pytest.mark.parametrize("fault", ["the service's answer", "masking its result"])
def test_call_that_ends_in_a_defect_is_written_as_of_unknown_outcome(
    house: House, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    request_id = house.granted(action="dynamodb.query_masked", parameters=ROWS)
    maker, seen = wiring.wiring().call_maker, list[str]()

    def strange(*_: Any) -> Any:
        seen.append("made")
        if fault == "masking its result":
            return object()
        raise KeyError("Wilhelmina")

    monkeypatch.setattr(maker, "make", strange)
    status, problem = use(house, "execute", request_id)
    assert (status, problem["code"]) == (502, "outcome_unknown")
    (event,) = [e for e in house.events(request_id) if e["type"] == "action.failed"]
    assert event["details"] == {"code": "outcome_unknown"}
    assert house.request(request_id).status.value == "failed"
    assert house.ended(request_id) == "SUCCEEDED"
    assert house.said()["outcome"] == "outcome_unknown"
    assert "error_class" in house.said()
    assert seen == ["made"]


def test_glass_that_is_broken_just_before_a_halt_closes_and_is_reviewed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = wiring.wiring().policy
    action = bundle.actions["s3.export"]
    approval = replace(action.approval, quorum=2, break_glass_seconds=120, review_seconds=600)
    workflow = wiring.wiring().workflow
    succeed = workflow.succeed

    def halted_first(token: str, request_id: str) -> bool:
        assert pull(house)[0] == 200
        return succeed(token, request_id)

    with house.policy(actions={**bundle.actions, "s3.export": replace(action, approval=approval)}):
        request_id = house.asked()
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(workflow, "succeed", halted_first)
            status, _ = house.decide("rosa.security", request_id, break_glass=True, reason="The deadline is today")
        assert status == 200
        assert house.ended(request_id) == "SUCCEEDED"
        assert let_go(house)[0] == 200
        request = house.request(request_id)
        assert (request.status.value, request.code, request.task_token) == ("failed", "halted", None)
        assert house.types(request_id)[-1] == "request.closed"
        assert not house.vaulted(request_id)
        assert house.decide("petra.approver", request_id, reason="It came to nothing")[0] == 200
        assert house.types(request_id)[-1] == "break_glass.reviewed"
        assert house.broken_at(request_id) is None


def test_grant_says_in_the_trail_until_when_it_can_be_redeemed(house: House) -> None:
    request_id = house.granted()
    grant = house.request(request_id).grant
    assert grant is not None
    issued = next(e for e in house.events(request_id) if e["type"] == "grant.issued")
    assert issued["details"]["until"] == stamp(grant.expires_at)
