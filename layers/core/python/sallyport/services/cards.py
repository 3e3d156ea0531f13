"""The card of a request as it is now."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sallyport.domain.actions import ActionDefinition, Delivery
from sallyport.domain.card_debts import CardDebt
from sallyport.domain.channels import Card, Trouble, Unpresentable
from sallyport.domain.directory import Directory
from sallyport.domain.events import ActorKind, Draft
from sallyport.domain.ports import CardPorts, ChatFailed, PortFailed, ViewPorts
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import ApprovalRequest, Choice, RequestStatus
from sallyport.masking import MaskedDocument
from sallyport.services.transition import record


def stored_view(request: ApprovalRequest, ports: ViewPorts) -> MaskedDocument:
    """The view that was kept under the request's digest. Raises PortFailed when it is not there or is another."""
    if request.presented_digest is None:
        raise PortFailed("view_missing")
    return ports.views.get(request.presented_digest)


def current_card(request: ApprovalRequest, ports: ViewPorts) -> Card:
    """Raises PortFailed without its view."""
    action = ports.policy.actions.get(request.action)
    return card_of(request, stored_view(request, ports), ports.policy.directory, action)


def card_of(
    request: ApprovalRequest, view: MaskedDocument, directory: Directory, action: ActionDefinition | None
) -> Card:
    """`action` as policy has it today, None when it has been dropped."""
    denials = [d for d in request.decisions if d.choice is Choice.DENY]
    return Card(
        request_id=request.request_id,
        action_digest=request.action_digest,
        presented_digest=request.presented_digest or "",
        status=request.status.value,
        code=request.code,
        quorum=request.quorum,
        approved_by=tuple(map(directory.name_of, request.approvers)),
        denied_by=tuple(directory.name_of(d.by) for d in denials),
        asked=request.asked,
        expires_at=request.expires_at,
        open=not request.settled,
        view=view,
        channels=action.approval.channels if action is not None else (),
        notes=(*_ending(request, directory), *_broken_glass(request, directory)),
        works_until=_works_until(request),
        unexplained=request.status is RequestStatus.DENIED and any(d.comment is None for d in denials),
        at=request.card,
    )


def _ending(request: ApprovalRequest, directory: Directory) -> tuple[str, ...]:
    """Who ended it, and what became of the approval."""
    if request.status is RequestStatus.EXPIRED:
        return ("Nobody used the approval in time." if request.grant else "Nobody decided it in time.",)
    if request.status is RequestStatus.REDEEMED and request.live is False:
        return ("Its session is over.",) if request.delivery is Delivery.CREDENTIAL else ()
    if request.ended_by is None:
        return ()
    by_agent = request.ended_by.kind is ActorKind.AGENT
    who = request.ended_by.id if by_agent else directory.name_of(request.ended_by.id)
    if request.status is RequestStatus.CANCELLED:
        return (f"Cancelled by {who}, which asked for it.",)
    used = request.grant is not None and request.grant.redeemed_at is not None
    if not used:
        return (f"{'Given back' if by_agent else 'Revoked'} by {who} before it was used.",)
    session = "its session is denied" if not request.live else "its session is being denied"
    return (f"{who} is done with it; {session}." if by_agent else f"Revoked by {who} after it was used; {session}.",)


def _works_until(request: ApprovalRequest) -> datetime | None:
    """When the credential that was fetched stops working, while it may work."""
    works = request.status is RequestStatus.REDEEMED and request.live and request.delivery is Delivery.CREDENTIAL
    return request.grant.cut_off if works and request.grant is not None else None


def _broken_glass(request: ApprovalRequest, directory: Directory) -> tuple[str, ...]:
    if request.glass_broken_by is None:
        return ()
    broken = f"Break-glass: approved by {directory.name_of(request.glass_broken_by)} alone"
    if request.review is None:
        return (f"{broken}; somebody else must review it",)
    return (f"{broken}; reviewed by {directory.name_of(request.review.by)} ({request.review.choice.value})",)


def refresh_card(request_id: str, ports: CardPorts, now: datetime) -> bool:
    """Show the newest state on the card. False when the chat would not take it: the state is what counts. How a request
    ended is then tried again by whoever looks after requests on a schedule; what changes while people are still asked
    is shown with the next change."""
    request = ports.store.load(request_id)
    if request is None or request.card is None:
        return True
    try:
        ports.chat.update_card(request.card, current_card(request, ports))
    except (PortFailed, Unpresentable) as failed:
        if request.settled:
            _owe(request, failed, ports, now)
        return False
    _keep(request, None, ports, now)
    return True


# The message was deleted, or the chat will never take its content: trying again would not help.
_FOR_GOOD = frozenset({Trouble.GONE, Trouble.REFUSED})


def _owe(request: ApprovalRequest, failed: PortFailed | Unpresentable, ports: CardPorts, now: datetime) -> None:
    for_good = isinstance(failed, Unpresentable) or (isinstance(failed, ChatFailed) and failed.trouble in _FOR_GOOD)
    _keep(request, None if for_good else (request.card_debt or CardDebt(now)).refused(now), ports, now)


def _keep(request: ApprovalRequest, debt: CardDebt | None, ports: CardPorts, now: datetime) -> None:
    """In the place of the debt that `request` has; whoever changed it meanwhile knows better."""

    def kept(current: ApprovalRequest) -> tuple[ApprovalRequest, tuple[Draft, ...]]:
        if current.card_debt == debt or current.card_debt != request.card_debt:
            return current, ()
        return replace(current, card_debt=debt), ()

    if debt == request.card_debt:
        return
    with suppress(PortFailed, Refusal):  # then the card stays as it is; nothing rests on it
        record(ports, request.request_id, kept, now)
