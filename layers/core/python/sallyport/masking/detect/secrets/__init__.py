"""Keys, tokens, passwords: by the issuers' documented formats, by the words next to them, by randomness in a place
where a secret would be."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterable
from functools import cache

import re2

from sallyport.masking.detect import sparing
from sallyport.masking.detect.detector import Basis, Detector, Rule
from sallyport.masking.detect.reading import Reading
from sallyport.masking.detect.secrets import formats, names
from sallyport.masking.detect.secrets.harmless import harmless
from sallyport.masking.detect.secrets.values import Piece, is_random
from sallyport.masking.spans import Span

__all__ = ["expected", "find", "harmless"]

_RANDOM = re.compile(
    r"(?<![\w+/=.~%@-])(?=[A-Za-z+/_.~%-]{0,60}\d)[A-Za-z0-9][A-Za-z0-9+/_.~%-]{18,20000}={0,2}(?![\w+/=@])"
)
_NAMED = (
    r"(?i:passw|passphrase|passcode|pwd|secret|token|tkn|credential|bearer|api[ _.-]?key|access[ _.-]?key"
    r"|private[ _.-]?key|[_. -]pass\b|\bpass ?[:=]|\bcreds?\b|passe\b|contrase|\bauth\b"
    r"|(?:key|access|private|licen[cs]e|session|cookie)[\"'\])]*(?:[^\S\n]*[=:]|[ -][a-z0-9_.-]{16}))"
)
_BLOCK = r"://[^\s/@]*@|-----BEGIN|PuTTY"
_COMMAND = r"(?:\s|^)(?:-u|--user)[ =]|\s-p|chpasswd"


@cache
def _signs() -> re2.Set:
    """Four patterns, one of which is found in every text that holds a secret, and none in most others.

    RE2 reads a text for all of them in one pass, so that a note without secrets costs a few nanoseconds per character.
    The third is a run of 16 characters with a digit, its place spelled out because RE2 has no look-ahead; a run before
    an `@` is a mailbox, or part of a URL that the first finds. Few words have 28 letters.
    """
    letter, any_ = r"[A-Za-z_+=~%-]", r"[A-Za-z0-9_+=~%-]"
    runs = "|".join(rf"{letter}{{{n}}}[0-9]{any_}{{{15 - n}}}" for n in range(16))
    signs = re2.Set.SearchSet()
    signs.Add(_BLOCK)
    signs.Add(_NAMED)
    signs.Add(
        rf"(?:^|[^A-Za-z0-9_+=~%-])(?:{runs}|{letter}{{16,}}[0-9]){any_}*(?:[^A-Za-z0-9_+=~%@-]|$)|{letter}{{28}}"
        rf"|\$[A-Za-z0-9]+\$"
    )
    signs.Add(_COMMAND)
    signs.Compile()
    return signs


def find(reading: Reading) -> Iterable[Span]:
    """Secrets in the text."""
    encoded = reading.text.encode("utf-8", "replace")  # a lone half of a surrogate pair becomes `?`, also one character
    signs = _signs().Match(encoded)
    if not signs:
        return ()
    text = encoded.decode()
    found: list[Span] = []
    for seen, rule, pieces in _SOURCES:
        if not seen.isdisjoint(signs):
            found += [Span(start, end, "SECRET", rule) for start, end in pieces(text)]
    if 2 in signs:
        found += _random(text, sorted(found))
    return found


def _random(text: str, found: list[Span]) -> Iterable[Span]:
    """Tokens that are too irregular for a word where a secret would be; of those that `found` are parts of, what
    comes after."""
    ends = [span.end for span in found]
    for match in _RANDOM.finditer(text):
        start, end = match.span()
        at = bisect.bisect_right(ends, start)
        if at < len(found) and found[at].start < end:
            last = ends[bisect.bisect_left(ends, end) - 1] if ends[at] < end else end
            if end - last >= 8:  # longer than any format says
                yield Span(last, end, "SECRET", REST)
        elif is_random(match.group()) and _stands_for_secret(text, start, found, at) and not harmless(text, start, end):
            yield Span(start, end, "SECRET", TOKEN)


_NEAR = 100  # characters before a token in which a word for a secret is a reason to take it for one
_REASON = re.compile(
    r"passw|passphrase|pwd|secret|token|credential|bearer|authorization|cookie|signature|(?<![a-z])(?:key"
    r"|auth|pass|sig|jwt|otp)(?![a-z])|(?:api|access|private|encryption|signing|account|shared"
    r"|licen[cs]e)[ _.-]?keys?|access[ _-]?code",
    re.IGNORECASE,
)
# Left of an assignment, a variable of the environment: what is random on the right was given to a program to keep.
_ASSIGNED = re.compile(
    r"(?:^|[\s;({,\"'])(?:export |set |env |-e )?[A-Z][A-Z0-9_]{2,60}[\"']?\s{0,2}[=:]\s{0,2}[\"']?$"
)
_HEADER = re.compile(r"(?:(?:^|[\s\"'])x-|-H [\"'])[a-z-]{2,40}[\"']?:\s{0,2}[\"']?$", re.IGNORECASE)
# What such a variable or header is called when it holds the name of a state of something.
_NO_SECRET = re.compile(
    r"(?:id|uid|sha\d{0,3}|hash|digest|commit|rev|revision|version|tag|etag|checksum|md5|image|arn|name|build"
    r"|ref|bucket|path|url|uri|host|endpoint|request|trace|id-2|release)[\"']?\s{0,2}[=:]\s{0,2}[\"']?$",
    re.IGNORECASE,
)


def _stands_for_secret(text: str, start: int, found: list[Span], at: int) -> bool:
    """Whether something says that what begins at `start` is a secret: a word for one before it, a variable or a header
    that it is given to, another secret next to it."""
    before = text[max(0, start - _NEAR) : start]
    if any(abs(start - edge) <= _NEAR for span in found[max(0, at - 1) : at + 1] for edge in (span.start, span.end)):
        return True
    return _REASON.search(before) is not None or _given(before)


def _given(before: str) -> bool:
    """Whether `before` ends with a variable of the environment or a header that is given what follows."""
    return bool(_ASSIGNED.search(before) or _HEADER.search(before)) and _NO_SECRET.search(before) is None


_CLOSE = 40  # characters; where a token has the form of an id, only words as near as this make a secret of it
_EQUALS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{1,60}=[\"']?$")


def expected(text: str, start: int) -> bool:
    """Whether what begins at `start` and may well be a machine's id stands where a secret would."""
    before = text[max(0, start - _CLOSE) : start].rpartition("\n")[2]
    if (reason := _REASON.search(before)) is not None and not _ABOUT_KEYS.search(before, reason.start()):
        return True
    return _given(before) or (_EQUALS.search(before) is not None and _NO_SECRET.search(before) is None)


