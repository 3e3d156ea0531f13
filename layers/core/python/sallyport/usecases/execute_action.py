"""Redeem a grant by making the one approved call ourselves, and hand back its masked result."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sallyport.domain.actions import Delivery
from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import JSON
from sallyport.domain.credentials import order
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import ActionFailed, GrantRevoked, Halted, OutcomeIsUnknown, Refusal
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.domain.session_policy import at_redemption
from sallyport.domain.target_ports import CallResult, OutcomeUnknown
from sallyport.masking import MaskedDocument, MaskingFailed, MaskingRules, mask, masking_rules_from_policy
from sallyport.usecases import break_glass
from sallyport.usecases.decide import call_back
from sallyport.usecases.halts import check_not_halted
from sallyport.usecases.note_policy import note_policy
from sallyport.usecases.redeem import redeem
from sallyport.usecases.transition import record

TOO_LARGE = "result_too_large"
OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """The call was made. `document` is None when its result cannot be shown: `code` is then `result_too_large` or why
    masking failed, otherwise `ok`. `complete` is False when a bound ended the paging; `findings` counts the masked."""

    request: ApprovalRequest
    code: str
    complete: bool
    findings: int
    document: MaskedDocument | None = field(default=None, repr=False)


def execute_action(caller: str, request_id: str, ports: Ports, now: datetime) -> ExecutionResult:
    """Make the call, at most once: `grant.redeemed` is written first, then STS is asked, then the call is sent without
    retries, then `action.executed` or `action.failed` is written, and only then is the result returned.

    Everything that is sent comes from the vaulted record. Raises a Refusal: ActionFailed when the call surely had no
    effect, OutcomeIsUnknown when no answer came.
    """
    request, vaulted = redeem(caller, request_id, Delivery.EXECUTE, ports, now)
    try:
        made = _make(request, vaulted, ports, now)
    except PortFailed as failed:
        raise _failed(request_id, failed.code, ActionFailed(), ports, now) from None
    except OutcomeUnknown:
        raise _failed(request_id, OUTCOME_UNKNOWN, OutcomeIsUnknown(), ports, now) from None
    except (Halted, GrantRevoked) as refusal:
        raise _failed(request_id, refusal.code, refusal, ports, now) from None
    code, document, findings = _presentable(vaulted, made, ports)

    def executed(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        details: dict[str, JSON] = {"code": code, "findings": findings, "complete": made.complete}
        return current, (Draft(EventType.ACTION_EXECUTED, SYSTEM, details),)

    request = record(ports, request_id, executed, now)
    call_back(request, ports)
    return ExecutionResult(request, code, made.complete, findings, document)


def _make(request: ApprovalRequest, vaulted: VaultRecord, ports: Ports, now: datetime) -> CallResult:
    if vaulted.call is None or request.grant is None or request.grant.cut_off is None:
        raise PortFailed("nothing_to_call")
    wanted = order(
        request_id=request.request_id,
        agent=request.agent,
        action=request.action,
        approvers=request.grant.approvers,
        role_arn=vaulted.target_role_arn,
        policy=at_redemption(vaulted.session_policy, request.grant.cut_off),
        seconds=break_glass.seconds(request, ports.policy.actions[request.action]),
    )
    credentials = ports.issuer.issue(wanted)
    # STS took its time: whoever pulled the brake meanwhile is heard before anything has an effect.
    current = ports.store.load(request.request_id)
    if current is None or current.status is not RequestStatus.REDEEMED:
        raise GrantRevoked
    check_not_halted(request.agent, request.action, note_policy(ports, now))
    return ports.call_maker.make(vaulted.call, credentials)


def _presentable(vaulted: VaultRecord, made: CallResult, ports: Ports) -> tuple[str, MaskedDocument | None, int]:
    """The result as the agent may see it, or the code that says why it may not."""
    rules: dict[str, Any] = (vaulted.call or {})["result"]
    try:
        masked, found = mask(made.picked, _rules(ports, rules.get("mask", {})))
    except MaskingFailed as failed:
        return failed.code, None, 0
    findings = sum(finding.count for finding in found)
    if len(json.dumps(masked.document, ensure_ascii=False).encode()) > rules["max_bytes"]:
        return TOO_LARGE, None, findings
    return "ok", masked, findings


def _rules(ports: Ports, own: dict[str, Any]) -> MaskingRules:
    """The deployment's rules with the action's in front."""
    general, special = masking_rules_from_policy(ports.policy.masking), masking_rules_from_policy(own)
    return MaskingRules(
        fields=special.fields + general.fields,
        columns=special.columns + general.columns,
        terms=special.terms + general.terms,
        patterns=special.patterns + general.patterns,
        allow=special.allow | general.allow,
        medical_codes="mask" if "mask" in (special.medical_codes, general.medical_codes) else "keep",
    )


def _failed(request_id: str, code: str, refusal: Refusal, ports: Ports, now: datetime) -> Refusal:
    def failed(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        event = Draft(EventType.ACTION_FAILED, SYSTEM, {"code": code})
        if current.status is RequestStatus.REDEEMED:
            current = current.moved(RequestStatus.FAILED, code)
        return current, (event,)

    call_back(record(ports, request_id, failed, now), ports)
    return refusal
