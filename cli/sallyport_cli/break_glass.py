"""`sallyport break-glass` and `sallyport review`: approve alone in an emergency, and look at it afterwards."""

from __future__ import annotations

import argparse
import json
from typing import Any
from urllib.parse import quote

from sallyport_cli import connection
from sallyport_cli.connection import Connection

_BREAK = """\
Approves a request alone where policy asks for more people: only for people whom policy lets do so, only for actions
that allow it, and never for your own agent. The credential is shorter, every approver is told, and somebody else must
review it. Without --yes, the request is shown as its approvers see it and nothing is decided (exit code 1).
"""
_REVIEW = """\
A second person's review of a break-glass approval. Objecting voids a grant that has not been redeemed; to end a live
session, use `sallyport revoke`.
"""


def add_commands(commands: Any) -> None:
    """Adds `break-glass` and `review`."""
    raw = argparse.RawDescriptionHelpFormatter
    breaking = commands.add_parser(
        "break-glass", help="approve alone in an emergency", description=_BREAK, formatter_class=raw
    )
    breaking.add_argument("request", metavar="REQUEST", help="a request's id, req-…")
    breaking.add_argument("--reason", required=True, metavar="WHY", help="why it cannot wait; it is masked and audited")
    breaking.add_argument("--yes", action="store_true", help="you have read the request: approve it")
    connection.add_arguments(breaking)
    breaking.set_defaults(run=connection.run, does=_break)
    reviewing = commands.add_parser(
        "review", help="review a break-glass approval as a second person", description=_REVIEW, formatter_class=raw
    )
    reviewing.add_argument("request", metavar="REQUEST", help="a request's id, req-…")
    word = reviewing.add_mutually_exclusive_group(required=True)
    word.add_argument("--approve", dest="decision", action="store_const", const="approve", help="it was right")
    word.add_argument("--object", dest="decision", action="store_const", const="deny", help="it was not")
    reviewing.add_argument("--reason", required=True, metavar="WHY", help="your finding; it is masked and audited")
    connection.add_arguments(reviewing)
    reviewing.set_defaults(run=connection.run, does=_review)


def _break(arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    decision = "approve" if arguments.yes else None
    return _said(arguments, deployment, decision, break_glass=True)


def _review(arguments: argparse.Namespace, deployment: Connection) -> tuple[dict[str, Any], str]:
    return _said(arguments, deployment, arguments.decision, break_glass=False)


def _said(
    arguments: argparse.Namespace, deployment: Connection, decision: str | None, *, break_glass: bool
) -> tuple[dict[str, Any], str]:
    path = f"/v1/requests/{quote(arguments.request, safe='')}"
    shown = deployment.call("GET", path)
    if decision is None:
        return {**shown, "refused": "not_confirmed"}, f"{json.dumps(shown, indent=2)}\nNothing is decided: add --yes."
    body = {"decision": decision, "reason": arguments.reason, "presented_digest": shown["presented_digest"]}
    if break_glass:
        body["break_glass"] = True
    answer = deployment.call("POST", f"{path}/decisions", body)
    review = answer.get("review", "none")
    return answer, f"{answer['request_id']}: {answer['status']}, review: {review if review == 'pending' else 'done'}"
