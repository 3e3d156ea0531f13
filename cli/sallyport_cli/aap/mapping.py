"""Translates what is said in one protocol into the terms of the other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sallyport_agent import Action, Refused, Request
    from sallyport_cli.aap.wire import Submission

_LONGEST_REASON, LONGEST_NOTE = 4000, 1000
_NO_REASON = "The agent gave no reason."


def asked(said: Submission, actions: Sequence[Action]) -> dict[str, Any]:
    """The submission for Sallyport. A tool that is not an action is passed on under its own name, and is refused there.

    Everything that distinguishes two submissions is passed on, in `context` where it has no other place, so that two
    calls of one tool are two requests there as well.
    """
    action = next((each for each in actions if said.tool in (each.name, each.raw.get("tool_name"))), None)
    parameters = dict(said.said["arguments"])
    context = dict(said.said.get("context", {}))
    # A tool made from the catalogue's input_schema has these two beside the action's own parameters.
    beside = {} if action is None else {name: parameters.pop(name, None) for name in ("reason", "context")}
    reasons = [text for text in (beside.get("reason"), said.said.get("agent_reasoning")) if text]
    if len(reasons) > 1:
        context["agent_reasoning"] = reasons[1]
    if beside.get("context") is not None:
        context["tool_context"] = beside["context"]
    if "server" in said.said:
        context["server"] = said.said["server"]
    return {
        "action": said.tool if action is None else action.name,
        "parameters": parameters,
        "reason": cut(str(reasons[0]) if reasons else _NO_REASON, _LONGEST_REASON),
        "context": context or None,
    }


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def shown(request: Request, handed: str | None, outcome: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """Status and times of a request. `handed` is how to use what was consumed; `outcome` what was reported of it."""
    view = request.raw
    times = {"created_at": view["created_at"], "deadline_at": view["expires_at"]}
    grant = view.get("grant")
    # It counts as approved once its grant exists, which takes seconds.
    if request.pending or (request.approved and not grant):
        return {"status": "pending", **times}
    if grant and (request.approved or grant["redeemed_at"]):
        decision = {"status": "approved", "decided_at": grant["issued_at"], "expires_at": grant["expires_at"]}
        answer = {"status": "approved", **times, "decision": decision | ({"note": handed} if handed else {})}
        if grant["redeemed_at"]:
            answer["consumption"] = {"consumed_at": grant["redeemed_at"], **({"outcome": outcome} if outcome else {})}
        return answer
    # What ended unused, and was neither denied nor expired, was ended by somebody or could not be carried out.
    status = request.status if request.status in ("denied", "expired") else "cancelled"
    note = request.reason or view.get("code")
    decision = {"status": status, "decided_at": _settled_at(view, now), **({"note": str(note)} if note else {})}
    return {"status": status, **times, "decision": decision}


def refused(refusal: Refused, now: datetime) -> dict[str, Any]:
    """A submission that policy refuses becomes a denial whose note says what to do, because the protocol's gate tells
    the model nothing about an error."""
    note = " ".join(filter(None, (f"{refusal.title} ({refusal.code}).", refusal.next, *refusal.paths)))
    times = {"created_at": stamp(now), "deadline_at": stamp(now + timedelta(seconds=1))}
    return {"status": "denied", **times, "decision": {"status": "denied", "decided_at": stamp(now), "note": note}}


def note_of(handed: Mapping[str, Any]) -> str:
    return json.dumps(handed, ensure_ascii=False)


def _settled_at(view: Mapping[str, Any], now: datetime) -> str:
    """When the last person decided, or at the latest when it expired; this machine's clock may lag."""
    decisions = view.get("decisions", ())
    if decisions:
        return str(decisions[-1]["at"])
    created, expires = (datetime.fromisoformat(view[name]) for name in ("created_at", "expires_at"))
    return stamp(max(created, min(now, expires)))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
