"""An event in a sentence that takes no knowledge of Sallyport to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sallyport_cli.audit.codes import codes, why
from sallyport_cli.audit.history import Event

_CHANNELS = {"slack": " in Slack", "teams": " in Teams", "api": " through the API"}
_ENDS = {
    "redeemed": "the permission was used",
    "closed": "the agent said it was done",
    "denied": "denied",
    "expired": "time ran out",
    "cancelled": "taken back by the agent",
    "revoked": "ended early",
    "failed": "it failed",
}


def sentence(event: Event) -> str:
    """What happened, by whom. An event of an unknown type or form is described by its type alone."""
    write = _SENTENCES.get(event.type)
    try:
        return write(event, event.details) if write is not None else f"{who(event)}: {event.type}."
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"{who(event)}: {event.type}."


def who(event: Event) -> str:
    kind = event.said["actor"]["kind"]
    if kind == "system":
        return "Sallyport"
    if event.actor == "unknown":
        return "Somebody who is not in the directory"
    return f"The agent {event.actor}" if kind == "agent" else event.actor


def moment(text: str) -> str:
    """An event's instant, to the second."""
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"


def length(time: timedelta) -> str:
    """`0.4 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`."""
    seconds = time.total_seconds()
    if abs(seconds) < 60:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    for unit, name, below, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit} {name}" + (f" {rest} {small}" if rest else "")
    return f"{whole} s"


def _channel(event: Event) -> str:
    return _CHANNELS.get(event.said["actor"]["channel"], "")


def _because(code: Any) -> str:
    return f"{why(code)} ({code})" if code in codes() else f"code {code}"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else found[0] if found else "nobody"


def _quoted(comment: Any) -> str:
    return f" and wrote: “{comment}”" if comment else ""


def _submitted(event: Event, told: Mapping[str, Any]) -> str:
    behalf = f" on behalf of {told['on_behalf_of']}" if told.get("on_behalf_of") else ""
    asked = f"{who(event)}, which {told['owner']} answers for, asked to run {event.said['action']}{behalf}"
    if told["verdict"] == "allow":
        return f"{asked}. Policy allows this without anybody's approval."
    people = "1 person has" if told["quorum"] == 1 else f"{told['quorum']} people have"
    risk = f" ({told['risk']} risk)" if told.get("risk") else ""
    return f"{asked}{risk}. {people} to approve it by {moment(told['expires_at'])}."


def _masked(_: Event, told: Mapping[str, Any]) -> str:
    if not told["findings"]:
        return "Sallyport searched the request for personal data before showing it to anybody, and found none."
    places = "1 place" if told["findings"] == 1 else f"{told['findings']} places"
    kinds = ", ".join(told["categories"])
    return f"Sallyport took personal data out in {places} ({kinds}) before showing the request to anybody."


def _asked(event: Event, told: Mapping[str, Any]) -> str:
    again = (
        "Nothing was decided yet, so Sallyport asked again" if event.type.endswith("escalated") else "Sallyport asked"
    )
    return f"{again} for approval. May decide: {_listed(told['groups'])}."


def _decided(event: Event, told: Mapping[str, Any]) -> str:
    said = {"approve": "approved", "deny": "denied", "withdraw": "took back their approval of"}[told["decision"]]
    if told.get("break_glass"):
        reason = f"“{told['comment']}”"
        return (
            f"{who(event)} approved alone{_channel(event)}, as an emergency, with the reason {reason}. "
            "Somebody else has to review this afterwards."
        )
    return f"{who(event)} {said} the request{_channel(event)}{_quoted(told.get('comment'))}."


def _explained(event: Event, told: Mapping[str, Any]) -> str:
    return f"{who(event)} added{_channel(event)} why they denied it: “{told['comment']}”."


def _refused(event: Event, told: Mapping[str, Any]) -> str:
    tried = "asked for its credential or result" if event.type.startswith("credentials") else "tried to decide"
    if told["code"] == "more_refusals_not_kept":
        return f"{who(event)} {tried} again and was refused. Further refusals are not listed: {_because(told['of'])}."
    return f"{who(event)} {tried}{_channel(event)} and was refused: {_because(told['code'])}."


