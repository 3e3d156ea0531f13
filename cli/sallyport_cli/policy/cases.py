"""The policy's own tests: cases that say what policy must answer, compared with what it does answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from sallyport.adapters.policy_channels import TEMPLATES_OWN
from sallyport.adapters.policy_yaml import PolicyInvalid, read_yaml
from sallyport.domain.directory import Agent, Person
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.routes import Route
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.judge import MONDAY, Asked, Judgement, agents_who, judge, last_rung, people_who
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.routes import routes


@dataclass
class Outcome:
    """What running the cases showed. `determined` are the Cedar ids that determined an answer a case looked at."""

    cases: int = 0
    findings: list[Finding] = field(default_factory=list)
    determined: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)


def run_cases(layer: Layer, folder: Path) -> Outcome:
    """Run every `*.yaml` in `folder`. A file that cannot be read is a finding."""
    outcome = Outcome()
    schema = json.loads(files("sallyport_cli.policy").joinpath("case.schema.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.yaml")):
        try:
            raw = read_yaml(path.read_text(encoding="utf-8"), path.name)
        except (PolicyInvalid, UnicodeDecodeError) as error:
            outcome.findings.append(Finding(path.name, "unreadable", str(error)))
            continue
        faults = sorted({error.json_path for error in Draft202012Validator(schema).iter_errors(raw)})
        if faults:
            outcome.findings.append(Finding(path.name, "schema", f"does not fit case.schema.json at {faults[0]}"))
            continue
        for case in raw["cases"]:
            _run(layer, path.name, case, outcome)
    return outcome


def _run(layer: Layer, file: str, case: Mapping[str, Any], outcome: Outcome) -> None:
    outcome.cases += 1
    where = f"{file}: {case['name']}"
    try:
        observed = _halting(layer, outcome) if "halt" in case else _submission(layer, case, outcome)
    except (ValueError, KeyError) as error:
        outcome.findings.append(Finding(where, "case", f"cannot be run: {error}"))
        return
    expected = {"halt": case["halt"]} if "halt" in case else case["expect"]
    for name, want in expected.items():
        got = observed(name, want)
        if not _equal(name, want, got):
            message = f"{name}: expected {json.dumps(want)}, got {json.dumps(got)}"
            outcome.findings.append(Finding(where, "different", message))


def _equal(name: str, want: Any, got: Any) -> bool:
    if isinstance(want, list) and name not in ("session_policy", "paths", "channels"):
        return sorted(want) == sorted(got or [])
    return bool(want == got)


def _halting(layer: Layer, outcome: Outcome) -> Callable[[str, Any], Any]:
    answers = {p.id: layer.authorizer.may_halt(p) for p in layer.policy.directory.people.values()}
    outcome.determined |= {reason for answer in answers.values() for reason in answer.reasons}
    return lambda _name, _want: [person for person, answer in answers.items() if answer.allowed]


def _submission(layer: Layer, case: Mapping[str, Any], outcome: Outcome) -> Callable[[str, Any], Any]:
    asked = asked_in(layer, case)
    judged = judge(layer, asked)
    outcome.actions.add(asked.action)
    outcome.determined |= set(judged.determined_by)

    def observed(name: str, want: Any) -> Any:
        if name in _OF_VERDICT:
            return _OF_VERDICT[name](judged)
        if judged.request is None:
            return None if not isinstance(want, list) else []
        if name.startswith("session_policy"):
            return _of_session_policy(judged, name, want)
        outcome.determined |= set(_reasons(layer, judged.request, name))
        if name in _OF_ROUTES:
            return _OF_ROUTES[name](layer, judged.request, routes(layer, asked))
        return _OF_REQUEST[name](layer, judged.request, want)

    return observed


def asked_in(layer: Layer, case: Mapping[str, Any]) -> Asked:
    """The submission of a case; its parameters are the action's example where it says nothing else."""
    example = layer.raw_actions.get(case["action"], {}).get("example", {})
    parameters = {**case.get("parameters", example), **case.get("change", {})}
    at = datetime.fromisoformat(case["at"]) if "at" in case else MONDAY
    return Asked(
        agent=case["agent"],
        action=case["action"],
        parameters={name: value for name, value in parameters.items() if value is not None},
        on_behalf_of=case.get("on_behalf_of"),
        at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
        duration_seconds=case.get("duration_seconds"),
    )


