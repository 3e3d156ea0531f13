"""Threat 8: whatever is posted to Slack's address, the answer is 200, 400 or 401, and nothing is decided by it."""

import base64
import copy
import importlib.util
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from sallyport.domain.cards import block_id, form_origin
from sallyport.domain.requests import ApprovalRequest
from tests.support.house import sample_event
from tests.support.slack import APP, CHANNEL, SIGNING_SECRET, TEAM, click_payload, form, signature
from tests.support.story import Story

CASES, SEED = 10_000, 11
PETRA, NOBODY = "UPETRA0003", "U0NOBODY01"
HANDLER = Path(__file__).parents[2] / "functions" / "slack_interaction" / "app.py"
SETTINGS = {"SLACK_TEAM_ID": TEAM, "SLACK_APP_ID": APP, "SLACK_CHANNEL_ID": CHANNEL}

# Each where a valid payload has something else.
JUNK: list[Any] = [
    None, True, 0, -1, 1e308, [], {}, [[]], {"id": {}}, "", " ", "\x00", "\n", "é", "\ud800", "\U0001f512", "U1",
    "T0EVIL", "approve\n", "sallyport:a", "sallyport:é:é", "sallyport:\ud800:\ud800", "sallyport:::", "../../etc",
    "req-" + "0" * 24, "req-" + "0" * 24 + "\n", "null", "[]", "{}", '{"request_id": null}',
    '{"request_id": [], "card": []}', "9" * 5000,
    "x" * 20_000, ["approve"], {"value": "approve"}, "<!channel>", "${aws:username}", "1e9", "٣",
]  # fmt: skip


def clicked(story: Story, user: str, action_id: str, **changes: Any) -> dict[str, Any]:
    request = story.request
    assert request.card is not None
    bound = block_id(request.action_digest, request.presented_digest or "")
    payload = click_payload(
        user=user, action_id=action_id, block_id=bound, request_id=request.request_id, message=request.card.message
    )
    return payload | changes


def sent(story: Story, user: str, callback: str) -> dict[str, Any]:
    request = story.request
    assert request.card is not None
    bound = block_id(request.action_digest, request.presented_digest or "")
    view = {
        "id": "V0123",
        "callback_id": callback,
        "private_metadata": form_origin(request.request_id, bound, request.card),
        "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": "because"}}}},
    }
    return {**clicked(story, user, "none"), "type": "view_submission", "view": view}


def payloads(story: Story, user: str) -> list[dict[str, Any]]:
    turned = clicked(story, user, "details_on", view={"id": "V0123", "private_metadata": "{}"})
    clicks = [clicked(story, user, action_id) for action_id in ("approve", "deny", "withdraw", "details")]
    return [*clicks, turned, *(sent(story, user, callback) for callback in ("confirm_approval", "explain_denial"))]


# What a click or a form is read for: with junk in the place of one of these it says nothing. A message's timestamp is
# not among them, since it only says beside which message the clicker is told something.
CLICK = [("type",), ("user",), ("user", "id"), ("user", "team_id"), ("team",), ("team", "id"), ("api_app_id",)]
ON_A_CARD = [
    ("actions",), ("actions", 0), ("actions", 0, "action_id"), ("actions", 0, "block_id"), ("actions", 0, "value"),
    ("container",), ("container", "channel_id"),
]  # fmt: skip
IN_A_FORM = [("view",), ("view", "callback_id"), ("view", "private_metadata"), ("view", "state")]


