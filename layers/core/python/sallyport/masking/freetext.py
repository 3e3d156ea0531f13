"""Identifiers in a string: what its format says, or what the detectors find in running text."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from sallyport.masking import binary, words
from sallyport.masking.detect import registry, secrets, urls
from sallyport.masking.detect.detector import Basis
from sallyport.masking.detect.names import phrases
from sallyport.masking.detect.names.phrases import Stayed
from sallyport.masking.detect.reading import Reading
from sallyport.masking.detect.withheld import DEEP
from sallyport.masking.ledger import MARKER
from sallyport.masking.memory import Memory
from sallyport.masking.plain import Plain, readings
from sallyport.masking.spans import Span, settle
from sallyport.masking.spare import spare
from sallyport.masking.structure import embedded, hl7
from sallyport.masking.structure.meanings import SHOWN, Masked

MAX_NESTING = 4  # documents inside documents that are opened; deeper ones are masked whole


@dataclass(frozen=True, slots=True)
class Reader:
    """Looks for identifiers in strings; `depth` counts the documents around the string, `masked` is asked for,
    `memory` is the request's."""

    memory: Memory
    depth: int = 0
    masked: Masked = SHOWN

    def find(self, text: str) -> list[Span]:
        """Identifiers in `text`, in order, without overlaps."""
        if len(text) < 2 or (len(text) <= 40 and text.islower() and _ordinary(text)):
            return []
        if "\x02" in text:
            text = text.replace("\x02", "\x01")  # from here on it stands for what is masked
        if self.depth >= MAX_NESTING and _opens_document(text):
            return [Span(0, len(text), "NESTED", DEEP)]
        inner = Reader(self.memory, self.depth + 1, self.masked).find
        encoded = list(embedded.encoded_spans(text, inner))
        if "MSH" in text and hl7.looks_like(text):
            spans = list(hl7.find(text, self.prose))
        elif embedded.looks_like_json(text):
            spans = list(embedded.json_spans(text, inner, self.masked, self.memory.keys))
            if not embedded.is_json(text):  # what stands between its strings is running text
                spans += self.prose(text)
        elif (delimiter := embedded.table_delimiter(text)) is not None:
            spans = list(embedded.table_spans(text, delimiter, inner, self.masked))
        else:
            sql = list(embedded.sql_spans(text, inner, self.masked)) if embedded.looks_like_sql(text) else []
            if sql:
                text = embedded.without_literals(text)
            pairs = list(embedded.pair_spans(text)) if "=" in text or "|" in text else []
            spans = self.prose(text)
            if not (sql or pairs or encoded):
                return spans
            spans = [*sql, *pairs, *spans]
        return settle([*spans, *encoded])

    def prose(self, text: str) -> list[Span]:
        """Identifiers in running text."""
        return prose(text, self.memory)


def _ordinary(text: str) -> bool:
    """Whether a short text is nothing but everyday or medical words, none of them a name: most cells of a table."""
    known = words.lexicon()
    for word in text.split(" "):
        flags = known.get(word, 0)
        if not flags & words.ORDINARY or flags & (words.STRONG_NAME | words.PLACE_STRONG):
            return False
    return True


def _opens_document(text: str) -> bool:
    return embedded.looks_like_json(text) or (embedded.decode_base64(text.strip()) is not None and len(text) >= 24)


def find(text: str, masked: Masked = SHOWN, memory: Memory | None = None) -> list[Span]:
    """Identifiers in `text`, in order, without overlaps; `memory` is that of the request, if it is part of one."""
    return Reader(memory or Memory(), masked=masked).find(text)


# Underscores around words, as Markdown puts them: `_Ada_`; inside of words they belong to a program.
_EMPHASIS = re.compile(r"(?<![^\s(\[{\"'*,])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![^\s.,;:!?)\]}\"'*])")


def _without_emphasis(text: str) -> str:
    """`text` with the underscores of emphasis blanked, offsets kept."""
    return _EMPHASIS.sub(lambda match: " " * len(match.group()), text) if "_" in text else text


def prose(text: str, memory: Memory) -> list[Span]:
    """Identifiers in running text."""
    text = _without_markers(text)
    first, *others = readings(text)
    spans = _spans(first, memory)
    if not others and first.starts is None:
        return settle(spans)
    spans = [_back(span, first) for span in spans]
    for other in others:
        spans += [_back(span, other) for span in _spans(other, memory) if not _a_row(other, span)]
    return settle([*spans, *binary.spans(text)])


