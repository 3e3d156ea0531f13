"""Whether a technical name (bucket, prefix, table, key) carries what identifies somebody, or a secret.

Prose is not read here. A technical name is taken apart instead: what a machine made up says nothing (see `machines`),
what somebody chose is held against forms of numbers, words that announce one, and names in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import binary, freetext
from sallyport.masking.detect import secrets
from sallyport.masking.detect.secrets import formats, names
from sallyport.masking.plain import readings
from sallyport.masking.scope import announced, numbers, people
from sallyport.masking.structure.encoded import decoded_parts

_DEEPEST = 3  # encodings in each other
_ACCESS_KEY = re.compile(r"(?:AIDA|AROA|AGPA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16,17}")  # ids of identities, no keys
_ASSIGNING = "='\""


def categories(value: str) -> set[str]:
    """Categories of identifiers in one technical name."""
    return set(_categories(value, _DEEPEST))


def _categories(value: str, deeper: int) -> Iterator[str]:
    for reading in readings(value):
        text = reading.text
        if any(map(str.isspace, text.strip())):
            yield from (span.category for span in freetext.find(text) if span.detector.scopes)
        else:
            yield from _secrets(text)
        yield from numbers.categories(text)
        yield from announced.categories(text)
        if people.named(text):
            yield "NAME"
        if deeper:
            for part in decoded_parts(text):
                yield from _categories(part, deeper - 1)
    yield from (span.category for span in binary.spans(value) if span.detector.scopes)


def _secrets(text: str) -> Iterator[str]:
    """What a format says, and what is assigned to a name for one: of `auth-4.52.1` the name alone says nothing."""
    assigned = (piece for piece in names.find(text) if text[piece.start - 1] in _ASSIGNING) if "=" in text else ()
    for start, end in (*formats.tokens(text), *formats.blocks(text), *formats.logins(text), *assigned):
        if not _ACCESS_KEY.fullmatch(text, start, end):
            yield from secrets.DETECTOR.categories if secrets.DETECTOR.scopes else ()
