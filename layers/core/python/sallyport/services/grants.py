"""The checks between an approval and its effect. They run when the grant is issued and again when it is
redeemed, each time on what is stored, never on what was passed along."""

from __future__ import annotations

from sallyport.domain.binding import VaultRecord, same_digest
from sallyport.domain.ports import GrantPorts, PortFailed
from sallyport.domain.refusals import (
    DigestMismatch,
    IdentifierInScope,
    InvalidParameters,
    NotApproved,
    PolicyChanged,
    PolicyDenied,
)
from sallyport.domain.requests import ApprovalRequest, Choice, VerdictKind
from sallyport.services import approvals, policy
from sallyport.services.rendering import effect_of


def check_still_approved(request: ApprovalRequest, ports: GrantPorts) -> VaultRecord:
    """The vaulted action, when it is what was approved and today's policy would still lead to this approval.

    To be asked inside of `record`, with `proved` and `unless_halted`: the approvals are then those of the evidence.
    Raises DigestMismatch, NotApproved or PolicyChanged.
    """
    try:
        vaulted = ports.vault.get(request.request_id)
    except PortFailed:
        raise DigestMismatch from None
    if not same_digest(vaulted.action_digest, request.action_digest):
        raise DigestMismatch
    needed = _check_policy(request, vaulted, ports)
    _check_approvals(request, needed, ports)
    return vaulted


def _check_policy(request: ApprovalRequest, vaulted: VaultRecord, ports: GrantPorts) -> int:
    """How many approvals today's policy wants. Raises PolicyChanged when it would deny or render differently."""
    action = ports.policy.actions.get(request.action)
    agent = ports.policy.directory.agents.get(request.agent)
    if action is None or agent is None:
        raise PolicyChanged
    try:
        policy.check(action, vaulted, ports.policy.masking)
        # The hour of the request is what policy judged; judging by today's rules means its rules, not its clock.
        verdict = policy.admitted(agent, action, vaulted, ports, request.created_at)
        effect = effect_of(action, vaulted.request_id, vaulted.parameters, ports)
    except (PolicyDenied, InvalidParameters, IdentifierInScope):
        raise PolicyChanged from None
    if (
        not set(vaulted.hidden) <= set(action.hidden)  # today's approver would see more than the one who approved
        or effect != vaulted.effect
        or action.delivery is not request.delivery
    ):
        raise PolicyChanged
    return 0 if verdict is VerdictKind.ALLOW else action.approval.quorum


def _check_approvals(request: ApprovalRequest, needed: int, ports: GrantPorts) -> None:
    """Count the distinct people who approved exactly this and whom today's policy would still let decide."""
    if any(decision.choice is Choice.DENY for decision in request.decisions):
        raise NotApproved
    if request.presented_digest is None:
        raise NotApproved
    if not approvals.is_met(request, max(needed, request.quorum), ports):
        raise PolicyChanged