def stayed(text: str, memory: Memory) -> list[Stayed]:
    """The capitalised words of running text that no rule takes for a name, or that one lets stand."""
    first = readings(_without_markers(text))[0]
    shown = _reading(first, memory)
    found: list[Stayed] = []
    named = list(phrases.find(shown.text, shown.capitals, found))
    known = {word.start for word in found}
    for start, end, _, entry in shown.capitals:
        if start not in known and not any(span.start <= start < span.end for span in named):
            found.append(Stayed(start, end, entry.kind, None))
    return sorted(word._replace(start=start, end=end) for word in found for start, end in [first.back(*word[:2])])


def _without_markers(text: str) -> str:
    """`text` without the markers in it: what is masked already is neither name nor cue, so masking twice changes
    nothing."""
    return MARKER.sub(lambda match: "\x02" * len(match.group()), text) if "[" in text else text


def _reading(plain: Plain, memory: Memory) -> Reading:
    return Reading(urls.without_public_urls(_without_emphasis(plain.text)), memory)


def _a_row(reading: Plain, span: Span) -> bool:
    """Whether `span` is a row of single digits, which closed up looks like a number of somebody's."""
    return reading.closed_up and span.detector.basis is Basis.LOOK and reading.text[span.start : span.end].isdigit()


def _back(span: Span, reading: Plain) -> Span:
    start, end = reading.back(span.start, span.end)
    return Span(start, end, span.category, span.rule)


def _spans(reading: Plain, memory: Memory) -> list[Span]:
    """What the detectors find in one reading, in its offsets."""
    spans = registry.find(_reading(reading, memory))
    return spare(reading.text, _without_labels(reading.text, spans), lambda piece: prose(piece, memory))


_LABEL = re.compile(r"[A-Za-z_.:/@?&=\\-]*(?:\d{1,3}[A-Za-z_.:/@?&=\\-]*){0,3}")
_LOGIN = re.compile(r"://[^\s/@:]{0,100}:\Z")  # what comes before the password of a connection string
# What stands between a name and the secret that it names.
_BETWEEN = re.compile(
    r"(?:[\s_:='\"-]{1,3}(?:secret|private|access|api|auth|key|token)s?){0,3}[\s_:='\"-]{1,4}", re.IGNORECASE
)
_NAME_OF_SECRET = re.compile(
    r"(?:\w{1,20}-){0,4}(?:[A-Z]*(?:API|ACCESS|PRIVATE|SECRET|AUTH|ACCOUNT)[_-]?KEY|[A-Z]*(?:TOKEN|PASSWORD|SECRET)"
    r"|[a-zA-Z]*[a-z]Key|(?:[a-zA-Z]*[a-z])?(?:Token|Password|Secret)|Key)(?:-[a-z]+)?"
    r"|(?:sha|SHA)-?\d{1,3}|md5|ssh-(?:rsa|ed25519)"
)


def _without_labels(text: str, spans: list[Span]) -> list[Span]:
    """`spans` without what only names a secret, and without long tokens that are neither secret nor anybody's.

    Of `vendor-key-3f9c…` the key goes, not the vendor; of `sha256:3f9c…` nothing does.
    """
    found = sorted(span for span in spans if span.category == "SECRET")
    starts = [span.start for span in found]
    passwords = {
        span.end: span.start
        for span in found
        if text[span.end : span.end + 1] == "@" and _LOGIN.search(text, max(0, span.start - 120), span.start)
    }
    return [
        span
        for span in spans
        if span.category == "SECRET"
        or not (
            (span.detector.labels and _needless(text, span, found, starts))
            # With its host a password looks like an e-mail address; the host is a machine's.
            or (passwords and passwords.get(text.find("@", span.start), span.end) <= span.start)
        )
    ]


def _needless(text: str, span: Span, found: list[Span], starts: list[int]) -> bool:
    """Whether a span that was found by its look says no more than the secrets `found` do, or nothing."""
    if span.end - span.start >= 8 and secrets.harmless(text, span.start, span.end):
        return True
    if _NAME_OF_SECRET.fullmatch(text, span.start, span.end):
        return True
    at = bisect.bisect_left(starts, span.start)
    if at and found[at - 1].end > span.start:
        return text[found[at - 1].end : found[at - 1].end + 1] == "@"  # the host of `scheme://user:secret@host`
    if at == len(found):
        return False
    start, end = found[at][:2]
    if start < span.end <= end + 2:
        return _LABEL.fullmatch(text, span.start, start) is not None
    vendor = text[span.start : span.end]
    return (
        vendor.islower()
        and vendor.isalpha()
        and not words.lexicon().get(vendor, 0) & words.NAME
        and _BETWEEN.fullmatch(text, span.end, start) is not None
    )
