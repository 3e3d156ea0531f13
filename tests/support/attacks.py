"""What every attack's test asks at the end."""

from __future__ import annotations

from tests.support.house import House
from tests.support.story import agent_arn


def refused_and_written(house: House, request_id: str, code: str, actor: str, kind: str = "decision.refused") -> bool:
    """The newest event is the refusal, by this actor; the request waits on as if nothing had been tried."""
    event = house.events(request_id)[-1]
    assert (event["type"], event["details"], event["actor"]["id"]) == (kind, {"code": code}, actor)
    assert house.request(request_id).status == "pending"
    return True


def still_works(house: House, request_id: str) -> bool:
    """Nothing was lost: the right person approves, the agent redeems, once."""
    assert house.click("petra.approver", request_id) == "ok"
    house.until(request_id, lambda r: r.grant is not None)
    assert house.redeem(request_id)[0] == 200
    assert house.redeem(request_id, agent_arn("export-bot"))[1]["code"] == "already_redeemed"
    assert house.types(request_id).count("credentials.issued") == 1
    return True
