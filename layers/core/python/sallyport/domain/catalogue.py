"""What somebody may ask for, as the catalogue lists it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sallyport.domain.actions import ActionDefinition


class Need(StrEnum):
    """Whether a person is asked."""

    ALWAYS = "always"
    DEPENDS = "depends"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Entry:
    """An action that the caller may ask for. `on_behalf_of` are the people whom they may name; where
    `on_behalf_of_required`, they must name one. `patience_seconds` is the longest that a request waits for its
    answer."""

    action: ActionDefinition
    on_behalf_of: tuple[str, ...]
    on_behalf_of_required: bool
    approval: Need
    patience_seconds: int