def _refused_calls(event: Event, told: Mapping[str, Any]) -> str:
    calls = {"submit": "asked for an action", "halt": "tried to halt", "resume": "tried to end a halt"}
    tried = calls.get(told["call"], f"called {told['call']}")
    return f"{who(event)} {tried} and was refused: {_because(told['code'])}. {told['count']} × in this hour so far."


def _approved(_: Event, told: Mapping[str, Any]) -> str:
    if told["approvers"] == ["policy"]:
        return "Policy allows this action without anybody's approval."
    return f"With that the request was approved, by {_listed(told['approvers'])}."


def _granted(_: Event, told: Mapping[str, Any]) -> str:
    return f"Sallyport issued a permission for exactly this action, to be used once, by {moment(told['until'])}."


def _redeemed(event: Event, told: Mapping[str, Any]) -> str:
    if told["delivery"] == "execute":
        return f"{who(event)} used the permission: Sallyport was to carry the action out."
    return f"{who(event)} used the permission to get a credential, for the role {told['role']}."


def _issued(_: Event, told: Mapping[str, Any]) -> str:
    return f"AWS issued the temporary credential {told['access_key_id']}, which worked until {moment(told['until'])}."


def _failed(event: Event, told: Mapping[str, Any]) -> str:
    what = "No credential could be issued" if event.type.startswith("credentials") else "The action was not carried out"
    if told["code"] == "outcome_unknown":
        what = "The action may or may not have been carried out"
    return f"{what}: {_because(told['code'])}."


def _executed(_: Event, told: Mapping[str, Any]) -> str:
    answer = "" if told["complete"] else "; the answer was too long to be kept whole"
    return f"Sallyport carried the action out ({told['code']}){answer}."


def _revoked(event: Event, told: Mapping[str, Any]) -> str:
    if told["session"] == "none":
        return f"{who(event)} withdrew the permission before it was used."
    if event.said["actor"]["kind"] == "agent":
        return f"{who(event)} said that it was done, and the credential stopped working."
    return f"{who(event)} ended the credential early{_channel(event)}."


def _closed(_: Event, told: Mapping[str, Any]) -> str:
    how = _ENDS.get(told["status"], told["status"])
    code = "" if told["code"] in ("none", "ok", "timed_out") else f", {_because(told['code'])}"
    return f"The request is over: {how}{code}."


def _reviewed(event: Event, told: Mapping[str, Any]) -> str:
    found = "found it right" if told["decision"] == "approve" else "objected to it"
    return f"{who(event)} reviewed the emergency{_channel(event)}, {found}{_quoted(told.get('comment'))}."


def _policy(_: Event, told: Mapping[str, Any]) -> str:
    before = "the first on record" if told["before"] == "none" else f"after {told['before'][:12]}"
    return f"A new version of the policy took effect: {told['after'][:12]}, {before}."


def _switched(event: Event, told: Mapping[str, Any]) -> str:
    kind, _, name = told["switch"].partition(":")
    which = f"the {kind} {name}" if name else "everything"
    if event.type == "resumed":
        return f"{who(event)} lifted the halt of {which}."
    return f"{who(event)} halted {which}, with the reason “{told.get('reason', '')}”."


_SENTENCES: Mapping[str, Callable[[Event, Mapping[str, Any]], str]] = {
    "request.submitted": _submitted,
    "request.masked": _masked,
    "request.refused": _refused_calls,
    "approval.requested": _asked,
    "approval.escalated": _asked,
    "decision.recorded": _decided,
    "decision.explained": _explained,
    "decision.refused": lambda event, told: (_refused_calls if "count" in told else _refused)(event, told),
    "request.approved": _approved,
    "request.denied": lambda *_: "With that the request was denied.",
    "request.expired": lambda *_: "Nobody had decided in time, so the request lapsed.",
    "request.cancelled": lambda event, _: f"{who(event)} took its request back.",
    "grant.issued": _granted,
    "grant.redeemed": _redeemed,
    "grant.revoked": _revoked,
    "grant.expired": lambda *_: "The permission was not used in time, and expired.",
    "credentials.issued": _issued,
    "credentials.failed": _failed,
    "credentials.refused": _refused,
    "action.executed": _executed,
    "action.failed": _failed,
    "request.closed": _closed,
    "break_glass.reviewed": _reviewed,
    "policy.changed": _policy,
    "halted": _switched,
    "resumed": _switched,
}
