"""What a channel for asking people offers. Another chat is another implementation: nothing that happens to a request
depends on which chat it is.

The approvals API needs none of it, since whoever decides there comes and asks; what Slack and it share is `decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sallyport.domain.requests import CardRef
from sallyport.masking import MaskedDocument

if TYPE_CHECKING:
    from sallyport.domain.directory import Person
    from sallyport.domain.home import Home


@dataclass(frozen=True, slots=True)
class Card:
    """What a channel shows. Everything that came from outside is inside `view`, which only `mask` can make; the rest
    are Sallyport's own ids, codes and counts, and names of the directory."""

    request_id: str
    action_digest: str
    presented_digest: str
    status: str
    code: str | None
    quorum: int
    approved_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    # The groups whose members are asked.
    asked: tuple[str, ...]
    expires_at: datetime
    open: bool
    view: MaskedDocument
    # Channels through which policy accepts an approval; whoever is asked may deny through any channel.
    channels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    # Where it was posted, once it was.
    at: CardRef | None = None
    # When the credential that its agent fetched stops working, while it may work.
    works_until: datetime | None = None
    # Whether it was denied without a reason, which whoever denied it can still add.
    unexplained: bool = False


class Unpresentable(Exception):
    """The channel cannot show all of the view, not even page by page. It is refused rather than cut."""

    code = "unpresentable"


class Trouble(StrEnum):
    """Why a channel did not do what it was asked; also the code that the agent reads while nobody has a card."""

    # Too much at once. Nothing was done.
    BUSY = "chat_busy"
    # No answer, or none that says whether it was done.
    UNAVAILABLE = "chat_unavailable"
    # Nothing was done, and nothing will be until somebody repairs the channel, or Sallyport's access to it.
    CLOSED = "chat_closed"
    UNAUTHORIZED = "chat_unauthorized"
    # The message is not there any more.
    GONE = "card_gone"
    # It will never take this content.
    REFUSED = "card_refused"


class Channel(Protocol):
    """Each call raises ChatFailed, with its Trouble, when the channel does not do it. None is tried again by itself: a
    second try might be a second card.

    A channel has rooms, in which several people read the same, and knows people by accounts of its own.
    """

    @property
    def name(self) -> str:
        """As the directory and the action files call it, and the audit trail."""

    @property
    def default_room(self) -> str:
        """The room that the deployment was given, for whatever policy does not send elsewhere."""

    def post_card(self, card: Card, room: str) -> CardRef:
        """Ask. Raises Unpresentable, and then nothing was posted."""

    def find_card(self, request_id: str, since: datetime, room: str) -> CardRef | None:
        """The card of this request that was posted there since then, even if the answer to posting it was lost. A
        retired card is not found."""

    def update_card(self, ref: CardRef, card: Card) -> None: ...

    def retire_card(self, ref: CardRef, card: Card) -> None:
        """Have the card at `ref` show only that another has replaced it: `card`, which says where it is."""

    def open_details(self, trigger: str, card: Card) -> None:
        """Show the whole view to the one person whose click `trigger` stands for."""

    def turn_details(self, opened: str, card: Card, page: int) -> None:
        """Show another page of what was opened."""

    def ask_to_confirm(self, trigger: str, ref: CardRef, card: Card, *, reason_required: bool) -> None:
        """Have the one person whose click `trigger` stands for read the sentence again, and approve with a reason."""

    def ask_why(self, trigger: str, ref: CardRef, card: Card) -> None:
        """Offer the person who denied to say why."""

    def tell(self, ref: CardRef, user_id: str, words: str) -> None:
        """Say something to one person beside the card. `words` are Sallyport's own, never what somebody typed."""

    def notify(self, room: str, ref: CardRef | None, words: str, people: tuple[Person, ...]) -> None:
        """Call people in the room, and in the card's thread where it has a card; `words` are Sallyport's own."""

    def send_direct(self, person: Person, card: Card) -> None:
        """Tell somebody, where nobody else reads it, that they are asked, and where the card is. Nothing in it
        decides."""

    def show_home(self, user_id: str, home: Home) -> None:
        """Publish the app's Home for this one person, until it is published again."""

    def is_active_member(self, user_id: str) -> bool:
        """False for deleted users, guests, bots, strangers, and whoever cannot be looked up."""
