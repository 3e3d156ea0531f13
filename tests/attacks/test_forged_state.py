"""Threat 34: whoever can write the requests table forges what was decided. The request's audit chain decides instead,
and a chain that was touched itself decides nothing."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House
from tests.support.story import agent_arn, person_arn

NOW = "2026-11-02T10:00:00.000Z"


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house


def stored(house: House, request_id: str, *, at_once: bool = False) -> dict[str, Any]:
    """The item, once no step of the workflow is at it."""
    assert at_once or house.quiet()
    key = {"pk": {"S": f"REQ#{request_id}"}}
    item: dict[str, Any] = house.client("dynamodb").get_item(TableName="requests", Key=key)["Item"]
    return item


def put(house: House, item: dict[str, Any]) -> None:
    house.client("dynamodb").put_item(TableName="requests", Item=item)


def edited(house: House, request_id: str, /, **members: Any) -> None:
    """One `UpdateItem`: the document with other members, everything else as it was."""
    item = stored(house, request_id)
    document = json.loads(item["document"]["S"])
    house.client("dynamodb").update_item(
        TableName="requests",
        Key={"pk": item["pk"]},
        UpdateExpression="SET #d = :d",
        ExpressionAttributeNames={"#d": "document"},
        ExpressionAttributeValues={":d": {"S": json.dumps({**document, **members})}},
    )


def document(house: House, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stored(house, request_id)["document"]["S"])
    return found


def forged(house: House, request_id: str, *people: str, **members: Any) -> list[dict[str, Any]]:
    decision = {"choice": "approve", "at": NOW, "channel": "slack", "comment": None, "break_glass": False, **members}
    shown = house.request(request_id).presented_digest
    return [{"by": by, "presented_digest": shown, **decision} for by in people]


def refusals(house: House, request_id: str, code: str = "evidence_mismatch") -> list[dict[str, Any]]:
    return [e for e in house.events(request_id) if e["details"].get("code") == code and "members" in e["details"]]


def no_effect(house: House, request_id: str) -> bool:
    return not {"grant.issued", "grant.redeemed", "credentials.issued"} & set(house.types(request_id))


def woken(house: House, request_id: str) -> None:
    """The workflow goes on as after an approval: its callback proves nothing."""
    token = house.request(request_id).task_token
    assert token is not None
    wiring.wiring().workflow.succeed(token, request_id)


# -- before the grant

BEFORE: dict[str, Callable[[House, str], dict[str, Any]]] = {
    "status": lambda h, r: {"status": "approved"},
    "decision": lambda h, r: {"status": "approved", "decisions": forged(h, r, "petra.approver")},
    "quorum": lambda h, r: {"status": "approved", "decisions": forged(h, r, "petra.approver", "quinn.approver")},
    "broken glass": lambda h, r: {
        "status": "approved",
        "decisions": forged(h, r, "rosa.security", break_glass=True, comment="x"),
    },
    "verdict": lambda h, r: {"verdict": "allow"},
}


@pytest.mark.parametrize("what", BEFORE)
def test_34_forged_approval_gets_no_grant(house: House, what: str) -> None:
    request_id = house.asked()
    edited(house, request_id, **BEFORE[what](house, request_id))
    woken(house, request_id)
    house.ended(request_id)
    request = house.request(request_id)
    assert (request.status, request.code, request.grant) == ("failed", "evidence_mismatch", None)
    (refusal,) = refusals(house, request_id)
    assert (refusal["type"], refusal["actor"]["kind"]) == ("credentials.refused", "system")
    assert no_effect(house, request_id)
    assert house.redeem(request_id)[0] == 409
    assert not house.vaulted(request_id)
    assert house.broken_at(request_id) is None
    assert any('"outcome":"evidence_mismatch"' in line and request_id in line for line in house.logs)


@pytest.mark.parametrize("channel", ["slack", "api"])
def test_34_forged_half_of_a_quorum_does_not_help_the_other_half(house: House, channel: str) -> None:
    policy = wiring.wiring().policy
    action = policy.actions["s3.export"]
    two = replace(action, approval=replace(action.approval, quorum=2))
    with house.policy(actions={**policy.actions, "s3.export": two}):
        request_id = house.asked()
        kept = stored(house, request_id)
        edited(house, request_id, decisions=forged(house, request_id, "otto.owner"))
        if channel == "slack":
            assert house.click("petra.approver", request_id) == "evidence_mismatch"
        else:
            assert house.decide("petra.approver", request_id)[1]["code"] == "evidence_mismatch"
        (refusal,) = refusals(house, request_id)
        assert (refusal["type"], refusal["actor"]["id"]) == ("decision.refused", "petra.approver")
        assert refusal["details"]["members"] == ["decisions"]
        # With the item as it was the request goes on where the evidence says it stands: nobody has approved yet.
        put(house, {**kept, "version": stored(house, request_id)["version"]})
        assert house.click("petra.approver", request_id) == "evidence_mismatch"  # an old head is none
        assert house.click("petra.approver", request_id) == "ok"
        assert house.request(request_id).status == "pending"
        assert house.click("otto.owner", request_id) == "ok"
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200
    assert house.broken_at(request_id) is None


def test_34_view_of_another_request_is_put_in_the_place_of_the_presented_one(house: House) -> None:
    harmless, request_id = house.asked(reason="Nothing to see"), house.asked()
    real = house.request(request_id).presented_digest
    edited(house, request_id, presented_digest=house.request(harmless).presented_digest)
    assert house.decide("petra.approver", request_id)[1]["code"] == "evidence_mismatch"
    (refusal,) = refusals(house, request_id)
    assert (refusal["details"]["members"], refusal["presented_digest"]) == (["presented_digest"], real)
    edited(house, request_id, presented_digest=real)
    assert house.click("petra.approver", request_id) == "ok"
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200


def test_34_owner_who_is_no_longer_named_does_not_approve(house: House) -> None:
    """Four eyes is judged from the submission's evidence too."""
    request_id = house.asked()
    edited(house, request_id, owner="otto.owner", operators=[], agent="triage-bot")
    for person in ("olive.owner", "sam.operator"):
        assert house.decide(person, request_id)[1]["code"] == "evidence_mismatch"
    assert {e["actor"]["id"] for e in refusals(house, request_id)} == {"olive.owner", "sam.operator"}
    assert no_effect(house, request_id)


