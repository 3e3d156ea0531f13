"""Bodies of the agents' and approvers' calls."""

from __future__ import annotations

import re
from typing import Any

from sallyport.contracts.json_body import read_object
from sallyport.domain.member_names import unknown_members
from sallyport.domain.refusals import MalformedRequest
from sallyport.domain.requests import REQUEST_ID, Choice
from sallyport.domain.submissions import Outcome, Report, Statement, Submission

MAX_REASON, MAX_NOTE = 4000, 1000
_CURSOR = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{12}Z\|" + REQUEST_ID.pattern)


def parse_submission(body: bytes) -> Submission:
    """The body of `POST /v1/requests`. Raises MalformedRequest naming the members that do not fit."""
    raw = read_object(body)
    _only(raw, {"action", "parameters", "reason", "context", "on_behalf_of", "duration_seconds"})
    seconds = raw.get("duration_seconds")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int)):
        raise MalformedRequest("$.duration_seconds")
    parameters = raw.get("parameters")
    if not isinstance(parameters, dict):
        raise MalformedRequest("$.parameters", next_step="Send `parameters` as an object by the action's schema.")
    return Submission(
        action=_text(raw, "action", 128),
        # Strict tools send null for what they leave out.
        parameters={name: value for name, value in parameters.items() if value is not None},
        reason=_text(raw, "reason", MAX_REASON),
        context=raw.get("context"),
        on_behalf_of=_text(raw, "on_behalf_of", 128) if raw.get("on_behalf_of") is not None else None,
        duration_seconds=seconds,
    )


def parse_statement(body: bytes) -> Statement:
    """The body of `POST /v1/requests/{id}/decisions`. Who decides is never taken from it."""
    raw = read_object(body)
    _only(raw, {"decision", "reason", "presented_digest", "break_glass"})
    try:
        choice = Choice(_text(raw, "decision", 16))
    except ValueError:
        raise MalformedRequest("$.decision") from None
    reason = _text(raw, "reason", MAX_REASON) if raw.get("reason") is not None else None
    if not isinstance(raw.get("break_glass", False), bool):
        raise MalformedRequest("$.break_glass")
    return Statement(choice, _text(raw, "presented_digest", 64), reason, break_glass=raw.get("break_glass", False))


def parse_cursor(text: str | None) -> str | None:
    """`next` of a page, as the page before gave it. Raises MalformedRequest."""
    if text is not None and not _CURSOR.fullmatch(text):
        raise MalformedRequest("?next")
    return text


def parse_halt(body: bytes) -> tuple[str, str]:
    """The body of `POST /v1/halts`: the switch and the reason. Raises MalformedRequest."""
    raw = read_object(body)
    _only(raw, {"switch", "reason"})
    return _text(raw, "switch", 160), _text(raw, "reason", MAX_REASON)


def parse_report(body: bytes) -> Report | None:
    """The body of `DELETE /v1/requests/{id}/grant`, which may be empty. Raises MalformedRequest."""
    if not body:
        return None
    raw = read_object(body)
    _only(raw, {"outcome", "note"})
    outcome = raw.get("outcome")
    if outcome is not None and outcome not in tuple(Outcome):
        raise MalformedRequest(
            "$.outcome", next_step=f"Say one of {', '.join(Outcome)} as the outcome, or leave it out."
        )
    note = _text(raw, "note", MAX_NOTE) if raw.get("note") is not None else None
    return Report(None if outcome is None else Outcome(outcome), note)


def _only(raw: dict[str, Any], known: set[str]) -> None:
    unknown = raw.keys() - known
    if unknown:
        takes = ", ".join(sorted(known))
        named = [path for path in unknown_members("$", unknown) if path != "$"]
        raise MalformedRequest(*named, next_step=f"Leave out everything else: this call takes {takes}.")


def _text(raw: dict[str, Any], name: str, limit: int) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise MalformedRequest(f"$.{name}", next_step=f"Send `{name}` as text of 1 to {limit} characters.")
    return value
