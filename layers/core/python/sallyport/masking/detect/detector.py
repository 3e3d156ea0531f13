"""What a detector says of itself. Whoever handles spans asks their detector; nobody knows one by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sallyport.masking.detect.reading import Reading
    from sallyport.masking.spans import Span


class Basis(Enum):
    """Why a detector takes something for an identifier."""

    DECLARED = "declared"  # a field, a format's own structure, a hint or the policy says so
    FORMAT = "format"  # it is written in a documented form
    CUE = "cue"  # a word before it announces it
    LOOK = "look"  # it reads like one
    CONTEXT = "context"  # the rest of the request makes it one


class Sparing(NamedTuple):
    """What becomes of a detector's finding where the name of a machine explains it; see `spare` and `judging`."""

    explained: Callable[[str, Span], frozenset[str] | None]  # the kinds of names that explain it; None: none does
    running: bool  # it may be an instant, a window of time or an account, which takes the words around it to tell
    words: bool  # it stands for itself in most texts, and is doubted only where it is a part of something longer
    digits: bool  # what a name leaves of it identifies only with a digit
    punctuated: bool  # the points, dashes and colons inside are its own
    half: str  # the kind of name that is its other half, and explains nothing; "" if there is none
    look_alike: Callable[[str, Span], bool]  # in a machine's field: whether the names of machines look like it


class Rule(NamedTuple):
    """One reason of a detector to take something for an identifier. The id is unique and orders rules."""

    id: str
    says: str
    detector: Detector


@dataclass(frozen=True, eq=False, kw_only=True)
class Detector:
    """One row of the registry. Nothing has a default: whoever adds a detector answers every question."""

    name: str
    says: str  # what it finds, for docs/masking.md
    categories: tuple[str, ...]  # () is whatever category the field, the hint or the policy names
    basis: Basis
    rank: int  # of two that found the same stretch the lower one names the category
    allowable: bool  # whether the policy's allow-list may free what it found
    scopes: bool  # whether what it finds in a parameter that scopes a credential counts
    labels: bool  # whether it may take the name of a secret, or a part of one, for an identifier
    cell: bool  # whether what it finds is a whole cell of a table
    sparing: Sparing
    find: Callable[[Reading], Iterable[Span]] | None  # None where another walk meets what it stands for
    rules: dict[str, Rule] = field(init=False, default_factory=dict)

    def rule(self, name: str, says: str) -> Rule:
        """Declare a rule. Called once for each, where the module is loaded."""
        if name in self.rules:
            raise ValueError(f"{self.name} has two rules called {name}")
        self.rules[name] = Rule(f"{self.name}/{name}", says, self)
        return self.rules[name]
