"""Make the view that a person will decide on: everything sensitive masked, kept under its digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sallyport.domain.actions import ActionDefinition, Delivery, PolicyBundle
from sallyport.domain.binding import VaultRecord, same_digest
from sallyport.domain.canonical import JSON
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import DigestMismatch, IdentifierInScope
from sallyport.domain.requests import ApprovalRequest
from sallyport.domain.sentences import sentence, spelled
from sallyport.masking import FieldRule, Finding, MaskedDocument, MaskingRules, mask, masking_rules_from_policy
from sallyport.masking.views import enclosed, view_digest
from sallyport.services.rendering import check_rendered, place_name
from sallyport.services.transition import record


def mask_payload(request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """Mask the vaulted action, keep the view, record `request.masked`. Safe to repeat.

    Raises MaskingFailed or a Refusal; the request then fails closed and nothing is posted.
    """
    vaulted = ports.vault.get(request_id)
    current = ports.store.load(request_id)
    if current is None or not same_digest(vaulted.action_digest, current.action_digest):
        raise DigestMismatch
    if current.presented_digest is not None:
        return current
    action = ports.policy.actions[vaulted.action]
    where = place_name(check_rendered(action, vaulted, ports), ports.policy, action)
    view = presented_view(vaulted, current, action, ports.policy, where)
    digest = view_digest(view)
    ports.views.put(digest, view)

    def masked(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if request.presented_digest is not None:
            return request, ()
        findings = view.members["findings"]
        details: dict[str, JSON] = {"findings": len(findings), "categories": sorted({f["category"] for f in findings})}
        return replace(request, presented_digest=digest), (Draft(EventType.REQUEST_MASKED, SYSTEM, details),)

    return record(ports, request_id, masked, now)


def presented_view(
    vaulted: VaultRecord, request: ApprovalRequest, action: ActionDefinition, policy: PolicyBundle, where: str
) -> MaskedDocument:
    """What the approver reads: policy's own words, the directory's names and the masked action. A pure function of its
    arguments. The sentence holds what `check_rendered` found in session policy and call: parameters that are shown."""
    masked, findings = masked_parts(vaulted, masking_rules_from_policy(policy.masking))
    hidden = _hidden(vaulted, action)
    shown = masked.members["parameters"]
    words: dict[str, Any] = {
        "request_id": vaulted.request_id,
        "sentence": sentence(action, shown, where, vaulted.duration_seconds),
        "action": action.name,
        "title": action.title,
        "review": action.review,
        "risk": action.risk,
        "agent": vaulted.agent,
        "owner": request.owner,
        "on_behalf_of": vaulted.on_behalf_of,
        "names": {
            person: policy.directory.name_of(person) for person in (request.owner, vaulted.on_behalf_of) if person
        },
        "delivery": action.delivery.value,
        "duration_seconds": vaulted.duration_seconds,
        "outlasts": list(action.outlasts),
        "warnings": warnings(action, hidden, vaulted.duration_seconds),
        "hidden": hidden,
    }
    return enclosed(words, masked, findings)


def masked_parts(vaulted: VaultRecord, rules: MaskingRules) -> tuple[MaskedDocument, tuple[Finding, ...]]:
    """Parameters, reason and context, masked.

    Raises IdentifierInScope when a parameter would not be shown exactly: what nobody sees, nobody approves.
    """
    document = {"parameters": vaulted.parameters, "reason": vaulted.reason, "context": vaulted.context}
    masked, findings = mask(document, rules.with_fields(field_rules(vaulted)))
    _check_shown(vaulted, masked.members["parameters"])
    return masked, findings


def field_rules(vaulted: VaultRecord) -> tuple[FieldRule, ...]:
    """Every parameter takes effect, so each is shown exactly, but for those that the action file declared hidden."""
    return tuple(
        FieldRule(f"$.parameters.{name}", "mask", "HIDDEN")
        if name in vaulted.hidden
        else FieldRule(f"$.parameters.{name}", "reveal")
        for name in sorted(vaulted.parameters)
    )


def _check_shown(vaulted: VaultRecord, shown: dict[str, Any]) -> None:
    """No rule of the deployment's own may have come between a parameter and the card."""
    masked = [n for n, v in vaulted.parameters.items() if n not in vaulted.hidden and _differ(shown.get(n), v)]
    if masked:
        raise IdentifierInScope(*(f"$.parameters.{name}" for name in sorted(masked)))


def _differ(shown: object, value: object) -> bool:
    # 1, 1.0 and True are equal to Python, not to a service.
    return type(shown) is not type(value) or shown != value


def _hidden(vaulted: VaultRecord, action: ActionDefinition) -> list[dict[str, Any]]:
    """What can be said of the hidden parameters that were given: why, how long, and a digest under the vault's salt."""
    given = [name for name in vaulted.hidden if name in vaulted.parameters]
    return [
        {
            "parameter": name,
            "why": action.hidden.get(name, ""),
            "characters": _characters(vaulted.parameters[name]),
            "digest": vaulted.value_digest(name),
        }
        for name in given
    ]


def _characters(value: object) -> int:
    return sum(map(_characters, value)) if isinstance(value, list) else len(str(value))


def warnings(action: ActionDefinition, hidden: list[dict[str, Any]], duration_seconds: int) -> list[str]:
    """What the approver must know about how the approval is used, and about what they do not see."""
    said = [
        "done once by Sallyport"
        if action.delivery is Delivery.EXECUTE
        else f"may be repeated until {spelled(duration_seconds)} after the agent has fetched its credential"
    ]
    for entry in hidden:
        name, logged = entry["parameter"], "; CloudTrail will hold it" if entry["parameter"] in action.scope else ""
        said.append(
            f"you do not see {name}: {entry['why']}{logged} "
            f"({entry['characters']} characters, digest {entry['digest'][:12]})"
        )
    return said
