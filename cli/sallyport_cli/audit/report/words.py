"""Events in sentences for people who know neither Sallyport nor AWS."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sallyport_cli.audit.history import Event
from sallyport_cli.audit.report.topics import BY_POLICY, UNKEPT, refused_code
from sallyport_cli.pages.render import moment

_CHANNELS = {"slack": " in Slack", "teams": " in Teams", "api": " through the API"}
_CODES: dict[str, str] = tomllib.loads(Path(__file__).with_name("codes.toml").read_text(encoding="utf-8"))
_SWITCHES = {"all": "everything", "agent": "the agent ", "action": "the action "}


def why(code: str) -> str:
    """A code in words; the code itself where it has none."""
    return _CODES.get(code, code)


def who(event: Event) -> str:
    kind, name = event.said["actor"]["kind"], event.actor
    match kind:
        case "system":
            return "Sallyport"
        case "agent":
            return f"The agent {name}"
        case _:
            return name


def where(event: Event) -> str:
    return _CHANNELS.get(str(event.said["actor"]["channel"]), "")


def sentence(event: Event) -> str:
    """What happened, in one sentence; the event's type for one that is not known here."""
    told = _SENTENCES.get(event.type)
    return told(event, event.details) if told is not None else f"{event.type} by {who(event)}"


type _Told = Callable[[Event, dict[str, Any]], str]


def _names(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _submitted(event: Event, said: dict[str, Any]) -> str:
    behalf = said.get("on_behalf_of")
    acting = f", acting for {behalf}" if behalf else ""
    needs = "policy allows it without a person" if said.get("verdict") == "allow" else _quorum(said.get("quorum"))
    return f"{who(event)} asked for {event.said['action']}{acting}; {needs}. {said.get('owner')} answers for the agent."


def _quorum(needed: Any) -> str:
    return "one approval is needed" if needed == 1 else f"approvals by {needed} different people are needed"


def _masked(_: Event, said: dict[str, Any]) -> str:
    count = said.get("findings")
    return (
        f"Sallyport searched the request for sensitive values before showing it: {count} found and replaced"
        f"{' (' + _names(said['categories']) + ')' if said.get('categories') else ''}."
    )


def _asked(_: Event, said: dict[str, Any]) -> str:
    return (
        f"Sallyport put the masked request before {_names(said['groups']) if said.get('groups') else 'the approvers'}."
    )


_DECIDED = {"approve": "approved", "deny": "denied", "withdraw": "took back the approval of"}


def _decided(event: Event, said: dict[str, Any]) -> str:
    words = _DECIDED.get(str(said.get("decision")), str(said.get("decision")))
    glass = " alone, as an emergency (break-glass)" if said.get("break_glass") else ""
    return f"{who(event)} {words} the request{glass}{where(event)}{_comment(said)}."


def _comment(said: dict[str, Any]) -> str:
    words = said.get("comment") or said.get("reason")
    return f", saying: “{words}”" if words else ""


def _refused(event: Event, said: dict[str, Any]) -> str:
    code = refused_code(event)
    if said.get("code") == UNKEPT:
        return f"{who(event)} was refused again for the same reason ({why(code)}); further refusals are not recorded."
    if "count" in said:
        times = f"{said['count']} times so far in that hour"
        return f"{who(event)} was refused ({said.get('call')}): {why(code)}; {times}."
    act = "use the permission" if event.type == "credentials.refused" else "decide"
    return f"{who(event)} tried to {act}{where(event)} and was refused: {why(code)}."


def _approved(_: Event, said: dict[str, Any]) -> str:
    if said.get("approvers") == [BY_POLICY]:
        return "Policy allowed the request without a person."
    return f"The request is approved, by {_names(said.get('approvers'))}."


def _granted(_: Event, said: dict[str, Any]) -> str:
    return f"Sallyport gave a one-time permission (a “grant”), usable until {moment(str(said.get('until')))}."


def _redeemed(event: Event, said: dict[str, Any]) -> str:
    role = f" as {said['role']}" if said.get("role") else ""
    return f"{who(event)} used the one-time permission{role}."


def _issued(_: Event, said: dict[str, Any]) -> str:
    return (
        f"Sallyport issued temporary AWS credentials {said.get('access_key_id')}, "
        f"valid until {moment(str(said.get('until')))}."
    )


def _failed(_: Event, said: dict[str, Any]) -> str:
    return f"It failed: {why(str(said.get('code')))}. The one-time permission is used up."


def _revoked(event: Event, _: dict[str, Any]) -> str:
    if event.said["actor"]["kind"] == "agent":
        return f"{who(event)} handed its access back before its time was over."
    return f"{who(event)} ended the access{where(event)}."


def _closed(_: Event, said: dict[str, Any]) -> str:
    return f"The record closed: {why(str(said.get('status')))}."


def _policy(_: Event, said: dict[str, Any]) -> str:
    return f"Another policy took effect: {str(said.get('after'))[:12]}… (before: {str(said.get('before'))[:12]})."


def _switched(words: str) -> _Told:
    def told(event: Event, said: dict[str, Any]) -> str:
        kind, _, name = str(said.get("switch")).partition(":")
        return f"{who(event)} {words} {_SWITCHES.get(kind, kind)}{name}{_comment(said)}."

    return told


def _reviewed(event: Event, said: dict[str, Any]) -> str:
    right = "right" if said.get("decision") == "approve" else "wrong"
    return f"{who(event)} reviewed the emergency approval and called it {right}{_comment(said)}."


def _plain(words: str) -> _Told:
    return lambda event, _: words.format(who=who(event))


_SENTENCES: dict[str, _Told] = {
    "request.submitted": _submitted,
    "request.masked": _masked,
    "approval.requested": _asked,
    "approval.escalated": _plain("Nobody had decided in time: Sallyport asked further approvers."),
    "decision.recorded": _decided,
    "decision.refused": _refused,
    "request.refused": _refused,
    "credentials.refused": _refused,
    "request.approved": _approved,
    "request.denied": _plain("The request is denied."),
    "request.expired": _plain("Nobody decided in time: the request expired."),
    "request.cancelled": _plain("{who} withdrew its request."),
    "grant.issued": _granted,
    "grant.redeemed": _redeemed,
    "credentials.issued": _issued,
    "credentials.failed": _failed,
    "action.executed": _plain("Sallyport carried the action out."),
    "action.failed": _failed,
    "grant.revoked": _revoked,
    "grant.expired": _plain("The one-time permission expired unused."),
    "request.closed": _closed,
    "policy.changed": _policy,
    "break_glass.reviewed": _reviewed,
    "halted": _switched("stopped"),
    "resumed": _switched("let go on"),
}
KNOWN = frozenset(_SENTENCES)
