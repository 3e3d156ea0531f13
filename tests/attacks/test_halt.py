"""Threats 22, 24 and 28 about the brakes: pulled by the wrong hand, let go by an agent, or passed on the way."""

from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.domain.deployment import Deployment
from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.chain import broken_at
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

ROSA = person_arn("rosa.security")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def pull(house: House, switch: str, caller: str = ROSA) -> tuple[int, Any]:
    return house.call("set_halt", caller, body={"switch": switch, "reason": "Drill"}, route=("POST", "/v1/halts"))


def let_go(house: House, switch: str, caller: str = ROSA) -> tuple[int, Any]:
    return house.call("set_halt", caller, query={"switch": switch}, route=("DELETE", "/v1/halts"))


@pytest.mark.parametrize("switch", ["all", "agent:export-bot", "action:s3.export"])
def test_every_door_is_shut_at_once_and_opens_again(house: House, switch: str) -> None:
    pending, granted = house.asked(), house.granted()
    assert pull(house, switch)[0] == 200
    try:
        status, problem = house.call("submit_request", agent_arn("export-bot"), body=submission_body())
        assert (status, problem["code"]) == (403, "halted")
        assert house.click("petra.approver", pending) == "halted"
        assert house.redeem(granted)[1]["code"] == "halted"
        assert house.types(pending)[-1] == "decision.refused"
        assert house.types(granted)[-1] == "credentials.refused"
    finally:
        assert let_go(house, switch)[0] == 200
    assert house.click("petra.approver", pending) == "ok"
    assert house.redeem(granted)[0] == 200


def test_agents_and_outsiders_neither_pull_nor_let_go(house: House) -> None:
    before = house.types("deployment")
    assert pull(house, "agent:triage-bot")[0] == 200
    for caller in (agent_arn("triage-bot"), person_arn("olive.owner"), "arn:aws:iam::000000000000:user/nobody"):
        assert pull(house, "all", caller)[1]["code"] == "not_allowed_to_halt"
        assert let_go(house, "agent:triage-bot", caller)[1]["code"] == "not_allowed_to_halt"
    status, listed = house.call("list_requests", person_arn("olive.owner"), route=("GET", "/v1/halts"))
    assert (status, [h["switch"] for h in listed["halts"]]) == (200, ["agent:triage-bot"])
    assert house.call("list_requests", agent_arn("triage-bot"), route=("GET", "/v1/halts"))[0] == 404
    assert let_go(house, "agent:triage-bot")[0] == 200
    assert house.types("deployment") == [*before, "halted", "resumed"]


def test_switches_are_a_sound_chain_of_their_own(house: House) -> None:
    pull(house, "all")
    let_go(house, "all")
    links = house.links("deployment")
    assert broken_at(links, wiring.wiring().store.deployment().head.length) is None
    assert links


def test_brake_that_cannot_be_audited_is_not_reported_as_pulled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def unwritable(*_: Any) -> None:
        raise PortFailed("store_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(wiring.wiring().store, "save_deployment", unwritable)
        assert pull(house, "all")[0] == 503
    assert house.asked()


def test_switches_that_cannot_be_read_stop_everything(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    granted = house.granted()

    def unreadable() -> Deployment:
        raise PortFailed("store_unavailable")

    with monkeypatch.context() as broken:
        broken.setattr(wiring.wiring().store, "deployment", unreadable)
        assert house.redeem(granted)[0] == 503
        assert house.call("submit_request", agent_arn("export-bot"), body=submission_body())[0] == 503
    assert house.redeem(granted)[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"switch": "all"},
        {"reason": "x"},
        {"switch": 1, "reason": "x"},
        {"switch": "all", "reason": "x", "by": "rosa.security"},
        [],
    ],
)
def test_malformed_brake_is_refused(house: House, body: Any) -> None:
    answer = house.call("set_halt", ROSA, body=body, route=("POST", "/v1/halts"))
    assert answer[0] == 400
    assert pull(house, "agent:nobody")[1]["code"] == "unknown_switch"
