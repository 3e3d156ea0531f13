"""Somebody clicks a card. Seeing a card is not authority: who clicked is held against the directory and the chat."""

from __future__ import annotations

from datetime import datetime

from sallyport.domain.binding import same_digest
from sallyport.domain.clicks import ChatHome, Click, Look
from sallyport.domain.directory import Person
from sallyport.domain.ports import PortFailed, Ports
from sallyport.domain.refusals import NotAnApprover, Refusal, StaleDigest
from sallyport.domain.requests import ApprovalRequest, CardRef, Choice
from sallyport.domain.submissions import Statement
from sallyport.services.cards import current_card, refresh_card
from sallyport.services.chat_people import person_with
from sallyport.services.routes import Standing, standing
from sallyport.services.told_back import not_recorded
from sallyport.usecases.decide import decide, foresee
from sallyport.usecases.explain_denial import explain_denial, may_explain

CRITICAL = "critical"


def click_card(click: Click, home: ChatHome, ports: Ports, now: datetime) -> str:
    """Decide as the person behind the click. Answers `ok` or what the log says of the refusal; the clicker is told
    either way.

    A refusal is audited by `decide`; one for a request that does not exist is only told.
    """
    request = ports.store.load(click.request_id)
    stands = standing(click.card, request, ports)
    person = person_behind(click, stands, home, ports)
    try:
        return _taken(click, person, request, stands, ports, now)
    except Refusal as refusal:
        _tell(click.card, click.account.user_id, not_recorded(refusal, click.request_id, person, ports), ports)
        return refusal.outcome


def _taken(
    click: Click, person: Person | None, seen: ApprovalRequest | None, stands: Standing, ports: Ports, now: datetime
) -> str:
    said = Statement(
        click.choice,
        click.presented_digest,
        click.reason,
        action_digest=click.action_digest,
        on_replaced_card=stands is Standing.REPLACED,
    )
    channel = ports.chat.name
    if click.explain:
        return _open_why(click, may_explain(click.request_id, person, channel, said, ports, now), ports)
    if click.filled and click.choice is Choice.DENY:
        if click.reason is not None:
            explain_denial(click.request_id, person, channel, said, ports, now)
            refresh_card(click.request_id, ports, now)  # its button to say why has done its duty
        return "ok"
    if click.choice is Choice.APPROVE and not click.filled and _asks_first(seen, ports):
        return _confirm(click, foresee(click.request_id, person, channel, said, ports, now), ports)
    request = decide(click.request_id, person, channel, said, ports, now)
    if click.choice is Choice.DENY and not click.filled:
        _open_why(click, request, ports)  # the denial stands already, so nothing is lost when the form does not open
    return "ok"


def _asks_first(request: ApprovalRequest | None, ports: Ports) -> bool:
    """Whether an approval of this takes more than a click: it weighs as much as anything does, or wants a reason."""
    if request is None or request.settled:
        return False
    action = ports.policy.actions.get(request.action)
    heavy = CRITICAL in (request.risk, action.risk if action else "")
    return heavy or (action is not None and action.approval.reason_required)


def _confirm(click: Click, request: ApprovalRequest, ports: Ports) -> str:
    action = ports.policy.actions.get(request.action)
    required = action is not None and action.approval.reason_required
    try:
        ports.chat.ask_to_confirm(click.trigger, click.card, current_card(request, ports), reason_required=required)
    except PortFailed as failed:
        words = "Not recorded: this approval has a second step, and its form did not open. Try again."
        _tell(click.card, click.account.user_id, words, ports)
        return failed.code
    return "ok"


def _open_why(click: Click, request: ApprovalRequest, ports: Ports) -> str:
    """Offer to say why."""
    try:
        ports.chat.ask_why(click.trigger, click.card, current_card(request, ports))
    except PortFailed as failed:
        words = "Your denial is recorded. The form for a reason did not open: press Say why on the card."
        _tell(click.card, click.account.user_id, words, ports)
        return failed.code
    return "ok"


def look_closer(look: Look, home: ChatHome, ports: Ports) -> str:
    """Show all that was presented, page by page, to somebody who may read it. Answers `ok` or why not.

    Raises PortFailed when the chat or the view is not there; whoever clicked can click again.
    """
    request = ports.store.load(look.request_id)
    stands = standing(look.card, request, ports)
    person = person_behind(look, stands, home, ports)
    if person is None or request is None or not ports.authorizer.may("read", person, request).allowed:
        return _refused_to_show(look, NotAnApprover(), ports)
    shown = request.presented_digest
    if stands is Standing.REPLACED or shown is None or not same_digest(look.presented_digest, shown):
        return _refused_to_show(look, StaleDigest(), ports)
    card = current_card(request, ports)
    if look.opened:
        ports.chat.turn_details(look.opened, card, look.page)
    else:
        ports.chat.open_details(look.trigger, card)
    return "ok"


def _refused_to_show(look: Look, refusal: Refusal, ports: Ports) -> str:
    if look.card is not None:
        _tell(look.card, look.account.user_id, f"Not shown: {refusal.title} ({refusal.code}).", ports)
    return refusal.outcome


def person_behind(click: Click | Look, stands: Standing, home: ChatHome, ports: Ports) -> Person | None:
    """As `person_with`; None as well for a card in a room where the request was never asked."""
    return None if stands is Standing.FOREIGN else person_with(click.account, home, ports)


def _tell(card: CardRef, user_id: str, words: str, ports: Ports) -> None:
    try:
        ports.chat.tell(card, user_id, words)
    except PortFailed:
        return
