"""A small Slack workspace for tests: its people, a card like the product's, and a server with a receiving app."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from local_slack.app import LocalSlack
from local_slack.config import parse_workspace
from local_slack.server import SlackServer

BOT_TOKEN = "xoxb-test-token"
SIGNING_SECRET = "test-signing-secret"
CHANNEL = "C0APPROVAL"
OTHER_CHANNEL = "C0SECURITY"
QUINN = "UQUINN0004"
PETRA = "UPETRA0003"

DOCUMENT: dict[str, Any] = {
    "bot_token": BOT_TOKEN,
    "signing_secret": SIGNING_SECRET,
    "team_id": "T0SALLYPRT",
    "app_id": "A0SALLYPRT",
    "channels": [{"id": CHANNEL, "name": "agent-approvals"}, {"id": OTHER_CHANNEL, "name": "security"}],
    "users": [
        {"id": PETRA, "name": "petra.approver", "real_name": "Petra Approver"},
        {"id": QUINN, "name": "quinn.approver", "real_name": "Quinn Approver"},
        {"id": "UGUEST0007", "name": "gil.guest", "real_name": "Gil Guest", "is_restricted": True},
        {
            "id": "USTRANGE08",
            "name": "stan",
            "real_name": "Stan Stranger",
            "is_stranger": True,
            "team_id": "T0THEIRORG",
        },
        {"id": "UGONE00009", "name": "gone", "real_name": "Gone", "deleted": True},
        {"id": "UROBOT0010", "name": "robot", "real_name": "Robot", "is_bot": True},
        {"id": "UAWAY00011", "name": "away", "real_name": "Away", "in_channel": False},
    ],
    "usergroups": [{"id": "SAPPROVERS", "users": [PETRA, QUINN]}],
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action_id: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": "req-1", **more}


def card(reason: str = "Monthly report for [PERSON-1]") -> list[dict[str, Any]]:
    """Header, fields, text and the two buttons, the first with a question before it."""
    confirm = {
        "title": plain("Approve?"),
        "text": mrkdwn("*s3.export*, 15 minutes"),
        "confirm": plain("Yes, approve"),
        "deny": plain("Back"),
    }
    return [
        {"type": "header", "text": plain("export-bot asks for s3.export")},
        {"type": "section", "fields": [mrkdwn("*Bucket*\n`sample-data`"), mrkdwn("*Prefix*\n`fhir/2026/`")]},
        {"type": "section", "block_id": "reason", "text": mrkdwn(reason)},
        {
            "type": "actions",
            "block_id": "decide:abc123",
            "elements": [
                button("Approve", "approve", style="primary", confirm=confirm),
                button("Deny", "deny", style="danger"),
            ],
        },
    ]


def modal(**more: Any) -> dict[str, Any]:
    """A modal with one required text field and one menu."""
    return {
        "type": "modal",
        "callback_id": "deny",
        "private_metadata": "req-1",
        "title": plain("Deny the request"),
        "submit": plain("Send"),
        "blocks": [
            {
                "type": "input",
                "block_id": "why",
                "label": plain("Why?"),
                "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 200},
            },
            {
                "type": "input",
                "block_id": "kind",
                "optional": True,
                "label": plain("Kind"),
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [
                        {"text": plain("Too broad"), "value": "broad"},
                        {"text": plain("Not now"), "value": "later"},
                    ],
                },
            },
        ],
        **more,
    }


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes


@dataclass
class ReceivingApp:
    """The app behind the request URL: keeps what came and answers what it is told to."""

    url: str = ""
    status: int = 200
    answer: str = ""
    delay_seconds: float = 0.0
    requests: list[Received] = field(default_factory=list)
    stop_waiting: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiving_app() -> Iterator[ReceivingApp]:
    app = ReceivingApp()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            app.requests.append(Received(dict(self.headers.items()), body))
            if app.delay_seconds:
                app.stop_waiting.wait(app.delay_seconds)
            answer = app.answer.encode()
            self.send_response(app.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            """A page of another origin, as any web site is one."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "12")
            self.end_headers()
            self.wfile.write(b"<p>Hello</p>")

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as server:
        app.url = f"http://127.0.0.1:{server.server_port}/slack/interactions"
        yield app
        app.stop_waiting.set()


@dataclass
class RunningSlack:
    slack: LocalSlack
    server: SlackServer
    app: ReceivingApp

    @property
    def url(self) -> str:
        return self.server.base_url

    def client(self, token: str = BOT_TOKEN, timeout: int = 60) -> WebClient:
        return WebClient(token, base_url=f"{self.url}/api/", timeout=timeout)


@contextmanager
def running_slack(database: Path | None = None, **changes: Any) -> Iterator[RunningSlack]:
    """The workspace on a free port, pointed at a receiving app. `changes` replace members of its document."""
    with receiving_app() as app:
        slack = LocalSlack(parse_workspace(DOCUMENT | changes), database)
        slack.outbox.point_to(app.url)
        with serving(SlackServer(slack, 0)) as server:
            yield RunningSlack(slack, server, app)
        slack.store.close()


@contextmanager
def serving[Server: ThreadingHTTPServer](server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
