"""The card of a request as it stands now."""

from __future__ import annotations

from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.directory import Directory
from sallyport.domain.ports import CardPorts, PortFailed, ViewPorts
from sallyport.domain.requests import ApprovalRequest, Choice
from sallyport.masking import MaskedDocument


def stored_view(request: ApprovalRequest, ports: ViewPorts) -> MaskedDocument:
    """The view that was kept under the request's digest. Raises PortFailed when it is not there or is another."""
    if request.presented_digest is None:
        raise PortFailed("view_missing")
    return ports.views.get(request.presented_digest)


def current_card(request: ApprovalRequest, ports: ViewPorts) -> Card:
    """Raises PortFailed without its view."""
    return card_of(request, stored_view(request, ports), ports.policy.directory)


def card_of(request: ApprovalRequest, view: MaskedDocument, directory: Directory) -> Card:
    return Card(
        request_id=request.request_id,
        action_digest=request.action_digest,
        presented_digest=request.presented_digest or "",
        status=request.status.value,
        code=request.code,
        quorum=request.quorum,
        approved_by=tuple(map(directory.name_of, request.approvers)),
        denied_by=tuple(directory.name_of(d.by) for d in request.decisions if d.choice is Choice.DENY),
        asked=request.asked,
        expires_at=request.expires_at,
        open=not request.settled,
        view=view,
        notes=_notes(request, directory),
    )


def _notes(request: ApprovalRequest, directory: Directory) -> tuple[str, ...]:
    if request.glass_broken_by is None:
        return ()
    broken = f"Break-glass: approved by {directory.name_of(request.glass_broken_by)} alone"
    if request.review is None:
        return (f"{broken}; somebody else must review it",)
    return (f"{broken}; reviewed by {directory.name_of(request.review.by)} ({request.review.choice.value})",)


def refresh_card(request_id: str, ports: CardPorts) -> bool:
    """Show the newest state on the card. False when the chat would not take it: the state is what counts."""
    request = ports.store.load(request_id)
    if request is None or request.card is None:
        return True
    try:
        ports.chat.update_card(request.card, current_card(request, ports))
    except (PortFailed, Unpresentable):
        return False
    return True
