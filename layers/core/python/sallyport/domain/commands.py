"""What somebody types after `/sallyport`, opens or presses in the app's Home, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sallyport.domain.channels import Card
from sallyport.domain.clicks import Account


class Verb(StrEnum):
    PENDING = "pending"
    SHOW = "show"
    REVOKE = "revoke"
    HALT = "halt"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """`rest` is what follows the verb, as it was typed: a request's id, or a switch and a reason."""

    account: Account
    verb: Verb
    rest: str = ""


@dataclass(frozen=True, slots=True)
class HomeOpened:
    account: Account


@dataclass(frozen=True, slots=True)
class HomeRevoke:
    """The Revoke button of a grant in somebody's Home."""

    account: Account
    request_id: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Slack asks whether the address of an app is its own: it expects `text` back."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """For the one person who asked. `words` are Sallyport's own; whatever an agent typed stands in the views of
    `cards`, which only `mask` can make. `outcome` is what the log line says, `refused` that it was not done."""

    words: tuple[str, ...]
    cards: tuple[Card, ...] = ()
    outcome: str = "ok"
    refused: bool = False
