"""What the policy says about a submission, by the product's own functions in the product's own order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.binding import Effect, VaultRecord
from sallyport.domain.directory import Agent
from sallyport.domain.ports import Verb
from sallyport.domain.quorum import counted
from sallyport.domain.refusals import Refusal, UnknownAction, UnknownCaller
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.submissions import new_request
from sallyport.services import policy
from sallyport.services.rendering import effect_of
from sallyport_cli.policy.layer import Layer

# A Monday morning; a case that needs another time names it.
MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
_REQUEST_ID = "req-000000000000000000000000"


@dataclass(frozen=True)
class Asked:
    """A submission in a test case or a question."""

    agent: str
    action: str
    parameters: Mapping[str, Any]
    on_behalf_of: str | None = None
    at: datetime = MONDAY
    duration_seconds: int | None = None


@dataclass(frozen=True)
class Judgement:
    """`verdict` is deny, allow or approval; `determined_by` the ids of the Cedar policies that made it so.

    `refusal` and `paths` are what the agent is answered where it is refused; otherwise `request` and `session_policy`
    are what would be stored.
    """

    verdict: str
    determined_by: tuple[str, ...] = ()
    refusal: str | None = None
    paths: tuple[str, ...] = ()
    request: ApprovalRequest | None = None
    session_policy: tuple[dict[str, Any], ...] = ()
    call: Mapping[str, Any] | None = None


def judge(layer: Layer, asked: Asked) -> Judgement:
    """The answer to a submission. Nothing is sent anywhere."""
    agent = layer.policy.directory.agents.get(asked.agent)
    action = layer.policy.actions.get(asked.action)
    if agent is None or action is None:
        return Judgement("deny", refusal=UnknownCaller.code if agent is None else UnknownAction.code)
    reasons: tuple[str, ...] = ()
    try:
        seconds = policy.check(action, asked, layer.policy.masking)
        reasons = _reasons(layer, agent, action, asked)
        verdict = policy.admitted(agent, action, asked, layer, asked.at)
        effect = effect_of(action, _REQUEST_ID, asked.parameters, layer)
    except Refusal as refusal:
        return Judgement("deny", reasons, refusal.code, refusal.paths)
    vaulted = _vaulted(layer, asked, seconds, effect)
    request = new_request(vaulted, agent, action, verdict, "", asked.at)
    statements = tuple(json.loads(effect.session_policy)["Statement"])
    return Judgement(verdict.value, reasons, request=request, session_policy=statements, call=effect.call)


def _reasons(layer: Layer, agent: Agent, action: ActionDefinition, asked: Asked) -> tuple[str, ...]:
    context = policy.request_context(asked.parameters, asked.at)
    requests = layer.authorizer.may_request(agent, action, asked.on_behalf_of, context)
    if not requests.allowed:
        return requests.reasons
    skips = layer.authorizer.may_skip_approval(agent, action, asked.on_behalf_of, context)
    return tuple(sorted({*requests.reasons, *skips.reasons}))


def _vaulted(layer: Layer, asked: Asked, seconds: int, effect: Effect) -> VaultRecord:
    return VaultRecord(
        request_id=_REQUEST_ID,
        action=asked.action,
        parameters=dict(asked.parameters),
        reason="",
        context=None,
        agent=asked.agent,
        on_behalf_of=asked.on_behalf_of,
        duration_seconds=seconds,
        target_role_arn=effect.target_role_arn,
        session_policy="",
        policy_digest=layer.policy.digest,
        salt="00" * 32,
    )


def people_who(layer: Layer, verb: Verb, request: ApprovalRequest, rung: int = 1) -> tuple[str, ...]:
    """The people who may `verb` the request once so many steps of the ladder have been climbed, sorted."""
    asked = replace(request, rung=rung)
    people = layer.policy.directory.people.values()
    return tuple(sorted(p.id for p in people if layer.authorizer.may(verb, p, asked).allowed))


def agents_who(layer: Layer, verb: Verb, request: ApprovalRequest) -> tuple[str, ...]:
    agents = layer.policy.directory.agents.values()
    return tuple(sorted(a.id for a in agents if layer.authorizer.may(verb, a, request).allowed))


def seats(layer: Layer, request: ApprovalRequest, people: tuple[str, ...], rung: int) -> int:
    """How many seats of a quorum these people fill together."""
    approval = layer.policy.actions[request.action].approval
    directory = layer.policy.directory.people
    groups = {person: directory[person].groups & approval.groups(rung) for person in people}
    return counted(groups, distinct_groups=approval.distinct_groups)


def last_rung(layer: Layer, action: str) -> int:
    return len(layer.policy.actions[action].approval.ladder)
