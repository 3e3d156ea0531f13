"""`sallyport policy explain REQUEST`: why this verdict, where it is asked, who may decide, and why not others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sallyport.adapters.policy_channels import TEMPLATES_OWN
from sallyport.domain.clock import stamp
from sallyport.domain.directory import Agent, Person
from sallyport.domain.ports import Verb
from sallyport.domain.requests import ApprovalRequest, RequestStatus, VerdictKind
from sallyport.services import policy
from sallyport_cli.policy.evidence import Evidence
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.routes import routes_known

_FOUR_EYES = "four-eyes"
_MAY_ACT_FOR = "the agent names nobody, and may act for them"
_ACCOUNT_UNKNOWN = "this account is not known: it is the gate's own (--account) or one that only the masked view names"


def explanation(layer: Layer, evidence: Evidence) -> dict[str, Any]:
    """The explanation as plain JSON; `told` puts it into words."""
    agent = layer.policy.directory.agents[evidence.agent]
    action = layer.policy.actions[evidence.action]
    context = policy.request_context(evidence.parameters or {}, evidence.created_at)
    requests = layer.authorizer.may_request(agent, action, evidence.on_behalf_of, context)
    skips = layer.authorizer.may_skip_approval(agent, action, evidence.on_behalf_of, context)
    verdict = VerdictKind.DENY
    if requests.allowed:
        verdict = VerdictKind.ALLOW if skips.allowed else VerdictKind.REQUIRE_APPROVAL
    request = _request(layer, evidence, agent)
    return {
        "request_id": evidence.request_id,
        "action": evidence.action,
        "agent": evidence.agent,
        "on_behalf_of": evidence.on_behalf_of,
        "status": evidence.status,
        "created_at": stamp(evidence.created_at),
        "verdict": verdict.value,
        "requests": {"allowed": requests.allowed, "determined_by": list(requests.reasons)},
        "skips_approval": {"allowed": skips.allowed, "determined_by": list(skips.reasons)},
        "parameters_seen": evidence.parameters is not None,
        "policy": {"then": evidence.policy_digest, "here": layer.policy.digest},
        "quorum": {"then": evidence.quorum, "here": action.approval.quorum},
        "ladder": _ladder(layer, evidence),
        "channels": list(action.approval.channels),
        "people": [_authority(layer, request, person) for person in _sorted(layer)],
        "decisions": [_decision(layer, request, decision) for decision in evidence.decisions],
    }


def _ladder(layer: Layer, evidence: Evidence) -> list[dict[str, Any]]:
    """Whom each step asks, and where. `channel` and `direct_messages` are None if they depend on an unknown account."""
    ladder = layer.policy.actions[evidence.action].approval.ladder
    return [
        {
            "seconds": rung.seconds,
            "groups": list(rung.groups),
            "channel": None if route is None else route.room or TEMPLATES_OWN,
            "direct_messages": None if route is None else route.direct,
        }
        for rung, route in zip(ladder, routes_known(layer, evidence.action, evidence.parameters), strict=True)
    ]


def _sorted(layer: Layer) -> list[Person]:
    return sorted(layer.policy.directory.people.values(), key=lambda person: person.id)


def _request(layer: Layer, evidence: Evidence, agent: Agent) -> ApprovalRequest:
    """The request as far as authority goes; the rung is the one it has climbed to, if that is known."""
    return ApprovalRequest(
        request_id=evidence.request_id,
        version=0,
        status=RequestStatus(evidence.status),
        agent=evidence.agent,
        owner=evidence.owner or agent.owner,
        on_behalf_of=evidence.on_behalf_of,
        action=evidence.action,
        verdict=VerdictKind.REQUIRE_APPROVAL,
        delivery=layer.policy.actions[evidence.action].delivery,
        duration_seconds=0,
        action_digest="",
        policy_digest=evidence.policy_digest,
        sameness="",
        created_at=evidence.created_at,
        expires_at=evidence.created_at,
        quorum=evidence.quorum,
        rung=evidence.rung or 1,
    )


def _authority(layer: Layer, request: ApprovalRequest, person: Person) -> dict[str, Any]:
    """From which step of the ladder on this person may decide, and what makes it so."""
    approval = layer.policy.actions[request.action].approval
    waited = 0
    reasons: tuple[str, ...] = ()
    for step, rung in enumerate(approval.ladder, start=1):
        answer = layer.authorizer.may("decide", person, replace(request, rung=step))
        reasons = answer.reasons
        if answer.allowed:
            groups = sorted(person.groups & approval.groups(step))
            return {
                "person": person.id,
                "may_decide": step <= request.rung,
                "after_seconds": waited,
                "determined_by": list(reasons),
                "because": "asked as a member of " + ", ".join(groups) if groups else "permitted",
            }
        waited += rung.seconds
    because = "in none of the groups that are asked" if not reasons else "forbidden by " + ", ".join(reasons)
    if _FOUR_EYES in reasons:
        because = f"stands behind the request: {_relation(layer, request, person)}"
    return {
        "person": person.id,
        "may_decide": False,
        "after_seconds": None,
        "determined_by": list(reasons),
        "because": because,
    }


def _relation(layer: Layer, request: ApprovalRequest, person: Person) -> str:
    agent = layer.policy.directory.agents[request.agent]
    relations = [
        (request.owner == person.id or agent.owner == person.id, f"owner of {agent.id}"),
        (person.id in agent.operators, f"operator of {agent.id}"),
        (request.on_behalf_of == person.id, "it is asked on their behalf"),
        (request.on_behalf_of is None and person.id in {*agent.may_act_for, *request.may_act_for}, _MAY_ACT_FOR),
    ]
    return ", ".join(words for so, words in relations if so) or "by a rule of the policy"


def _decision(layer: Layer, request: ApprovalRequest, said: tuple[str, str, str, str]) -> dict[str, Any]:
    by, decision, at, channel = said
    person = layer.policy.directory.people.get(by)
    verb: Verb = "decide" if decision == "approve" else "deny"
    counts = person is not None and layer.authorizer.may(verb, person, request).allowed
    return {"by": by, "decision": decision, "at": at, "channel": channel, "by_this_policy": counts}


def told(said: dict[str, Any]) -> str:
    """The explanation in words, a line for each fact."""
    behalf = f" on behalf of {said['on_behalf_of']}" if said["on_behalf_of"] else ""
    lines = [
        f"{said['request_id']}: {said['action']}, asked by {said['agent']}{behalf} at {said['created_at']}",
        f"status: {said['status']}",
        f"verdict: {said['verdict']}",
        f"  request: {_rules(said['requests'], 'permitted', 'no rule permits it')}",
        f"  skipping approval: {_rules(said['skips_approval'], 'permitted', 'no rule permits it')}",
        f"quorum: {said['quorum']['then']}" + _moved(said["quorum"]),
        f"channels: {', '.join(said['channels'])}",
        *_asked(said),
        "who may decide:",
    ]
    lines += [f"  {_person(person)}" for person in said["people"]]
    if said["decisions"]:
        lines.append("decisions:")
        lines += [f"  {_said(decision)}" for decision in said["decisions"]]
    if said["policy"]["then"] != said["policy"]["here"]:
        lines.append(
            f"note: the request was stamped with policy {said['policy']['then'][:12]}, this is "
            f"{said['policy']['here'][:12]}; this is what the latter says"
        )
    if not said["parameters_seen"]:
        lines.append("note: the masked view could not be read, so rules on parameters were judged without them")
    return "\n".join(lines)


def _asked(said: dict[str, Any]) -> Iterator[str]:
    """The steps of the ladder; nobody is asked for what is allowed or denied."""
    if said["verdict"] != VerdictKind.REQUIRE_APPROVAL.value:
        return
    waited = 0
    yield "who is asked, and where the card is:"
    for step in said["ladder"]:
        when = f"after {waited} s" if waited else "at once"
        where = "in a channel that depends on the account" if step["channel"] is None else f"in {step['channel']}"
        direct = " and direct messages" if step["direct_messages"] else ""
        yield f"  {when}: {', '.join(step['groups'])}, {where}{direct}"
        waited += step["seconds"]
    if any(step["channel"] is None for step in said["ladder"]):
        yield f"  {_ACCOUNT_UNKNOWN}"


def _moved(quorum: dict[str, int]) -> str:
    return "" if quorum["then"] == quorum["here"] else f" (this policy asks for {quorum['here']})"


def _rules(answer: dict[str, Any], yes: str, no: str) -> str:
    names = ", ".join(answer["determined_by"])
    if answer["allowed"]:
        return f"{yes} by {names}"
    return f"forbidden by {names}" if names else no


def _person(person: dict[str, Any]) -> str:
    if person["after_seconds"] is None:
        return f"{person['person']}: never, {person['because']}"
    when = "yes" if person["may_decide"] else f"after {person['after_seconds']} s"
    return f"{person['person']}: {when}, {person['because']} ({', '.join(person['determined_by'])})"


def _said(decision: dict[str, Any]) -> str:
    stands = "stands" if decision["by_this_policy"] else "does not stand under this policy"
    return f"{decision['by']}: {decision['decision']} at {decision['at']} through {decision['channel']}, {stands}"