def spoiled(payload: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One member that is read, away or replaced."""
    read = [*CLICK, *(IN_A_FORM if payload["type"] == "view_submission" else ON_A_CARD)]
    *way, last = chance.choice(read)
    whole = copy.deepcopy(payload)
    inner: Any = whole
    for step in way:
        inner = inner[step]
    if chance.random() < 0.2 and isinstance(inner, dict):
        del inner[last]
    else:
        inner[last] = chance.choice([junk for junk in JUNK if junk != inner[last]])
    return whole


def scrambled(node: Any, chance: random.Random) -> Any:
    """Anything, anywhere: some members junk, some gone, some twice as deep."""
    if chance.random() < 0.06:
        return chance.choice(JUNK)
    if isinstance(node, dict):
        return {key: scrambled(value, chance) for key, value in node.items() if chance.random() > 0.03}
    if isinstance(node, list):
        return [scrambled(value, chance) for value in node] * chance.choice((1, 1, 1, 0, 2))
    return node


def torn(body: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut off, put in or repeated."""
    at = chance.randrange(len(body) + 1)
    some = chance.randbytes(chance.randrange(1, 9))
    return chance.choice(
        (body[:at], body[at:], body[:at] + some + body[at:], body[:at] + body, some, b"", b"payload=" * 9)
    )


def bodies(story: Story, chance: random.Random) -> Iterator[bytes]:
    """Endless. Whole payloads are a stranger's; an approver's lack something."""
    command = {"command": "/sallyport", "text": "halt all now", "user_id": NOBODY, "team_id": TEAM, "api_app_id": APP}
    strange, asked = payloads(story, NOBODY), payloads(story, PETRA)
    ways: list[Callable[[], bytes]] = [
        lambda: form(spoiled(chance.choice(asked), chance)),
        lambda: form(scrambled(chance.choice(strange), chance)),
        lambda: torn(form(chance.choice(strange)), chance),
        lambda: urlencode({k: str(scrambled(v, chance)) for k, v in command.items()}, errors="replace").encode(),
        lambda: json.dumps(scrambled({"type": "url_verification", "challenge": "abc"}, chance)).encode(),
        lambda: json.dumps(scrambled({"type": "event_callback", "event": {"user": NOBODY}}, chance)).encode(),
        lambda: b"payload=" + quote_plus("[" * chance.randrange(1, 50_000)).encode(),
        lambda: chance.randbytes(chance.randrange(200)),
    ]
    while True:
        yield chance.choice(ways)()


def state(request: ApprovalRequest) -> tuple[object, ...]:
    return request.status, request.decisions, request.grant, request.quorum, request.card, request.review, request.code


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], Callable[[dict[str, Any]], dict[str, Any]]]:
    spec = importlib.util.spec_from_file_location("fuzzed_slack_interaction", HANDLER)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def of(story: Story) -> Callable[[dict[str, Any]], dict[str, Any]]:
        monkeypatch.setattr(module, "wiring", lambda: story.ports)
        monkeypatch.setattr(module, "setting", SETTINGS.__getitem__)
        monkeypatch.setattr(module, "_signing_secret", lambda: SIGNING_SECRET)

        def call(event: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = module.handler(event, None)
            return answer

        return call

    return of


type Made = Callable[[Story], Callable[[dict[str, Any]], dict[str, Any]]]


def posted(body: bytes, stamp: str, signed: str) -> dict[str, Any]:
    event = sample_event("slack_interaction")
    event["multiValueHeaders"] |= {"X-Slack-Request-Timestamp": [stamp], "X-Slack-Signature": [signed]}
    # As API Gateway hands on what is no text.
    return {**event, "isBase64Encoded": True, "body": base64.b64encode(body).decode()}


def test_08_ten_thousand_malformed_payloads_change_nothing(handler: Made) -> None:
    chance = random.Random(SEED)
    story = Story(now=datetime.now(UTC)).quorum(2).pending()
    call, before = handler(story), state(story.request)
    made, told = bodies(story, chance), dict[int, int]()
    for case in range(CASES):
        body, stamp = next(made), str(int(datetime.now(UTC).timestamp()))
        forged = chance.random() < 0.1
        signed = chance.choice(("", "v0=", "v0=é", "v0=" + "0" * 64)) if forged else signature(body, stamp)
        answer = call(posted(body, stamp, signed))
        assert answer["statusCode"] in ((401,) if forged else (200, 400, 401)), (case, body[:300], answer)
        told[answer["statusCode"]] = told.get(answer["statusCode"], 0) + 1
        assert state(story.request) == before, (case, body[:600])
    assert min(told[status] for status in (200, 400, 401)) > CASES // 20
    begun = ["request.submitted", "request.masked", "approval.requested"]
    assert set(story.types) <= {*begun, "decision.refused"}
    assert not story.ports.workflow.succeeded


@pytest.mark.parametrize("at", range(7))
def test_08_the_payloads_that_are_spoiled_are_understood_when_they_are_whole(handler: Made, at: int) -> None:
    """Else the cases above would be refused for a reason of the test's own."""
    story = Story(now=datetime.now(UTC)).quorum(2).pending()
    body, stamp = form(payloads(story, PETRA)[at]), str(int(datetime.now(UTC).timestamp()))
    answer = handler(story)(posted(body, stamp, signature(body, stamp)))
    assert answer["statusCode"] == (400 if at == 4 else 200), answer  # a page is turned by its number
    assert bool(story.request.decisions) == (at in (0, 1, 5))
