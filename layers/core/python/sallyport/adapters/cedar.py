"""Authorization by Cedar. Parsed once per environment, always evaluated with the schema; any error is a no."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

import cedarpy

from sallyport.domain.actions import ActionDefinition, PolicyBundle
from sallyport.domain.canonical import JSON
from sallyport.domain.directory import Agent, Directory, Person
from sallyport.domain.ports import Answer, Outlook, Verb
from sallyport.domain.requests import ApprovalRequest

# What the catalogue cannot know about a submission that has not been made yet.
_UNKNOWN_YET = ("hour", "weekday", "scope")
# Verbs that let something take effect go by today's policy alone; reading and stopping also by what was stored.
_BY_TODAYS_POLICY: frozenset[Verb] = frozenset({"decide", "break_glass", "redeem"})


class CedarAuthorizer:
    """Authorizer over the policy layer's `authorization.cedar`, and the directory as its entities."""

    def __init__(self, policy: PolicyBundle) -> None:
        # A broken policy or schema raises here, before anything is decided.
        self._policies = cedarpy.PolicySet.from_str(policy.cedar)
        self._schema = cedarpy.Schema.from_str(policy.cedar_schema)
        self._actions = policy.actions
        self._directory = policy.directory
        entities = json.dumps([*_people(policy.directory), *(_agent(a) for a in policy.directory.agents.values())])
        self._entities = cedarpy.Entities.from_json_str(entities, policy.cedar_schema)

    def may_request(
        self, agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON]
    ) -> Answer:
        return self._about_operation("request", agent, action, on_behalf_of, context)

    def may_skip_approval(
        self, agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON]
    ) -> Answer:
        return self._about_operation("skip_approval", agent, action, on_behalf_of, context)

    def outlook(
        self,
        verb: Literal["request", "skip_approval"],
        agent: Agent,
        action: ActionDefinition,
        on_behalf_of: str | None,
    ) -> Outlook:
        # Partial evaluation: what is not known yet stays open. It runs without the schema, because that has no place
        # for unknowns; a condition that errors therefore counts as open too, and the submission itself is judged with
        # the schema.
        context: dict[str, Any] = {name: {"__extn": {"fn": "unknown", "arg": name}} for name in _UNKNOWN_YET}
        if on_behalf_of is not None:
            context["on_behalf_of"] = _ref("Person", on_behalf_of)
        operation = json.dumps([_operation(action.name, action.risk)])
        try:
            result = cedarpy.is_authorized_partial(
                {
                    "principal": _literal("Agent", agent.id),
                    "action": _literal("Action", verb),
                    "resource": _literal("Operation", action.name),
                    "context": context,
                },
                self._policies,
                self._entities.with_added_json_str(operation, self._schema),
            )
        except ValueError:
            return Outlook.NO
        if result.decision is cedarpy.Decision.NoDecision:
            return Outlook.DEPENDS if not result.diagnostics.errors else Outlook.NO
        return Outlook.YES if result.decision is cedarpy.Decision.Allow else Outlook.NO

    def may(self, verb: Verb, principal: Agent | Person, request: ApprovalRequest) -> Answer:
        agent = self._directory.agents.get(request.agent)
        action = self._actions.get(request.action)
        if verb in _BY_TODAYS_POLICY and (agent is None or action is None):
            return Answer(allowed=False)  # nothing takes effect for an agent or an action that policy does not know
        operation = _operation(request.action, action.risk if action else request.risk)
        asked = action.approval.groups(request.rung) if action else frozenset[str]()
        if verb not in _BY_TODAYS_POLICY:
            asked |= frozenset(request.asked)
        # Those who stood behind the agent when it asked count, and so do those who stand behind it today.
        operators = {*request.operators, *((*agent.operators, agent.owner) if agent else ())}
        may_act_for = {*request.may_act_for, *(agent.may_act_for if agent else ())}
        attributes: dict[str, Any] = {
            "agent": _ref("Agent", request.agent),
            "owner": _ref("Person", request.owner),
            "operators": [_ref("Person", p) for p in sorted(operators)],
            "may_act_for": [_ref("Person", p) for p in sorted(may_act_for)],
            "operation": _ref("Operation", request.action),
            "risk": operation["attrs"]["risk"],
            "asked": [_ref("Group", g) for g in sorted(asked)],
        }
        if request.on_behalf_of is not None:
            attributes["on_behalf_of"] = _ref("Person", request.on_behalf_of)
        resource = {"uid": _uid("Request", request.request_id), "attrs": attributes, "parents": []}
        kind = "Agent" if isinstance(principal, Agent) else "Person"
        return self._ask(_uid(kind, principal.id), verb, resource, {}, also=[operation])

    def may_halt(self, person: Person) -> Answer:
        resource = {"uid": _uid("Deployment", "this"), "attrs": {}, "parents": []}
        return self._ask(_uid("Person", person.id), "halt", resource, {})

    def _about_operation(
        self, verb: str, agent: Agent, action: ActionDefinition, on_behalf_of: str | None, context: Mapping[str, JSON]
    ) -> Answer:
        facts: dict[str, Any] = dict(context)
        if on_behalf_of is not None:
            facts["on_behalf_of"] = _ref("Person", on_behalf_of)
        return self._ask(_uid("Agent", agent.id), verb, _operation(action.name, action.risk), facts)

    def _ask(
        self,
        principal: dict[str, str],
        verb: str,
        resource: dict[str, Any],
        context: dict[str, Any],
        also: list[dict[str, Any]] | None = None,
    ) -> Answer:
        try:
            result = cedarpy.is_authorized(
                {
                    "principal": principal,
                    "action": {"type": "Action", "id": verb},
                    "resource": resource["uid"],
                    "context": context,
                },
                self._policies,
                self._entities.with_added_json_str(json.dumps([resource, *(also or [])]), self._schema),
                self._schema,
            )
        except ValueError:
            return Answer(allowed=False)
        ids = result.diagnostics.id_annotations_by_reason
        reasons = tuple(sorted(ids.get(r) or r for r in result.diagnostics.reasons))
        # An error in one policy must not let another one's permit stand.
        return Answer(result.allowed and not result.diagnostics.errors, reasons)


def _people(directory: Directory) -> list[dict[str, Any]]:
    groups = sorted({group for person in directory.people.values() for group in person.groups})
    return [{"uid": _uid("Group", g), "attrs": {}, "parents": []} for g in groups] + [
        {"uid": _uid("Person", p.id), "attrs": {}, "parents": [_uid("Group", g) for g in sorted(p.groups)]}
        for p in directory.people.values()
    ]


def _agent(agent: Agent) -> dict[str, Any]:
    attributes = {
        "owner": _ref("Person", agent.owner),
        "operators": [_ref("Person", p) for p in sorted(agent.operators)],
        "may_act_for": [_ref("Person", p) for p in sorted(agent.may_act_for)],
    }
    return {"uid": _uid("Agent", agent.id), "attrs": attributes, "parents": []}


def _operation(name: str, risk: str) -> dict[str, Any]:
    return {"uid": _uid("Operation", name), "attrs": {"risk": risk}, "parents": []}


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _literal(kind: str, name: str) -> str:
    return f"{kind}::{json.dumps(name)}"


def _ref(kind: str, name: str) -> dict[str, dict[str, str]]:
    return {"__entity": _uid(kind, name)}
