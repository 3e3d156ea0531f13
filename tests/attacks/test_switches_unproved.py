"""Threat 34 about the brakes: whoever can write the requests table lets go of a switch by deleting, garbling, editing
or putting back one item. The deployment's chain says otherwise; then everything is halted until a person lets go."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.chain import broken_at
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

ROSA = person_arn("rosa.security")
KEY = {"pk": {"S": "HALTS"}}
SWITCH = "agent:triage-bot"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def pull(house: House, switch: str) -> tuple[int, Any]:
    return house.call("set_halt", ROSA, body={"switch": switch, "reason": "Drill"}, route=("POST", "/v1/halts"))


def let_go(house: House, switch: str) -> tuple[int, Any]:
    return house.call("set_halt", ROSA, query={"switch": switch}, route=("DELETE", "/v1/halts"))


def pulled(house: House) -> set[str]:
    listed = house.call("list_requests", ROSA, route=("GET", "/v1/halts"))[1]
    return {halt["switch"] for halt in listed["halts"]}


def stored(house: House) -> dict[str, Any]:
    item: dict[str, Any] = house.client("dynamodb").get_item(TableName="requests", Key=KEY)["Item"]
    return item


def written(house: House, item: dict[str, Any]) -> None:
    house.client("dynamodb").put_item(TableName="requests", Item=item)


def edited(house: House, **members: Any) -> None:
    item = stored(house)
    document = {**json.loads(item["document"]["S"]), **members}
    written(house, {**item, "document": {"S": json.dumps(document)}})


def older(house: House) -> None:
    """The item as it was before the switch was pulled, with whatever version its writer would need."""
    now = stored(house)
    assert let_go(house, SWITCH)[0] == 200
    let_go_item = stored(house)
    assert pull(house, SWITCH)[0] == 200
    written(house, {**let_go_item, "version": now["version"]})


def moved_on(house: House) -> None:
    """A forged item that claims to be newer than the chain."""
    head = json.loads(stored(house)["document"]["S"])["head"]
    edited(house, halts=[], head={**head, "length": head["length"] + 1})


ATTACKS: dict[str, Callable[[House], object]] = {
    "deleted": lambda h: h.client("dynamodb").delete_item(TableName="requests", Key=KEY),
    "emptied": lambda h: written(h, dict(KEY)),
    "no JSON": lambda h: written(h, {**stored(h), "document": {"S": "{"}}),
    "another type": lambda h: written(h, {**stored(h), "document": {"N": "1"}}),
    "another version": lambda h: written(h, {**stored(h), "version": {"N": "1"}}),
    "switch edited away": lambda h: edited(h, halts=[]),
    "policy edited": lambda h: edited(h, policy_digest="0" * 64),
    "put back": older,
    "moved on": moved_on,
}


@pytest.mark.parametrize("what", ATTACKS)
def test_34_switches_that_the_chain_does_not_bear_out_halt_everything(house: House, what: str) -> None:
    pending, granted = house.asked(), house.granted()
    assert pull(house, SWITCH)[0] == 200
    before = len(house.events("deployment"))
    ATTACKS[what](house)

    for agent in ("triage-bot", "export-bot"):
        status, problem = house.call("submit_request", agent_arn(agent), body=submission_body())
        assert (status, problem["code"], house.said()["outcome"]) == (403, "halted", "switches_unproved")
    assert house.click("petra.approver", pending) == "switches_unproved"
    assert house.redeem(granted)[1]["code"] == "halted"
    assert (house.types(pending)[-1], house.types(granted)[-1]) == ("decision.refused", "credentials.refused")
    # Who was refused is in evidence, and so is why: once, by Sallyport itself.
    events = house.events("deployment")[before:]
    own = [e["details"] for e in events if e["actor"]["kind"] == "system" and e["type"] == "halted"]
    assert own == [{"switch": "all", "reason": "switches_unproved", "switches": [SWITCH, "all"]}]
    # No is always welcome, and nothing was lost: a person lets go, of what was pulled before as well.
    assert house.click("petra.approver", pending, "deny") == "ok"
    assert pulled(house) == {SWITCH, "all"}
    assert let_go(house, "all")[0] == 200
    assert pulled(house) == {SWITCH}
    assert house.call("submit_request", agent_arn("triage-bot"), body=submission_body())[1]["code"] == "halted"
    assert house.redeem(granted)[0] == 200
    assert let_go(house, SWITCH)[0] == 200
    assert broken_at(house.links("deployment"), wiring.wiring().store.deployment().head.length) is None


def test_34_agent_and_stranger_do_not_let_go_of_what_sallyport_pulled(house: House) -> None:
    house.asked()
    house.client("dynamodb").delete_item(TableName="requests", Key=KEY)
    for caller in (agent_arn("export-bot"), person_arn("olive.owner")):
        answer = house.call("set_halt", caller, query={"switch": "all"}, route=("DELETE", "/v1/halts"))
        assert answer[1]["code"] == "not_allowed_to_halt"
    assert house.call("submit_request", agent_arn("export-bot"), body=submission_body())[1]["code"] == "halted"
    assert let_go(house, "all")[0] == 200


def test_34_brake_is_pulled_on_a_deployment_whose_item_is_gone(house: House) -> None:
    house.asked()
    house.client("dynamodb").delete_item(TableName="requests", Key=KEY)
    assert pull(house, SWITCH)[0] == 200
    assert pulled(house) == {SWITCH, "all"}
    assert let_go(house, "all")[0] == let_go(house, SWITCH)[0] == 200


def test_34_event_of_a_halt_that_was_rewritten_or_removed_halts_too(house: House) -> None:
    for newer in (True, False):
        assert pull(house, SWITCH)[0] == 200
        table = house.client("dynamodb")
        place = {"pk": {"S": "REQ#deployment"}, "sk": {"S": f"{len(house.events('deployment')) - 1:010d}"}}
        item = table.get_item(TableName="audit", Key=place)["Item"]
        if newer:
            forged = item["event"]["S"].replace(SWITCH, "agent:nobody-at-all")
            table.put_item(TableName="audit", Item={**item, "event": {"S": forged}})
        else:
            table.delete_item(TableName="audit", Key=place)
        assert house.call("submit_request", agent_arn("export-bot"), body=submission_body())[1]["code"] == "halted"
        assert "all" in pulled(house)
        assert let_go(house, "all")[0] == let_go(house, SWITCH)[0] == 200