# Names of keys, and of where secrets lie, are shown: `key id`, `KMS key …`, `token for`.
_ABOUT_KEYS = re.compile(
    r"(?:kms|customer|managed|public|host|primary|partition|sort|foreign|row|hash|cache|object|s3|idempotency"
    r"|client ?token|continuation|page|next|pagination)[ _-]?(?:key|token)|(?:key|token|secret"
    r"|credential)s?[ _-]?(?:id|arn|name|version|policy|rotation|alias)",
    re.IGNORECASE,
)

# What IAM calls its users, roles and policies by; access keys (AKIA, ASIA) are none of these.
_UNIQUE_ID = re.compile(r"A(?:GPA|IDA|IPA|NPA|NVA|ROA|PKA|SCA)[A-Z0-9]{12,20}")


def _joined(text: str, span: Span) -> frozenset[str] | None:
    """`api-7d9f8b6c5-x2x4z`: the word that named a secret is a part of the name."""
    return sparing.PUBLIC if text[span.start - 1 : span.start] in ("-", "/") else None


def _unless_public(_text: str, _span: Span) -> frozenset[str]:
    return sparing.PUBLIC


def _unique_id(text: str, span: Span) -> bool:
    return _UNIQUE_ID.match(text[span.start : span.end]) is not None


DETECTOR = Detector(
    name="secret",
    says="A key, token or password by its documented form, or by the name before it.",
    categories=("SECRET",),
    basis=Basis.FORMAT,
    rank=2,
    allowable=False,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER._replace(explained=_joined, look_alike=_unique_id),
    find=find,
)
KEY = DETECTOR.rule("key", "A private key.")
LOGIN = DETECTOR.rule("login", "The password of a URL.")
FORM = DETECTOR.rule("form", "An issuer documents what its keys look like, and this does.")
NAMED = DETECTOR.rule("named", "It comes after the name of a secret.")
ARGUMENT = DETECTOR.rule("argument", "A command takes a password there.")

RANDOM = Detector(
    name="random",
    says="A random string where a secret would be.",
    categories=("SECRET",),
    basis=Basis.LOOK,
    rank=20,
    allowable=True,
    scopes=True,
    labels=False,
    cell=False,
    sparing=sparing.NEVER._replace(explained=_unless_public, look_alike=sparing.always),
    find=None,
)
TOKEN = RANDOM.rule("token", "Too irregular for a word, after a word for a secret or next to another.")
REST = RANDOM.rule("rest", "What a documented form leaves of a longer token.")

# Which of the signs must be seen for a source to be asked, by their order in `_signs`.
_SOURCES: tuple[tuple[frozenset[int], Rule, Callable[[str], Iterable[Piece]]], ...] = (
    (frozenset((0,)), KEY, formats.blocks),
    (frozenset((0,)), LOGIN, formats.logins),
    (frozenset((0, 2)), FORM, formats.tokens),
    (frozenset((1, 2)), NAMED, names.find),
    (frozenset((3,)), ARGUMENT, formats.commands),
)
