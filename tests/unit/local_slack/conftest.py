"""The workspace without sockets: requests go straight to its dispatcher, and time stands still."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from local_slack.app import LocalSlack
from local_slack.config import parse_workspace
from local_slack.delivery import Delivery
from local_slack.web import Request, Response
from tests.slack_workspace import BOT_TOKEN, CHANNEL, DOCUMENT, card

HOST = {"host": "127.0.0.1:4000"}


class Desk:
    """One workspace with a clock to turn, a recording of what was sent to the app, and its next answers."""

    def __init__(self, **options: Any) -> None:
        self.now = 1_795_000_000.0
        self.slept: list[float] = []
        self.sent: list[tuple[str, bytes, dict[str, str]]] = []
        self.answer = Delivery(200, "", 5)
        self.slack = LocalSlack(
            parse_workspace(DOCUMENT), clock=lambda: self.now, sleep=self.slept.append, send=self._send, **options
        )

    def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        self.sent.append((url, body, dict(headers)))
        return self.answer

    def api(self, method: str, arguments: Mapping[str, Any] | None = None, token: str | None = BOT_TOKEN) -> Any:
        return self.api_response(method, arguments, token).json()

    def api_response(
        self, method: str, arguments: Mapping[str, Any] | None = None, token: str | None = BOT_TOKEN
    ) -> Response:
        headers = HOST | {"content-type": "application/json; charset=utf-8"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        return self.slack.handle(Request("POST", f"/api/{method}", {}, headers, json.dumps(arguments or {}).encode()))

    def post_card(self, reason: str = "Because") -> str:
        answer = self.api("chat.postMessage", {"channel": CHANNEL, "text": "card", "blocks": card(reason)})
        assert answer["ok"], answer
        ts: str = answer["ts"]
        return ts

    def control(self, route: str, document: Any = None, **headers: str) -> Response:
        """POST with a document, GET without."""
        method = "GET" if document is None else "POST"
        body = b"" if document is None else json.dumps(document).encode()
        sent = HOST | {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.slack.handle(Request(method, f"/_control/{route}", {}, sent, body))

    def payload(self) -> Any:
        """The payload of the last interaction that was sent."""
        return json.loads(parse_qs(self.sent[-1][1].decode())["payload"][0])


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.control("interactivity-url", {"url": "http://127.0.0.1:9/slack/interactions"})
    yield made
    made.slack.store.close()
