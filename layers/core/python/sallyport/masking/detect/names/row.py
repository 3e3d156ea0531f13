"""The row of names and its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect import dates, sparing, weekdays
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.names.words import capitals
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

_CAPITAL = re.compile(r" [A-Z]")
_SENTENCE = 80  # characters


def find(reading: Reading) -> Iterator[Span]:
    """Names, places and facilities in the text."""
    # The modules of this room need the rules below, so they can be imported only when those are there.
    from sallyport.masking.detect.names import inverted, lowercase, phrases

    yield from phrases.find(reading.text, reading.capitals)
    yield from inverted.find(reading.text, reading.capitals)
    yield from lowercase.find(reading)
    yield from _behind_months(reading)


def _behind_months(reading: Reading) -> Iterator[Span]:
    """Names right after a day that ends in its month (`5 May Will`), of which month and name look like one chain."""
    from sallyport.masking.detect.names import phrases

    text = reading.text
    for day in (*reading.found(dates.DETECTOR), *reading.found(weekdays.DETECTOR)):
        if text[day.end - 1].isalpha() and _CAPITAL.match(text, day.end):
            piece = "\x02" + text[day.end : day.end + _SENTENCE]
            for span in phrases.find(piece, capitals(piece, reading.memory.entries)):
                yield span._replace(start=span.start + day.end - 1, end=span.end + day.end - 1)


def _one_name(text: str, span: Span) -> bool:
    """Whether it is no given and family name together, which machines are not called."""
    return not machines.pairs_of_names(text[span.start : span.end])


DETECTOR = Detector(
    name="name",
    says="People and places, by lists and what stands around: titles, cue words, initials, neighbours; eponyms stay.",
    categories=("NAME", "LOCATION", "FACILITY"),
    basis=Basis.LOOK,
    rank=20,
    allowable=True,
    scopes=True,
    labels=True,
    cell=False,
    sparing=sparing.WORD._replace(look_alike=_one_name),
    find=find,
)
BEHIND_COMMA = DETECTOR.rule("behind-comma", "A rare word after a name and a comma.")
LONE = DETECTOR.rule("lone", "A rare word or an initial that is alone after a word that announces a name.")
PLACE = DETECTOR.rule("place-of-words", "Everyday words that stand where a place would.")
INVERTED = DETECTOR.rule("inverted", "The family name, a comma, the given name.")
SMALL_GIVEN = DETECTOR.rule("lowercase-given", "A lowercase given name before a family name or an initial.")
SMALL_PAIR = DETECTOR.rule("lowercase-pair", "A lowercase everyday given name before a sure family name.")
SMALL_CUED = DETECTOR.rule("lowercase-cued", "Lowercase words after a title or a word that announces a name.")
SMALL_PLACE = DETECTOR.rule("lowercase-place", "A lowercase place after in, from, near and the like.")
INSIDE = DETECTOR.rule("machine", "In the part of a machine's name that somebody chose.")
