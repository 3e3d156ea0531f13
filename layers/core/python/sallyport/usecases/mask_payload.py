"""Make the view that a person will decide on: everything sensitive masked, kept under its digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sallyport.domain.actions import ActionDefinition, Delivery
from sallyport.domain.binding import VaultRecord, same_digest
from sallyport.domain.canonical import JSON
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import Ports
from sallyport.domain.refusals import DigestMismatch
from sallyport.domain.requests import ApprovalRequest
from sallyport.masking import FieldRule, MaskedDocument, MaskingRules, mask, masking_rules_from_policy
from sallyport.masking.views import enclosed, view_digest
from sallyport.usecases.transition import record


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
    view = presented_view(vaulted, current, action, masking_rules_from_policy(ports.policy.masking))
    digest = view_digest(view)
    ports.views.put(digest, view)

    def masked(request: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if request.presented_digest is not None:
            return request, ()
        findings = cast("dict[str, Any]", view.document)["findings"]
        details: dict[str, JSON] = {"findings": len(findings), "categories": sorted({f["category"] for f in findings})}
        return replace(request, presented_digest=digest), (Draft(EventType.REQUEST_MASKED, SYSTEM, details),)

    return record(ports, request_id, masked, now)


def presented_view(
    vaulted: VaultRecord, request: ApprovalRequest, action: ActionDefinition, rules: MaskingRules
) -> MaskedDocument:
    """What the approver reads: policy's own words and the masked action. A pure function of its arguments."""
    document = {"parameters": vaulted.parameters, "reason": vaulted.reason, "context": vaulted.context}
    masked, findings = mask(document, rules.with_fields(field_rules(action)))
    words: dict[str, Any] = {
        "request_id": vaulted.request_id,
        "action": action.name,
        "title": action.title,
        "review": action.review,
        "risk": action.risk,
        "agent": vaulted.agent,
        "owner": request.owner,
        "on_behalf_of": vaulted.on_behalf_of,
        "delivery": action.delivery.value,
        "duration_seconds": vaulted.duration_seconds,
        "outlasts": list(action.outlasts),
        "warnings": warnings(action),
        "scope": sorted(action.scope - action.sensitive_scope),
    }
    return enclosed(words, masked, findings)


def field_rules(action: ActionDefinition) -> tuple[FieldRule, ...]:
    """The action's masking hints: scope is shown exactly, unless it is declared sensitive."""
    hidden = tuple(
        FieldRule(f"$.parameters.{name}", "mask", category) for name, category in action.masked_parameters.items()
    )
    sensitive = tuple(FieldRule(f"$.parameters.{name}", "mask", "SCOPE") for name in sorted(action.sensitive_scope))
    shown = tuple(FieldRule(f"$.parameters.{name}", "reveal") for name in sorted(action.scope - action.sensitive_scope))
    return hidden + sensitive + shown


def warnings(action: ActionDefinition) -> list[str]:
    """What the approver must know about how the approval is used."""
    said = [
        "done once by Sallyport"
        if action.delivery is Delivery.EXECUTE
        else "the credential may be used repeatedly until it ends"
    ]
    if action.sensitive_scope:
        said.append("sensitive scope: CloudTrail will hold the value behind the marker")
    return said
