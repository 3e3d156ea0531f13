"""E-mail addresses, each found from its `@`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span

EMAIL = re.compile(
    r"[\w.+%'-]{1,64}(?: ?\[at\] ?| ?\(at\) ?|@)[\w-]{1,63}(?:(?:\.| ?\[dot\] ?| ?\(dot\) ?)[\w-]{1,63}){1,6}"
)
_VERSION_AFTER = re.compile(r"v?\d{1,4}(?:\.\d{1,6}){1,2}")  # `package@1.2.3` is no address
_LOCAL_BACKWARDS = re.compile(r"[\w.+%'-]{1,64}")


def find(reading: Reading) -> Iterator[Span]:
    """E-mail addresses in the text, also those whose `@` is spelled out."""
    text = reading.text
    spelled = "[at]" in text or "(at)" in text
    if not (spelled or "@" in text):
        return
    if spelled:
        for match in EMAIL.finditer(text):
            yield Span(match.start(), match.end(), "EMAIL", SPELLED)
    at = text.find("@")
    while at >= 0:
        local = _LOCAL_BACKWARDS.match(text[max(0, at - 64) : at][::-1])
        if local is not None and (whole := EMAIL.match(text, at - local.end())) is not None and whole.end() > at:
            if _VERSION_AFTER.fullmatch(text, at + 1, whole.end()):
                at = text.find("@", at + 1)
                continue
            part = text[at - local.end() : at]
            start = at - len(part.lstrip("'."))
            yield Span(start, whole.end(), "EMAIL", ADDRESS)
        at = text.find("@", at + 1)


DETECTOR = Detector(
    name="email",
    says="An e-mail address.",
    categories=("EMAIL",),
    basis=Basis.FORMAT,
    rank=4,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER,
    find=find,
)
ADDRESS = DETECTOR.rule("address", "A mailbox and its host, joined by an @.")
SPELLED = DETECTOR.rule("spelled", "The same with [at] or (at) in place of the @.")
