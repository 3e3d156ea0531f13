"""Threat 16: masking misses one sink.

One request goes all the way with identifiers in everything that people and agents type; then every place to which
anything was written is searched, each by itself.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.canaries import scan
from sallyport.runtime import wiring
from tests.support.account import opened
from tests.support.house import House, submission_body
from tests.support.story import agent_arn, person_arn

NAME, SSN, MRN = "Wilhelmina Featherstonehaugh", "519-48-2276", "48213397"
PHI = {"name": NAME, "ssn": SSN, "record": MRN, "phone": "(555) 867-5309", "mail": "wilhelmina@mail.example"}
TYPED: dict[str, Any] = {
    "reason": f"Export for {NAME}, SSN {SSN}, call {PHI['phone']}",
    "context": {
        "patient": {"name": NAME, "mrn": MRN, "contacts": [PHI["phone"], {"email": PHI["mail"]}]},
        f"note about {NAME}": "a key can tell as much as a value",
        "failed": json.dumps({"ssn": SSN, "again": json.dumps({"name": NAME})}),
        "hl7": f"PID|1||{MRN}^^^CLINIC^MR||Featherstonehaugh^Wilhelmina||19570314|F",
        "url": f"https://records.example/find?mail={PHI['mail']}&ssn={SSN}",
    },
}
COMMENT = f"Talked to {NAME} ({PHI['phone']})"
REPORT = {"outcome": "done", "note": f"Rows of {NAME}, {SSN}, were there"}

type Texts = list[tuple[str, str | bytes]]
type Sink = Callable[[House, str], Texts]


def _slack(house: House, *members: str) -> Texts:
    """What Slack was told, of these members of its calls, or of all."""
    told = [
        (method, {name: said[name] for name in said if not members or name in members})
        for method, said in house.slack.calls
    ]
    return [(method, json.dumps(said, ensure_ascii=False)) for method, said in told if said]


def _metrics(house: House, _: str) -> Texts:
    """What CloudWatch makes metrics of: names, dimensions and their values."""
    found: Texts = []
    for line in map(json.loads, house.logs):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            names = {name for names in directive["Dimensions"] for name in names}
            found.append(("metric", json.dumps([directive, {name: line[name] for name in names}])))
    return found


def _execution(house: House, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = house.client("stepfunctions").describe_execution(
        executionArn=house.execution_arn(request_id)
    )
    return found


def _stored(house: House, buckets: tuple[str, ...]) -> list[tuple[str, bytes]]:
    return [(f"{bucket}/{key}", body) for bucket in buckets for key, body in house.objects(bucket).items()]


# Each with what it is read from. One that turns out empty has not been searched, which fails as well.
SINKS: dict[str, Sink] = {
    "log lines": lambda house, _: [("line", line) for line in house.logs],
    "metrics": _metrics,
    "answers of the API": lambda house, _: [("answer", answer) for answer in house.answers],
    "card": lambda house, _: _slack(house, "blocks", "attachments"),
    "notification's fallback text": lambda house, _: _slack(house, "text"),
    "everything else that Slack is told": lambda house, _: _slack(house),
    "execution's name and input": lambda house, r: [
        (name, str(_execution(house, r)[name])) for name in ("name", "input")
    ],
    "execution's history": lambda house, r: [(e["type"], json.dumps(e, default=str)) for e in house.history(r)],
    "audit trail": lambda house, _: [(i["pk"], json.dumps(i, ensure_ascii=False)) for i in house.items("audit")],
    "requests table": lambda house, _: [(i["pk"], json.dumps(i, default=str)) for i in house.items("requests")],
    "names of objects": lambda house, _: [("name", name) for name, _ in _stored(house, ("vault", "views", "worm"))],
    "objects outside of the vault": lambda house, _: list(_stored(house, ("views", "worm"))),
}


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[House, str]]:
    """A house of its own, and the request that went all the way: asked, commented, approved, redeemed, reported."""
    with opened() as house:
        role = "sallyport-target-s3-export"
        house.client("iam").create_role(RoleName=role, Path="/sallyport/target/", AssumeRolePolicyDocument="{}")
        request_id = house.asked(**TYPED)
        assert b"Featherstonehaugh" in b"".join(house.objects("vault").values()), "the search would find it there"
        house.call("get_request", agent_arn("export-bot"), request_id=request_id)
        house.call("list_requests", person_arn("petra.approver"), query={"status": "pending"})
        assert house.decide("olive.owner", request_id, reason=COMMENT)[1]["code"] == "self_approval"
        assert house.decide("petra.approver", request_id, reason=COMMENT)[0] == 200
        house.until(request_id, lambda r: r.grant is not None)
        assert house.redeem(request_id)[0] == 200
        assert house.call("revoke_grant", agent_arn("export-bot"), request_id=request_id, body=REPORT)[0] == 200
        house.call("submit_request", agent_arn("export-bot"), body=submission_body(action=NAME, **TYPED))
        assert house.ended(request_id) == "SUCCEEDED"
        house.invoke("notarize_audit", {"source": "aws.events"})
        yield house, request_id


@pytest.mark.parametrize("sink", SINKS)
def test_16_no_sink_has_a_raw_value(told: tuple[House, str], sink: str) -> None:
    texts = SINKS[sink](*told)
    assert texts
    assert scan(texts, PHI) == []


def test_16_what_was_typed_is_there_masked_and_nothing_of_the_request_is_lost(told: tuple[House, str]) -> None:
    house, request_id = told
    view = house.call("get_request", agent_arn("export-bot"), request_id=request_id)[1]
    assert view["masked"]["reason"].startswith("Export for [NAME-")
    events = {event["type"]: event["details"] for event in house.events(request_id)}
    assert "[NAME-" in json.dumps(events["decision.recorded"])
    assert "[NAME-" in json.dumps(events["grant.revoked"])
    assert [e["details"] for e in house.events(request_id) if e["type"] == "decision.refused"] == [
        {"code": "self_approval"}
    ]
    assert house.broken_at(request_id) is None
    assert not house.vaulted(request_id), "and the raw action is gone"


def test_16_names_of_objects_are_ids_and_digests(told: tuple[House, str]) -> None:
    house, request_id = told
    (view,) = house.objects("views")
    assert view == f"views/{house.request(request_id).presented_digest}.json"


def _boom(*_: Any, **__: Any) -> Any:
    raise RuntimeError(f"could not take {NAME}, {SSN}")


# The ports that each step asks for; what they raise has the value in its text, as a service's own message may.
STEPS = {"vault": "get", "views": "put", "chat": "post_card", "sameness": "sign", "workflow": "start"}


@pytest.mark.parametrize("port", STEPS)
def test_16_exception_with_a_value_in_its_text_reaches_no_sink(told: tuple[House, str], port: str) -> None:
    house, _ = told
    logged = len(house.logs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(getattr(wiring.wiring(), port), STEPS[port], _boom)
        asked = submission_body(**{**TYPED, "reason": f"{TYPED['reason']}, for {port}"})
        status, answer = house.call("submit_request", agent_arn("export-bot"), body=asked)
        if status == 202:  # the workflow meets it
            house.ended(answer["request_id"])
    lines = [json.loads(line) for line in house.logs[logged:]]
    assert "RuntimeError" in {line.get("error_class") for line in lines}
    assert [line for line in lines if line["outcome"] == "unforeseen"]
    texts = [text for name, sink in SINKS.items() if "execution" not in name for text in sink(*told)]
    if status == 202:
        texts += [("history", json.dumps(event, default=str)) for event in house.history(answer["request_id"])]
        assert house.request(answer["request_id"]).grant is None
        assert house.broken_at(answer["request_id"]) is None
    assert scan(texts, PHI) == []
