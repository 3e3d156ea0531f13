"""What ties a chat's card to a request: button ids and digests, in both directions."""

from __future__ import annotations

import json
import re

from sallyport.domain.requests import CardRef

APPROVE, DENY, WITHDRAW, DETAILS = "approve", "deny", "withdraw", "details"
# On a settled card: for whoever denied and did not say why.
EXPLAIN = "explain"
# In the details, which have pages.
BACK, ON = "details_back", "details_on"
# Forms that open from a card, and their one field.
CONFIRM_FORM, DENIAL_FORM = "confirm_approval", "explain_denial"
REASON = "reason"
_PREFIX = "sallyport"
_DIGEST = re.compile(r"[0-9A-Za-z]{1,64}")


def block_id(action_digest: str, presented_digest: str) -> str:
    """For the buttons of a card; 139 of Slack's 255 characters. A card that shows something else has another id."""
    return f"{_PREFIX}:{action_digest}:{presented_digest}"


def digests_of(block_id: str) -> tuple[str, str]:
    """The action's and the view's digest. Raises ValueError for a block that is not one of our cards'."""
    prefix, action_digest, presented_digest = block_id.split(":")
    # JSON can spell half a character, which no digest could be compared with.
    if prefix != _PREFIX or not (_DIGEST.fullmatch(action_digest) and _DIGEST.fullmatch(presented_digest)):
        raise ValueError("not a card of ours")
    return action_digest, presented_digest


def form_origin(request_id: str, block_id: str, card: CardRef) -> str:
    """What a form carries unseen: the request, the digests of the card it opened from, and where that card is."""
    return json.dumps({"request_id": request_id, "card": [block_id, card.channel, card.message]})
