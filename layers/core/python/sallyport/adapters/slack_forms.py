"""What a person is asked beside a click: to confirm an approval that weighs more, and to say why they denied."""

from __future__ import annotations

from typing import Any

from sallyport.adapters import slack_text as text
from sallyport.adapters.slack_card import effect, who
from sallyport.adapters.slack_text import Block
from sallyport.domain.cards import CONFIRM_FORM, DENIAL_FORM, REASON, block_id, form_origin
from sallyport.domain.channels import Card
from sallyport.domain.requests import CardRef

# Slack takes 3,000 characters in a field; an approver who writes more writes it elsewhere.
MAX_REASON = 1000
_MASKED = "Personal data in it is masked before anybody sees it or it is recorded."


def confirmation_of(card: Card, ref: CardRef, *, reason_required: bool) -> dict[str, Any]:
    """The sentence of the card once more, and who asks. Nothing is recorded before it is sent."""
    view = card.view.members
    blocks = [
        text.bold(view["sentence"]),
        text.section(who(view)),
        text.section(effect(view)),
        text.dated("Decide before", card.expires_at),
        _reason("Why do you approve?", required=reason_required),
    ]
    return _form(CONFIRM_FORM, "Approve this?", "Approve", blocks, card, ref)


def why_of(card: Card, ref: CardRef) -> dict[str, Any]:
    """The denial stands already, whatever becomes of this form."""
    view = card.view.members
    blocks = [
        text.section("Your denial is recorded. The agent will see the reason that you give here."),
        text.bold(view["sentence"]),
        _reason("Why do you deny it?", required=False),
    ]
    return _form(DENIAL_FORM, "Denied", "Send reason", blocks, card, ref)


def _reason(label: str, *, required: bool) -> Block:
    field = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": MAX_REASON}
    return {
        "type": "input",
        "block_id": REASON,
        "label": text.plain(label),
        "element": field,
        "optional": not required,
        "hint": text.plain(_MASKED),
    }


def _form(callback: str, title: str, submit: str, blocks: list[Block], card: Card, ref: CardRef) -> dict[str, Any]:
    bound = block_id(card.action_digest, card.presented_digest)
    return {
        "type": "modal",
        "callback_id": callback,
        "title": text.plain(title),
        "submit": text.plain(submit),
        "close": text.plain("Close"),
        "blocks": blocks,
        "private_metadata": form_origin(card.request_id, bound, ref),
    }
