"""Facilities: hospitals, clinics, practices by what stands around the word that says so."""

from __future__ import annotations

import re

from sallyport.masking.detect import sparing
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.names import kinds
from sallyport.masking.detect.names.words import Word
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span


def facility(text: str, chain: list[Word], head: int, *, opens: bool) -> tuple[Span, int] | None:  # noqa: C901 - a decision list, read from top to bottom
    """A facility's name in the chain, whose word at `head` says what it is, and how many words it takes."""
    begin = 0
    while (
        begin < head
        and chain[begin].kind == kinds.ORDINARY
        and ((begin == 0 and opens) or chain[begin].folded in v.GENERIC)
        and chain[begin].folded in _OPENERS
    ):
        begin += 1
    modifiers = [word for word in chain[begin:head] if word.folded not in v.GENERIC or word.kind & kinds.SPEAKING]
    end = head
    tail = _FACILITY_TAIL.match(text, chain[head].end) if chain[head].folded in v.FACILITY_STRONG else None
    # "… Hospital Los Angeles", "… Center of Boston": a place right after belongs to the name
    while end + 1 < len(chain) and chain[end + 1].kind & (kinds.SPEAKING | kinds.REGION):
        end += 1
    strong = chain[head].folded in v.FACILITY_STRONG or chain[head].folded == "presbyterian"
    if not modifiers and end == head:
        if not (strong and head > begin):
            return None
        if all(word.folded in _DEPARTMENT for word in chain[begin:head]):
            return None
    particular = strong or end > head or any(word.kind & kinds.PARTICULAR for word in [*modifiers, *chain[begin:head]])
    if not particular and (
        not modifiers or not ADMITTED.search(text, max(0, chain[begin].start - 24), chain[begin].start)
    ):
        return None
    while end + 1 < len(chain) and chain[end + 1].folded in _FACILITY_MORE:
        end += 1
    if (
        opens
        and begin == 0
        and not any(word.kind & (kinds.PARTICULAR | kinds.INITIAL) for word in chain[: end + 1])
        and not (strong and modifiers)
    ):
        return None
    stop = chain[end].end
    if tail is not None and end == head:
        stop = tail.end()
        while end + 1 < len(chain) and chain[end + 1].start < stop:
            end += 1
    return Span(chain[begin].start, stop, "FACILITY", HEADED), end + 1


_FACILITY_TAIL = re.compile(
    r",? (?:in|of|at) (?:the )?[^\W\d_a-z][\w'\u2019-]+(?: [^\W\d_a-z][\w'\u2019-]+){0,2}(?:, [A-Z]{2}\b)?"
    r"|, [^\W\d_a-z][\w'\u2019-]+(?: [^\W\d_a-z][\w'\u2019-]+){0,1}(?:, [A-Z]{2}\b)?(?= (?:on|in|for|with"
    r"|by)\b)"
)
_FACILITY_MORE = topic("facilities.tails")
ADMITTED = re.compile(rf"\b(?:{alternatives(topic('facilities.visits'))})(?: (?:to|at|by|in))?(?: the| our)? $")
_OPENERS = topic("facilities.openers")
_DEPARTMENT = topic("facilities.departments")


DETECTOR = Detector(
    name="facility",
    says="A hospital, a clinic, a practice.",
    categories=("FACILITY",),
    basis=Basis.LOOK,
    rank=20,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.WORD._replace(look_alike=sparing.always),
    find=None,
)
HEADED = DETECTOR.rule("headed", "Capitalised words around one for a facility.")
LOWERCASE = DETECTOR.rule("lowercase", "Lowercase words before one for a facility, after at, to, from and the like.")
