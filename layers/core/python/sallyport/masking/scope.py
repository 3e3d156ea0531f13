"""Whether a technical name (bucket, prefix, table, key) carries an identifier."""

from __future__ import annotations

import itertools
import re

from sallyport.masking import freetext, words
from sallyport.masking.spans import Span

# Names are judged in pieces, so detectors that read prose would only misread them; bare dates are partitions.
_PROSE = frozenset(("name", "facility", "address", "weekday", "date", "uuid", "age", "known", "base64"))
_PIECES = re.compile(r"[^\W\d_]+")
# Not anybody's: an account id at the end of a bucket's name (AWS's convention), a random UUID, a trial's registration.
_SURROGATE = re.compile(
    r"(?<=[a-z]-)\d{12}(?!\d)|\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[1-8][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}\b|NCT\d{8}\b"
)
_SPECIFIC = frozenset(("SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "EMAIL", "PHONE"))
MIN_DIGITS = 7  # a bare number of fewer digits in a technical name is a sequence, a year or a version


def categories(value: str) -> set[str]:
    """Categories of identifiers in one technical name."""
    if any(map(str.isspace, value.strip())):
        return {span.category for span in freetext.find(value)}
    text = _SURROGATE.sub(lambda match: "x" * len(match.group()), value)
    found = {span.category for span in freetext.find(text) if _counts(text, span)}
    spaced = re.sub(r"[/_\-.=#:+%]+|(?<=[A-Za-z])(?=\d)", " ", text)
    if spaced != text:
        found |= {
            span.category for span in freetext.find(spaced) if span.detector == "cue" and span.category in _SPECIFIC
        }
    if _names_someone(text):
        found.add("NAME")
    return found


def _counts(text: str, span: Span) -> bool:
    if span.detector in _PROSE:
        return False
    if span.detector in ("look", "card") or span.category in ("ID", "CARD"):
        return sum(map(str.isdigit, text[span.start : span.end])) >= MIN_DIGITS and not _DATED.fullmatch(
            text[span.start : span.end]
        )
    return True


_DATED = re.compile(
    r"[\w/=-]*?(?:year=)?(?:19|20)\d\d[/_-]?(?:month=)?(?:0[1-9]|1[0-2])(?:[/_-]?(?:day=)?(?:0[1-9]|[12]\d|3[01]))?(?:[/_T-]?\d{2,6})?"
)


def _names_someone(text: str) -> bool:
    """Whether two neighbouring pieces are a given name and a family name: `john-smith`, `Smith_Jane`."""
    pieces = [
        (match.start(), match.end(), words.lexicon().get(words.fold(match.group()), 0))
        for match in _PIECES.finditer(text)
    ]
    for (_, end, first), (start, _, second) in itertools.pairwise(pieces):
        if start - end != 1:
            continue
        for given, family in ((first, second), (second, first)):
            clear = given & words.GIVEN_STRONG and not given & (words.FREQUENT | words.MEDICAL | words.PLACE_STRONG)
            surname = family & words.SURNAME_STRONG or (family & words.SURNAME and not family & words.GIVEN_STRONG)
            if (
                clear
                and surname
                and (not family & words.FREQUENT or (family & words.EPONYM and not family & words.MEDICAL))
            ):
                return True
    return False
