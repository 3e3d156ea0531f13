"""The card of a request as it stands now."""

from __future__ import annotations

from sallyport.domain.ports import Card, CardTooLarge, PortFailed, Ports
from sallyport.domain.requests import ApprovalRequest, Choice
from sallyport.masking import MaskedDocument


def stored_view(request: ApprovalRequest, ports: Ports) -> MaskedDocument:
    """The view that was kept under the request's digest. Raises PortFailed when it is not there or is another."""
    if request.presented_digest is None:
        raise PortFailed("view_missing")
    return ports.views.get(request.presented_digest)


def card_of(request: ApprovalRequest, view: MaskedDocument) -> Card:
    return Card(
        request_id=request.request_id,
        action_digest=request.action_digest,
        presented_digest=request.presented_digest or "",
        status=request.status.value,
        code=request.code,
        quorum=request.quorum,
        approved_by=request.approvers,
        denied_by=tuple(d.by for d in request.decisions if d.choice is Choice.DENY),
        expires_at=request.expires_at,
        open=not request.settled,
        view=view,
        notes=_notes(request),
    )


def _notes(request: ApprovalRequest) -> tuple[str, ...]:
    if request.glass_broken_by is None:
        return ()
    broken = f"Break-glass: approved by {request.glass_broken_by} alone"
    if request.review is None:
        return (f"{broken}; somebody else must review it",)
    return (f"{broken}; reviewed by {request.review.by} ({request.review.choice.value})",)


def refresh_card(request_id: str, ports: Ports) -> bool:
    """Show the newest state on the card. False when the chat would not take it: the state is what counts."""
    request = ports.store.load(request_id)
    if request is None or request.card is None:
        return True
    try:
        ports.chat.update_card(request.card, card_of(request, stored_view(request, ports)))
    except (PortFailed, CardTooLarge):
        return False
    return True
