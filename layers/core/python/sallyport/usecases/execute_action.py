"""Redeem a grant by making the one approved call ourselves, and hand back its masked result."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sallyport.domain.actions import Delivery
from sallyport.domain.binding import VaultRecord
from sallyport.domain.canonical import JSON
from sallyport.domain.events import SYSTEM, Draft, EventType
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import ActionFailed, GrantRevoked, OutcomeIsUnknown, Refusal
from sallyport.domain.requests import ApprovalRequest, RequestStatus
from sallyport.domain.target_ports import CallResult, OutcomeUnknown
from sallyport.masking import MaskedDocument, MaskingFailed, MaskingRules, mask, masking_rules_from_policy
from sallyport.services.redemption import Redeemed, mint, redeem
from sallyport.services.transition import record, record_effect
from sallyport.services.workflow import call_back

TOO_LARGE = "result_too_large"
OUTCOME_UNKNOWN = "outcome_unknown"
# The function's own 60 s and as much again: after that nobody is left who could write what came of the call.
CALL_LIFE = timedelta(seconds=120)


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
    redeemed = redeem(caller, request_id, Delivery.EXECUTE, ports, now)
    try:
        made = _make(redeemed, ports, now)
        code, document, findings = _presentable(redeemed.vaulted, made, ports)
    except PortFailed as failed:
        raise _failed(request_id, failed.code, ActionFailed(), ports, now) from None
    except Refusal as refusal:  # halted before the call, so nothing was made
        raise _failed(request_id, refusal.code, refusal, ports, now) from None
    except OutcomeUnknown:
        raise _failed(request_id, OUTCOME_UNKNOWN, OutcomeIsUnknown(), ports, now) from None
    except Exception as unforeseen:  # whatever it is, the call may have been made, and the trail must say so
        raise _failed(request_id, OUTCOME_UNKNOWN, OutcomeIsUnknown(), ports, now) from unforeseen

    def executed(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        details: dict[str, JSON] = {"code": code, "findings": findings, "complete": made.complete}
        return _answered(current), (Draft(EventType.ACTION_EXECUTED, SYSTEM, details),)

    request = record(ports, request_id, executed, now)
    call_back(request, ports)
    return ExecutionResult(request, code, made.complete, findings, document)


def settle_unanswered(request_id: str, ports: Ports, now: datetime) -> ApprovalRequest:
    """Write `action.failed` for a call of which nothing was heard since: its function died, or could not write.

    For whoever looks after requests on a schedule. Harmless for any other request, and while the call may be running.
    """

    def unanswered(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        calling = current.grant.calling_since if current.grant else None
        if calling is None or now < calling + CALL_LIFE:
            return current, ()
        return _given_up(current, OUTCOME_UNKNOWN)

    request = record(ports, request_id, unanswered, now)
    if request.code == OUTCOME_UNKNOWN:
        call_back(request, ports)
    return request


def _make(redeemed: Redeemed, ports: Ports, now: datetime) -> CallResult:
    call, request_id = redeemed.vaulted.call, redeemed.request.request_id
    if call is None:
        raise PortFailed("nothing_to_call")
    credentials = mint(redeemed, ports.issuer)

    def calling(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if current.status is not RequestStatus.REDEEMED or current.grant is None:
            raise GrantRevoked
        return replace(current, grant=replace(current.grant, calling_since=now)), ()

    # STS took its time, so a halt set in the meantime must count before anything takes effect. After this
    # transaction the call counts as made; a later halt finds it so.
    record_effect(ports, request_id, calling, now)
    return ports.call_maker.make(call, credentials)


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
    return masking_rules_from_policy(own).before(masking_rules_from_policy(ports.policy.masking))


def _failed(request_id: str, code: str, refusal: Refusal, ports: Ports, now: datetime) -> Refusal:
    request = record(ports, request_id, lambda current: _given_up(current, code), now)
    call_back(request, ports)
    return refusal


def _given_up(current: ApprovalRequest, code: str) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
    event = Draft(EventType.ACTION_FAILED, SYSTEM, {"code": code})
    if current.status is RequestStatus.REDEEMED:
        current = current.moved(RequestStatus.FAILED, code)
    return _answered(current), (event,)


def _answered(current: ApprovalRequest) -> ApprovalRequest:
    """The request whose call is over, whatever came of it."""
    return replace(current, grant=replace(current.grant, calling_since=None) if current.grant else None)
