"""What the words around a chain of capitalised words say of it: an eponym, a place, whose name it is."""

from __future__ import annotations

import re

from sallyport.masking import words
from sallyport.masking.detect import cues, facilities
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import kinds
from sallyport.masking.detect.names.words import Word
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives

_QUALIFIERS = topic("medicine.eponym_qualifiers")
_EPONYM_AFTER = re.compile(
    rf"(?:['\u2019]s?)?[- ]{{1,2}}(?:(?:[A-Z][\w'\u2019-]+|{alternatives(_QUALIFIERS)}) ){{1,2}}"
    rf"(?i:{alternatives(topic('medicine.eponym_works'))})s?\b"
)
_HANDLED = re.compile(
    rf"(?: [a-z]+)? (?:(?:was |is |were )?(?:{alternatives(topic('medicine.handled'))})"
    rf"|{alternatives(topic('medicine.kept'))}|out\b)"
)
_BEFORE_HEAD = frozenset(" -'\u2019")
_APOSTROPHES = frozenset("'\u2019")
_AFTER = re.compile(r"(?:['\u2019]s?)?[- ]{1,2}([^\W\d_]+)")


def is_eponym(text: str, word: Word) -> bool:
    """Whether a disease, a sign or a score takes its name from this word."""
    if text[word.end : word.end + 1] not in _BEFORE_HEAD and word.text[-2:-1] not in _APOSTROPHES:
        return False
    after = _AFTER.match(text, word.end)
    if (after is not None and after.group(1).lower() in v.EPONYM_HEAD) or (
        word.folded in v.EPONYMS and word.text[-2:] in ("'s", "\u2019s")
    ):
        return True
    if word.folded in v.DEVICES and _HANDLED.match(text, word.end) is not None:
        return True
    if word.flags & words.GIVEN_STRONG and word.kind == kinds.NAME and not word.flags & words.EPONYM:
        return False
    if after is None or not (after.group(1)[0].isupper() or after.group(1) in _QUALIFIERS):
        return False
    return _EPONYM_AFTER.match(text, word.end) is not None


def is_place(text: str, chain: list[Word], before: str, *, opens: bool) -> bool:
    """Whether a chain of ordinary words is the name of a place: `lives in Orchid Bay`, `seen at Mass General`."""
    if len(chain) < 2 or len(chain) > 4 or (opens and not _STRONG_PLACE_CUE.search(before)):
        return False
    if any(word.text.isupper() and len(word.text) > 1 for word in chain) and not _STRONG_PLACE_CUE.search(before):
        return False
    if any(word.flags & words.MEDICAL and not word.flags & words.FREQUENT for word in chain) or is_eponym(
        text, chain[-1]
    ):
        return False
    if chain[-1].folded in v.STREET or chain[-1].folded in v.SETTLEMENTS:
        return bool(chain[0].flags & (words.NAME | words.PLACE) or cues.cue(before).place)
    named = sum(bool(word.flags & (words.NAME | words.PLACE)) for word in chain)
    return bool(_STRONG_PLACE_CUE.search(before)) or (
        named * 2 >= len(chain) and bool(_THERE.search(before) or facilities.ADMITTED.search(before))
    )


_THERE = re.compile(rf"\b(?:{alternatives(topic('cues.there'))})\s$")
_STRONG_PLACE_CUE = re.compile(
    rf"(?:\b(?:{alternatives(topic('cues.lived_in'))}|(?:{alternatives(topic('cues.residing'))}) (?:in|at|near)?"
    rf"|(?:{alternatives(topic('cues.residence'))})"
    r"(?: (?:is|was|given by[^.:\n]{0,30}|recorded as|on the referral|on file"
    r"|provided[^.:\n]{0,24}|for [a-z ]{3,24}))*))[\s:;,.>|=(\[-]{1,4}$",
    re.IGNORECASE,
)


def category(chain: list[Word], cue: cues.Cue) -> str:
    if cue.name:
        return "NAME"
    flags = 0
    for word in chain:
        flags |= word.flags
    if chain[0].kind == kinds.PLACE and not flags & words.STRONG_NAME:
        return "LOCATION"
    if cue.place and not (flags & words.GIVEN_STRONG and len(chain) > 1):
        return "LOCATION"
    return "NAME"
