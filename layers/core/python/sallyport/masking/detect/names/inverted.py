"""Names with the family name first: `SMITH, JOHN`, `Baker, Tom`, `DE LA CRUZ, MARIA A.`.

Most common family names are everyday words as well, and each of the two words alone is left for what it may be.
Together, with nothing but a comma between them, they are somebody: registers, orders and lists write people so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import words
from sallyport.masking.detect import cues
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import kinds
from sallyport.masking.detect.names.row import INVERTED
from sallyport.masking.detect.names.words import Capital
from sallyport.masking.spans import Span

_COMMA = (", ", ",")
# What follows the given name and belongs to it: an initial, or a second given name.
_MIDDLE = re.compile(r" (?:[A-Z]\.(?!\w)|[A-Z]\b(?!['\u2019./-]))")
_NO_GIVEN = kinds.TITLE | kinds.SUFFIX | kinds.REGION | kinds.FACILITY
_NO_NAMES = words.MEDICAL | words.REGION | words.NATION


def find(text: str, found: list[Capital]) -> Iterator[Span]:
    """The names among `found`, the capitalised words of `text`."""
    for at in range(1, len(found)):
        family, given = found[at - 1], found[at]
        if text[family[1] : given[0]] not in _COMMA or not _alike(family[2], given[2]):
            continue
        start = _first(text, found, at - 1)
        if not _is_somebody(text, family, given, start) or _in_a_list(text, found, at):
            continue
        end = given[1]
        if at + 1 < len(found) and text[end : found[at + 1][0]] == " " and _is_given(found[at + 1], given[2]):
            end = found[at + 1][1]
        middle = _MIDDLE.match(text, end)
        yield Span(start, middle.end() if middle else end, "NAME", INVERTED)


def _alike(family: str, given: str) -> bool:
    """Whether both are written in capitals or both are not; initials and abbreviations are nobody's given name."""
    return len(family) > 1 and len(given) > 2 and family.isupper() == given.isupper()


def _is_somebody(text: str, family: Capital, given: Capital, start: int) -> bool:
    flags, other = family[3].flags, given[3].flags
    if family[3].month or given[3].month or given[3].kind & _NO_GIVEN:
        return False
    before = text[max(0, start - 40) : start]
    cue = cues.cue(before)
    if cue.place and not cue.name:
        return False
    capitals = family[2].isupper()
    if other & words.GIVEN_STRONG:
        if flags & words.SURNAME_STRONG:
            everyday = flags & words.FREQUENT and not flags & words.GIVEN
            opens = (
                bool(before) and not before.rstrip(" ").endswith((":", ";", "\n", "|")) and cues.opens_sentence(before)
            )
            return capitals or cue.name or not (everyday and opens)
        rare = not flags & (words.COMMON | _NO_NAMES)
        return bool(rare and (capitals or flags & words.SURNAME))
    # A given name that no list has, after a family name that is nothing else.
    sure = flags & words.SURNAME_STRONG and not flags & (words.FREQUENT | words.PLACE_STRONG | words.MEDICAL)
    return bool(
        sure and (capitals or cue.name) and not other & (words.FREQUENT | _NO_NAMES) and given[3].kind != kinds.PLACE
    )


def _in_a_list(text: str, found: list[Capital], at: int) -> bool:
    """Whether the two are members of a longer list of everyday words: `BLACK, ROSE, GREEN`."""
    if not found[at - 1][3].flags & words.FREQUENT:
        return False
    before = at > 1 and text[found[at - 2][1] : found[at - 1][0]] == ", "
    behind = (
        at + 1 < len(found)
        and text[found[at][1] : found[at + 1][0]] == ", "
        and not found[at + 1][3].kind & (kinds.TITLE | kinds.SUFFIX)
    )
    return before or behind


def _first(text: str, found: list[Capital], at: int) -> int:
    """Where the family name begins: with its particles, and with another family name before it."""
    start, word = found[at][0], found[at][2]
    for previous in reversed(found[max(0, at - 3) : at]):
        part, flags = previous[3].folded in v.PARTICLES, previous[3].flags
        doubled = flags & words.SURNAME_STRONG and not flags & (words.FREQUENT | words.MEDICAL)
        if text[previous[1] : start] != " " or previous[2].isupper() != word.isupper() or not (part or doubled):
            break
        start = previous[0]
    return start


def _is_given(word: Capital, given: str) -> bool:
    return bool(word[3].flags & words.GIVEN_STRONG) and word[2].isupper() == given.isupper() and len(word[2]) > 2