def test_34_no_is_welcome_on_a_forged_request(house: House) -> None:
    request_id = house.asked()
    edited(house, request_id, decisions=forged(house, request_id, "quinn.approver"))
    assert house.click("petra.approver", request_id, "deny") == "ok"
    house.ended(request_id)
    assert house.request(request_id).status == "denied"
    assert no_effect(house, request_id)


def test_34_forged_head_stops_nobody_who_stops_something(house: House) -> None:
    """The place that it names is taken; the next event goes where the chain really ends."""
    pending, granted = house.asked(), house.granted()
    assert house.redeem(granted)[0] == 200
    for request_id in (pending, granted):
        edited(house, request_id, head={"length": 1, "hash": "0" * 64})
    assert house.click("petra.approver", pending, "deny") == "ok"
    route = ("DELETE", "/v1/requests/{request_id}/grant")
    rosa = person_arn("rosa.security")
    house.call("revoke_grant", rosa, request_id=granted, route=route)
    assert house.types(granted)[-1] == "grant.revoked"
    house.ended(pending)
    assert (house.request(pending).status, house.request(granted).status) == ("denied", "revoked")
    assert house.broken_at(pending) is house.broken_at(granted) is None


# -- after the grant


def grant(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda d: {"grant": {**d["grant"], **members}}


AFTER: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "a grant that lasts longer": grant(expires_at="2036-11-02T10:00:00.000Z"),
    "a credential that lives longer": lambda d: {"duration_seconds": 3600},
    "another approver": grant(approvers=["quinn.approver"]),
    "another action digest": lambda d: {"action_digest": "0" * 64},
    "an earlier hour": lambda d: {"created_at": NOW},
    "a broken glass made whole": lambda d: {"decisions": [{**d["decisions"][0], "break_glass": True}]},
    "a rung that was not reached": lambda d: {"rung": 2},
    "a lower quorum": lambda d: {"quorum": 0},
    "nobody who may be acted for": lambda d: {"may_act_for": []},
    "somebody acted for": lambda d: {"on_behalf_of": "quinn.approver"},
    "a head that is older": lambda d: {"head": {**d["head"], "length": d["head"]["length"] - 1}},
    "a head that is newer": lambda d: {"head": {**d["head"], "length": d["head"]["length"] + 3}},
}


@pytest.mark.parametrize("what", AFTER)
def test_34_edited_grant_is_not_redeemed(house: House, what: str) -> None:
    request_id = house.granted()
    before = document(house, request_id)
    edited(house, request_id, **AFTER[what](before))
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "evidence_mismatch")
    assert "members" not in problem
    (refusal,) = refusals(house, request_id)
    assert (refusal["type"], refusal["actor"]["id"]) == ("credentials.refused", "export-bot")
    assert refusal["action_digest"] == before["action_digest"]
    assert "grant.redeemed" not in house.types(request_id)
    # Put right again, it is redeemed: nothing was lost.
    now = document(house, request_id)
    edited(house, request_id, **{**before, **{name: now[name] for name in ("head", "version", "refusals")}})
    assert house.redeem(request_id)[0] == 200
    assert house.broken_at(request_id) is None


