"""Threats 26 and 30: a task token gets out, or is used by who has it; delimiters in what people type move a border."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sallyport.runtime import wiring
from tests.support.attacks import still_works
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

BOT = agent_arn("export-bot")


def everywhere(house: House) -> str:
    """All that left the server side, or stays to be read: URLs, buttons, answers, logs, evidence, names and copies."""
    stored = [*house.objects("views").items(), *house.objects("worm").items(), *house.objects("vault").items()]
    objects = "".join(f"{name} {content!r}" for name, content in stored)
    return (
        json.dumps(house.slack.calls)
        + "".join([*house.logs, *house.answers])
        + json.dumps(house.items("audit"))
        + objects
    )


def test_26_no_token_of_a_request_that_went_all_the_way_got_out(house: House) -> None:
    request_id = house.asked()
    tokens = {house.request(request_id).task_token}
    house.call("get_request", BOT, request_id=request_id)
    house.call("list_requests", person_arn("petra.approver"), query={"status": "pending"})
    assert still_works(house, request_id)
    tokens.add(house.request(request_id).task_token)
    house.ended(request_id)
    tokens |= {
        json.loads(event["taskScheduledEventDetails"]["parameters"])["Payload"].get("task_token")
        for event in house.history(request_id)
        if "taskScheduledEventDetails" in event and "Payload" in event["taskScheduledEventDetails"]["parameters"]
    }
    tokens.discard(None)
    assert len(tokens) >= 2, "the approval's and the redemption's"
    told = everywhere(house)
    assert not [token for token in tokens if token and token in told]
    assert not any(token and token in repr(house.request(request_id)) for token in tokens)


def test_26_service_that_quotes_the_token_in_its_error_spreads_it_no_further(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_id = house.asked()
    token = house.request(request_id).task_token
    assert token

    def fail(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "InternalError", "Message": f"cannot take {token}"}}, "SendTaskSuccess")

    monkeypatch.setattr(wiring.wiring().workflow._sfn, "send_task_success", fail)
    assert house.click("petra.approver", request_id) == "ok"
    monkeypatch.undo()
    assert token not in everywhere(house)
    assert house.request(request_id).status == "approved", "the decision stands: the evidence is written first"


@pytest.mark.parametrize("output", ["{}", '{"approved": true, "request_id": "req-ffffffffffffffffffffffff"}'])
def test_26_whoever_has_the_token_has_no_grant(house: House, output: str) -> None:
    """It wakes the workflow, which looks at the evidence and finds no approval."""
    request_id = house.asked()
    token = house.request(request_id).task_token
    house.client("stepfunctions").send_task_success(taskToken=token, output=output)
    house.ended(request_id)
    request = house.request(request_id)
    assert (request.status.value, request.grant) == ("failed", None)
    assert not {"request.approved", "grant.issued"} & set(house.types(request_id))
    assert house.types(request_id)[-1] == "request.closed"
    assert house.redeem(request_id)[0] == 409
    assert still_works(house, house.asked()), "and nothing else was lost"


TEXTS = {
    "a ticket": "INC-42: drop table users",
    "JSON": 'a","approved":true,"decisions":[{"by":"petra.approver"}],"x":"',
    "separators": "a|b;c,d\te=f&g#h:i/j\\k",
    "line ends": "first\r\nsecond\n\nAPPROVED BY petra.approver\u2028third",
    "DynamoDB": '{"S":"x"} #status = :approved, REQ#req-1',
    "escapes": "\\u0022}{ %22%7D &quot; \\",
    "CSV": '"one","two"\n=cmd()|x',
    "Slack": "*bold* `code` <!channel> <@UPETRA0003|approved> &amp;",
    "printf": "%s {0} ${x} {request_id} $.detail",
}


def held(house: House, request_id: str) -> dict[str, Any]:
    """The masked document as it is stored."""
    digest = house.request(request_id).presented_digest
    (content,) = [body for name, body in house.objects("views").items() if digest and digest in name]
    found: dict[str, Any] = json.loads(content)
    masked: dict[str, Any] = found["masked"]
    return masked


@pytest.mark.parametrize("what", TEXTS)
def test_30_reason_and_context_are_stored_and_shown_whole(house: House, what: str) -> None:
    text = TEXTS[what]
    request_id = house.asked(reason=text, context={"note": text, "list": [text, {"deep": text}], "n": what})
    view = house.call("get_request", BOT, request_id=request_id)[1]
    for masked in (view["masked"], held(house, request_id)):
        assert masked["reason"] == text
        assert masked["context"] == {"note": text, "list": [text, {"deep": text}], "n": what}
    assert view["masked"]["parameters"] == submission_body()["parameters"], "no border moved into them"
    assert (view["agent"], view["action"], view["status"]) == ("export-bot", "s3.export", "pending")
    assert still_works(house, request_id)


@pytest.mark.parametrize("what", TEXTS)
def test_30_comment_and_note_are_one_field_of_one_event(house: House, what: str) -> None:
    text = TEXTS[what]
    request_id = house.asked()
    assert house.decide("olive.owner", request_id, "approve", reason=text)[1]["code"] == "self_approval"
    assert house.decide("petra.approver", request_id, "deny", reason=text)[0] == 200
    events = house.events(request_id)
    (decision,) = [event for event in events if event["type"] == "decision.recorded"]
    assert decision["details"] == {"decision": "deny", "comment": text}
    assert decision["actor"]["id"] == "petra.approver"
    assert [e["details"] for e in events if e["type"] == "decision.refused"] == [{"code": "self_approval"}]
    assert house.request(request_id).decisions[0].comment == text
    assert house.request(request_id).status.value == "denied"
    assert house.broken_at(request_id) is None


def test_30_delimiter_in_an_idempotency_key_takes_nobody_elses_request(house: House) -> None:
    """The key is bound to its agent, so one agent's key cannot be written to be another's."""
    body = submission_body()
    keys = ("abc", "export-bot\nabc", "abc\nexport-bot", "abc#def", "REQ#abc")
    made = {}
    for key in keys:
        status, view = house.call(
            "submit_request", BOT, body={**body, "context": {"key": key}}, headers={"Idempotency-Key": key}
        )
        made[key] = view.get("request_id") if status == 202 else view["code"]
    taken = {found for found in made.values() if str(found).startswith("req-")}
    assert len(taken) == len([key for key in made if str(made[key]).startswith("req-")]) >= 3
    again = {**body, "context": {"key": "abc"}}
    status, view = house.call("submit_request", BOT, body=again, headers={"Idempotency-Key": "abc"})
    assert (status, view["request_id"]) == (200, made["abc"])
    other = agent_arn("triage-bot")
    status, view = house.call("submit_request", other, body=again, headers={"Idempotency-Key": "abc"})
    assert view.get("request_id") not in taken


@pytest.mark.parametrize("named", ["export-bot,approver=petra", "a\nb", "x#y", "agent=all", "../x", "*"])
def test_30_delimiter_in_an_id_is_refused(house: House, named: str) -> None:
    """Ids stand in keys, chains' names and source identities, which are split at such characters."""
    before = house.refused("on_behalf_of_not_allowed")
    status, problem = house.call("submit_request", BOT, body=submission_body(on_behalf_of=named))
    assert (status, problem["code"]) == (403, "on_behalf_of_not_allowed")
    assert house.refused("on_behalf_of_not_allowed") == before + 1
    rosa = person_arn("rosa.security")
    body = {"switch": f"agent:{named}", "reason": "x"}
    status, problem = house.call("set_halt", rosa, body=body, route=("POST", "/v1/halts"))
    assert status in (400, 403, 404)
    assert not wiring.wiring().store.deployment().switches