_OF_VERDICT: dict[str, Callable[[Judgement], Any]] = {
    "verdict": lambda judged: judged.verdict,
    "refusal": lambda judged: judged.refusal,
    "paths": lambda judged: list(judged.paths),
    "determined_by": lambda judged: list(judged.determined_by),
    "call": lambda judged: judged.call["arguments"] if judged.call else None,
}

_OF_REQUEST: dict[str, Callable[[Layer, ApprovalRequest, Any], Any]] = {
    "quorum": lambda _, request, __: request.quorum,
    "approvers": lambda layer, request, _: people_who(layer, "decide", request),
    "escalated_approvers": lambda layer, request, _: people_who(
        layer, "decide", request, last_rung(layer, request.action)
    ),
    "not_approvers": lambda layer, request, want: sorted(
        set(want) - set(people_who(layer, "decide", request, last_rung(layer, request.action)))
    ),
    "deniers": lambda layer, request, _: people_who(layer, "deny", request),
    "break_glass": lambda layer, request, _: _glass_breakers(layer, request),
    "readers": lambda layer, request, _: [*people_who(layer, "read", request), *agents_who(layer, "read", request)],
    "redeemers": lambda layer, request, _: agents_who(layer, "redeem", request),
    "revokers": lambda layer, request, _: [
        *people_who(layer, "revoke", request),
        *agents_who(layer, "revoke", request),
    ],
}


_OF_ROUTES: dict[str, Callable[[Layer, ApprovalRequest, tuple[Route, ...]], Any]] = {
    "channels": lambda _, __, steps: [step.room or TEMPLATES_OWN for step in steps],
    "direct_messages": lambda layer, request, steps: (
        [p for p in people_who(layer, "decide", request) if layer.policy.directory.people[p].slack_user_id]
        if steps[0].direct
        else []
    ),
}


def _glass_breakers(layer: Layer, request: ApprovalRequest) -> tuple[str, ...]:
    """Who may use break-glass: nobody, where the action file does not allow it."""
    allowed = layer.policy.actions[request.action].approval.break_glass_seconds is not None
    return people_who(layer, "break_glass", request) if allowed else ()


def _of_session_policy(judged: Judgement, name: str, want: Any) -> Any:
    if name == "session_policy":
        return [without_cut_off(statement) for statement in judged.session_policy]
    text = json.dumps(judged.session_policy, separators=(",", ":"))
    return [part for part in want if (part in text) is (name == "session_policy_contains")]


def without_cut_off(statement: Mapping[str, Any]) -> dict[str, Any]:
    """The statement as its template has it."""
    if statement["Effect"] != "Allow":
        return dict(statement)
    dates = {k: v for k, v in statement["Condition"]["DateLessThan"].items() if k != "aws:CurrentTime"}
    condition = {**statement["Condition"], "DateLessThan": dates}
    kept = {operator: keys for operator, keys in condition.items() if keys}
    rest = {key: value for key, value in statement.items() if key != "Condition"}
    return {**rest, "Condition": kept} if kept else rest


_VERBS = {
    "approvers": "decide",
    "escalated_approvers": "decide",
    "not_approvers": "decide",
    "direct_messages": "decide",
    "deniers": "deny",
    "break_glass": "break_glass",
    "readers": "read",
    "redeemers": "redeem",
    "revokers": "revoke",
}


def _reasons(layer: Layer, request: ApprovalRequest, name: str) -> Iterator[str]:
    verb: Any = _VERBS.get(name)
    if verb is None:
        return
    directory = layer.policy.directory
    principals: list[Agent | Person] = [*directory.people.values(), *directory.agents.values()]
    for principal in principals:
        yield from layer.authorizer.may(verb, principal, request).reasons