def test_34_item_from_before_the_redemption_is_put_back(house: House) -> None:
    """The grant would be good for a second time."""
    request_id = house.granted()
    kept = stored(house, request_id)
    assert house.redeem(request_id)[0] == 200
    house.ended(request_id)
    put(house, kept)
    for _ in range(2):
        assert house.redeem(request_id)[1]["code"] == "evidence_mismatch"
    assert house.types(request_id).count("credentials.issued") == 1
    assert {"status", "grant"} <= set(refusals(house, request_id)[-1]["details"]["members"])
    assert house.broken_at(request_id) is None


def test_34_revocation_is_undone_in_the_table(house: House) -> None:
    request_id = house.granted()
    kept = stored(house, request_id)
    route = ("DELETE", "/v1/requests/{request_id}/grant")
    rosa = person_arn("rosa.security")
    assert house.call("revoke_grant", rosa, request_id=request_id, route=route)[0] == 200
    # The workflow closes the request meanwhile; over the forged item it would write its own end of the grant.
    house.until(request_id, lambda request: request.task_token is None)
    put(house, kept)
    assert house.redeem(request_id)[1]["code"] == "evidence_mismatch"
    assert "grant.redeemed" not in house.types(request_id)


def test_34_revocation_while_sts_answers_is_undone_in_the_table(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the minting step reads after STS has answered is a copy, too."""
    request_id = house.granted()
    issuer, route = wiring.wiring().issuer, ("DELETE", "/v1/requests/{request_id}/grant")
    issue = issuer.issue

    def meanwhile(wanted: Any) -> Any:
        kept = stored(house, request_id, at_once=True)
        house.call("revoke_grant", person_arn("rosa.security"), request_id=request_id, route=route)
        put(house, kept)
        return issue(wanted)

    monkeypatch.setattr(issuer, "issue", meanwhile)
    assert house.redeem(request_id)[1]["code"] == "evidence_mismatch"
    types = house.types(request_id)
    assert "credentials.issued" not in types
    assert types[-1] == "credentials.failed" or "request.closed" in types
    assert refusals(house, request_id)
    assert house.broken_at(request_id) is None


@pytest.mark.parametrize("item", [{"document": {"S": "{"}}, {"document": {"N": "1"}}, {"version": {"S": "one"}}])
def test_34_garbled_request_is_refused_and_loses_nothing(house: House, item: dict[str, Any]) -> None:
    request_id = house.granted()
    kept = stored(house, request_id)
    put(house, {**kept, **item})
    assert house.redeem(request_id)[0] == 503
    assert house.said()["outcome"] == "request_unreadable"
    put(house, kept)
    assert house.redeem(request_id)[1].get("code") is None


# -- the chain itself


def places(house: House, request_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.client("dynamodb").query(
        TableName="audit",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"REQ#{request_id}"}},
    )["Items"]
    return found


CHAIN: dict[str, Callable[[list[dict[str, Any]]], tuple[list[dict[str, Any]], list[dict[str, Any]]]]] = {
    "edited": lambda links: (
        [{**links[3], "event": {"S": links[3]["event"]["S"].replace("petra", "quinn")}}],
        [],
    ),
    "head removed": lambda links: ([], [links[0]]),
    "middle removed": lambda links: ([], [links[3]]),
    "tail removed": lambda links: ([], [links[-1]]),
    "one added": lambda links: ([{**links[-1], "sk": {"S": f"{len(links):010d}"}}], []),
    "one added far off": lambda links: ([{**links[-1], "sk": {"S": "9" * 10}}], []),
    "two exchanged": lambda links: (
        [{**links[3], "sk": links[4]["sk"]}, {**links[4], "sk": links[3]["sk"]}],
        [],
    ),
    "of another request": lambda links: (
        [{**links[3], "event": {"S": links[3]["event"]["S"].replace("req-", "rep-")}}],
        [],
    ),
}


@pytest.mark.parametrize("what", CHAIN)
def test_34_chain_that_was_touched_proves_nothing(house: House, what: str) -> None:
    request_id = house.granted()
    links, table = places(house, request_id), house.client("dynamodb")
    written, removed = CHAIN[what](links)
    for link in removed:
        table.delete_item(TableName="audit", Key={"pk": link["pk"], "sk": link["sk"]})
    for link in written:
        table.put_item(TableName="audit", Item=link)
    status, problem = house.redeem(request_id)
    assert (status, problem["code"]) == (409, "evidence_mismatch")
    (refusal,) = refusals(house, request_id)
    assert refusal["details"]["members"] == (["grant", "head"] if what == "tail removed" else ["chain"])
    assert "grant.redeemed" not in house.types(request_id)


def test_34_refusals_do_not_bury_the_decisions(house: House) -> None:
    request_id = house.granted()
    edited(house, request_id, rung=2)
    for _ in range(25):
        assert house.redeem(request_id, agent_arn("export-bot"))[1]["code"] == "evidence_mismatch"
    assert len(refusals(house, request_id)) == 20
