"""Threat 40: whatever is lost between two steps blocks nobody for ever, keeps no payload, and ends in the evidence."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sallyport.domain.ports import PortFailed
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House, load_handler, submission_body
from tests.support.story import agent_arn


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house
        for request_id in [item["pk"][4:] for item in house.items("requests") if item["pk"].startswith("REQ#")]:
            assert house.broken_at(request_id) is None


def reconciled(house: House, **later: float) -> dict[str, int]:
    """What the function on the schedule did, run so much later."""
    handler = house.handlers.setdefault("reconcile_requests", load_handler("reconcile_requests"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(handler.__globals__, "_now", lambda: datetime.now(UTC) + timedelta(**later))
        counts: dict[str, int] = house.invoke("reconcile_requests", {})
    assert house.said()["outcome"] == "ok"
    assert house.said().get("counts", {}) == counts
    return counts


def orphan(house: House, body: dict[str, Any], port: str, method: str) -> str:
    """A request whose submission died at this call."""
    before = {item["pk"] for item in house.items("requests")}
    with pytest.MonkeyPatch.context() as patch:

        def dies(*_: Any) -> None:
            raise RuntimeError("the function's time is up")

        patch.setattr(getattr(wiring.wiring(), port), method, dies)
        assert house.call("submit_request", agent_arn("export-bot"), body=body)[0] == 503
    (made,) = {pk for pk in {item["pk"] for item in house.items("requests")} - before if pk.startswith("REQ#")}
    return str(made).removeprefix("REQ#")


def losing(house: House, port: str, method: str) -> Any:
    def lost(*_: Any) -> None:
        raise PortFailed("workflow_unavailable")

    patch = pytest.MonkeyPatch()
    patch.setattr(getattr(wiring.wiring(), port), method, lost)
    return patch


def test_40_request_that_was_never_started_is_started_and_can_be_approved(house: House) -> None:
    request_id = orphan(house, submission_body(), "workflow", "start")
    assert reconciled(house) == {}
    assert reconciled(house, minutes=3) == {"started": 1}
    house.until(request_id, lambda r: r.card is not None and r.task_token is not None)
    assert house.click("petra.approver", request_id) == "ok"
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200


def test_40_request_whose_payload_was_never_put_ends_with_evidence_and_frees_its_agent(house: House) -> None:
    body = submission_body()
    request_id = orphan(house, body, "vault", "put")
    assert house.call("submit_request", agent_arn("export-bot"), body=body)[1]["request_id"] == request_id
    assert reconciled(house, minutes=3) == {"started": 1}
    house.ended(request_id)
    assert (house.request(request_id).status, house.request(request_id).code) == ("failed", "vault_unavailable")
    assert house.types(request_id)[-1] == "request.closed"
    assert house.call("submit_request", agent_arn("export-bot"), body=body)[0] == 202


def test_40_lost_callback_is_made_up_for(house: House) -> None:
    request_id = house.asked()
    patch = losing(house, "workflow", "succeed")
    assert house.decide("petra.approver", request_id)[0] == 200
    patch.undo()
    assert (house.request(request_id).status, house.request(request_id).grant) == ("approved", None)
    assert reconciled(house, minutes=3)["called_back"] == 1
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200


def test_40_execution_that_was_stopped_leaves_a_request_that_still_ends(house: House) -> None:
    request_id = house.asked()
    house.client("stepfunctions").stop_execution(executionArn=house.execution_arn(request_id))
    assert house.decide("petra.approver", request_id, "deny")[0] == 200
    assert house.vaulted(request_id)
    assert reconciled(house, minutes=12)["closed"] == 1
    closed = house.events(request_id)[-1]
    assert (closed["type"], closed["actor"]["channel"]) == ("request.closed", "reconcile")
    assert closed["details"] == {"status": "denied", "code": "none"}
    assert not house.vaulted(request_id)
    assert house.request(request_id).task_token is None


def test_40_payload_that_no_request_knows_is_deleted_in_every_version(house: House) -> None:
    s3, key = house.client("s3"), "actions/req-0123456789abcdef01234567.json"
    for body in (b"one", b"two"):
        s3.put_object(Bucket="vault", Key=key, Body=body)
    waiting = house.asked()
    reconciled(house)
    assert key in house.objects("vault")
    assert reconciled(house, minutes=11)["payloads_deleted"] >= 1
    assert key not in house.objects("vault")
    assert house.vaulted(waiting)


def test_40_session_that_is_over_is_live_no_longer(house: House) -> None:
    request_id = house.granted()
    assert house.redeem(request_id)[0] == 200
    house.ended(request_id)
    store, since = wiring.wiring().store, datetime.now(UTC) - timedelta(days=1)
    assert request_id in {r.request_id for r in store.live("export-bot", since)}
    reconciled(house, hours=3)
    assert request_id not in {r.request_id for r in store.live("export-bot", since)}


def test_40_neither_its_event_nor_a_changed_due_date_makes_it_settle_anything(house: House) -> None:
    request_id = house.asked()
    house.client("dynamodb").update_item(
        TableName="requests",
        Key={"pk": {"S": f"REQ#{request_id}"}},
        UpdateExpression="SET due_at = :past",
        ExpressionAttributeValues={":past": {"S": "2020-01-01T00:00:00.000Z"}},
    )
    house.invoke("reconcile_requests", {"request_id": request_id, "status": "approved"})
    assert house.request(request_id).status == "pending"
    assert house.types(request_id)[-1] == "approval.requested"


def test_40_totals_of_refusals_are_told(house: House) -> None:
    for _ in range(3):
        assert house.call("submit_request", agent_arn("export-bot"), body=submission_body(parameters={}))[0] == 400
    reconciled(house, hours=2)
    counted = [i for i in house.items("requests") if i["pk"].startswith("TALLY#") and "invalid_parameters" in i["pk"]]
    told = [json.loads(house.links(i["pk"].removeprefix("TALLY#"))[-1].body)["details"]["count"] for i in counted]
    assert sum(told) == sum(int(i["count"]) for i in counted) == 3
