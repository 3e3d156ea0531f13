"""Names that machines and their keepers put together from words, numbers and hashes: `api-7d9f8b6c5-x2x4z`,
`lambda-layers-us-west-2-123456789012`, `dt=2025-11-24`."""

from __future__ import annotations

import re
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.lexicon import topic
from sallyport.masking.machines import persons, pieces


class Parts(NamedTuple):
    """What of a text machines chose: `closed` sub-spans in order; `kind` of the first that is no mere word, or None."""

    kind: str | None
    closed: list[tuple[int, int]]


NOTHING = Parts(None, [])
_LONGEST = 2048
# Forms that have separators inside, so they are looked for before a name is taken apart.
_INNER = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<uuid>[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
    r"|(?=[0-9a-z]*[0-9])[0-9a-z]{8,12}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12})"
    r"|(?P<region>(?:us|eu|ap|ca|sa|me|af|il|cn|mx|eusc)(?:-(?:gov|iso[a-z]?|de))?-(?:north|south|east|west"
    r"|central|northeast|northwest|southeast|southwest)-\d[a-z]?(?:-az\d)?|(?:us|europe|asia|australia"
    r"|northamerica|southamerica|me|africa)-[a-z]{4,12}\d(?:-[a-f])?)"
    r"|(?P<date>20[1-3]\d(?P<sep>[-_]?)(?:0[1-9]|1[0-2])(?P=sep)(?:0[1-9]|[12]\d|3[01])(?:[T_-]?(?:[01]\d"
    r"|2[0-3])[-:]?[0-5]\d(?:[-:]?[0-5]\d)?(?:[.,]\d{1,6})?Z?)?)"
    r"|(?P<quarter>(?:FY)?20[0-4]\d[-_]?[QHqh][1-4]|[QHqh][1-4][-_]?20[0-4]\d|20[0-4]\d[-_]?[Ww][0-5]\d)"
    r"|(?P<version>v\d{1,4}[.-]\d{1,4}(?:[.-]\d{1,6}){0,2}|\d{1,3}\.\d{1,4}\.\d{1,4}(?=-[a-z]))"
    r"|(?P<host>ip(?:-\d{1,3}){4}(?![0-9-]))"
    r"|(?P<cronjob>(?<=[a-z0-9]-)\d{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?$)"
    r"|(?P<resource>[a-z]{1,8}(?:-[a-z]{3,10})?-(?=[0-9a-f]*[0-9])(?:[0-9a-f]{17}|[0-9a-f]{8}(?!-[0-9a-z]{4}-)))"
    r")(?![A-Za-z0-9])"
)
_PIECE = re.compile(r"[A-Za-z0-9]+")
_WORD = re.compile(r"[A-Za-z]+")
_SHORT = re.compile(r"[A-Za-z]{1,20}\d{1,4}[A-Za-z]{0,12}|\d{1,2}[A-Za-z]{1,12}|\d{1,4}")
_EPOCH = re.compile(r"1[4-9]\d{8}(?:\d{3}|\d{6})?")
_ACCOUNT = re.compile(r"\d{12}")
_LOT = re.compile(
    r"(?=[a-z]*\d)(?=\d*[a-z])[bcdfghjklmnpqrstvwxz2456789]{5}"
    r"|(?=(?:\d*[a-z]){3})(?=(?:[a-z]*\d){2})[bcdfghjklmnpqrstvwxz0-9]{8,10}"
)
_BALANCER = re.compile(r"\d{9,10}")
# What programs number by the second, and what their names end in.
_TIMED = topic("machines.timed")
# What is drawn by lot after one of these is to be kept, whatever its form.
_KEPT = topic("machines.kept")
_LINKS = topic("machines.links")
_MONTHS = topic("machines.short_months")
_NUMBER = re.compile(
    r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)|(?<!\d)\d{3}-\d{3,4}(?:-\d{4})?(?!\d)|\d{1,2}-\d{1,2}-(?:19|20)?\d\d(?!\d)"
)


def read(text: str, *, lenient: bool = False, announced: bool = False) -> Parts:
    """What of `text`, a name without slashes and colons, machines chose.

    `lenient`: it stands where only machines' names do (in an ARN), so plain words and numbers are theirs as well.
    `announced`: what comes before it says that a person's identifier follows.
    """
    if len(text) > _LONGEST:
        return NOTHING
    if (
        not announced
        and not _keeps(text)
        and (kind := pieces.form(text)) is not None
        and not (kind == "date" and not lenient)
    ):
        return Parts(kind, [(0, len(text))])
    if _NUMBER.search(text) and not _INNER.search(text):
        return NOTHING
    if _SIGNED.fullmatch(text):
        return NOTHING
    closed: list[tuple[int, int]] = []
    kind = None
    at, before = 0, "patient" if announced else ""
    named = persons.names(text) if any(map(str.isalpha, text)) else []
    for match in [*_INNER.finditer(text), None]:
        end = match.start() if match is not None else len(text)
        for piece in _PIECE.finditer(text, at, end):
            found = _judge(piece.group(), before, last=piece.end() == len(text), lenient=lenient)
            if found is not None and not _within(piece.span(), named):
                closed.append(piece.span())
                kind = kind or (found if found != "word" else None)
            before = piece.group()
        if match is None:
            break
        if not _withheld(match, before, named):
            closed.append(match.span())
            kind = kind or ("date" if match.lastgroup == "sep" else match.lastgroup)
        at, before = match.end(), match.group()
    return Parts(kind or _counted(text, closed, named), closed)


def _keeps(text: str) -> bool:
    """Whether the first word of `text` says that the rest is a secret: `xoxb-…`, `token_…`."""
    first = _WORD.match(text)
    return first is not None and first.group().lower() in _KEPT


# Three parts, each drawn by lot: what is signed lets somebody in.
_SIGNED = re.compile(r"[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}")


def _within(span: tuple[int, int], named: list[tuple[int, int]]) -> bool:
    return any(first < span[1] and span[0] < last for first, last in named)


def _withheld(match: re.Match[str], before: str, named: list[tuple[int, int]]) -> bool:
    """Whether a form inside a name is not believed, for the word before it says that it is somebody's or a secret."""
    if match.lastgroup in ("date", "sep"):
        return bool(named) or persons.dates(before) or before.lower() in _LINKS
    own = match.group().partition("-")[0] if match.lastgroup == "resource" else before
    if match.lastgroup == "resource" and (not _drawn(match.group()) or persons.names(own)):
        return True
    return any(word.lower() in _KEPT or persons.announces(word) for word in (before, own)) or _is_month(before)


def _drawn(text: str) -> bool:
    """Whether an id has a prefix that a service gives, or letters and digits mixed after one that nobody knows."""
    return pieces.resource(text) or not text.rpartition("-")[2].isdigit()


_MANY = re.compile(r"[a-z0-9]{1,20}(?:[-_]{1,2}[a-z][a-z0-9]{0,20}){3,12}")
_STEPS = re.compile(
    r"[a-z]+\d{0,4}(?:[-_][a-z]+\d{0,4})+(?:[-_]\d{1,4}){1,2}"
    r"|[a-z]{2,16}[-_][a-z]{2,16}[-_]\d{1,4}[-_][a-z]{2,16}(?:[-_]\d{1,4})?"
    r"|[A-Z]{2,12}(?:_[A-Z]{2,16})+(?:_\d{1,3}){1,2}"
)


def _counted(text: str, closed: list[tuple[int, int]], named: list[tuple[int, int]]) -> str | None:
    """`name` where lowercase words and short numbers count what there is several of: `rc-rg3-0002-003`."""
    if named or persons.announces(text):
        return None
    if _MANY.fullmatch(text):
        return "name"
    whole = sum(end - start for start, end in closed) == sum(map(str.isalnum, text))
    return "name" if whole and _STEPS.fullmatch(text) else None


def _is_month(word: str) -> bool:
    return word.lower() in _MONTHS


def _judge(piece: str, before: str, *, last: bool, lenient: bool) -> str | None:
    """What one piece of a name is: `word` says nothing, another kind says that a machine made the name; None is
    open.
    """
    personal = persons.announces(before) or before.lower() in _KEPT
    if _WORD.fullmatch(piece):
        return "word" if lenient or (not persons.announces(piece) and _says_nothing(piece)) else None
    if personal:
        return None
    if _SHORT.fullmatch(piece):
        return "word"
    if (kind := _evident(piece, before, last=last)) is not None:
        return kind
    if lenient and (not piece.isdigit() or len(piece) != _SSN):
        return "word"
    return None


def _says_nothing(word: str) -> bool:
    """Whether a word is in lowercase, or is no name: a capital and no list that has the word may be somebody."""
    if not word[0].isupper():
        return True
    return all(_known(part.lower()) for part in _CAMEL.findall(word))


def made_of_words(text: str) -> bool:
    """Whether `text` is put together from words that name things, and from no person's name: `MyRule`,
    `infra-foo-dev`.
    """
    parts = _CAMEL.findall(text)
    several = len(parts) > 2 or any(part.lower() in words.things() for part in parts)
    return several and len(parts) > 1 and all(_known(part.lower()) for part in parts) and not persons.names(text)


def _known(word: str) -> bool:
    flags = words.lexicon().get(word, 0)
    return len(word) < _LETTERS or bool(flags & words.ORDINARY) or word in words.things()


_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LETTERS = 4  # fewer make no name that the detectors would find
_SSN = 9  # digits; so many alone stay somebody's even in an ARN


def _evident(piece: str, before: str, *, last: bool) -> str | None:
    """The kind of a piece that only machines write, or None."""
    word = before.lower()
    if piece.isdigit():
        if _ACCOUNT.fullmatch(piece) and (before.isalpha() or "-" in before) and before:
            return "account"
        if _EPOCH.fullmatch(piece) and word in _TIMED:
            return "epoch"
        return "resource" if _BALANCER.fullmatch(piece) and word in ("balancer", "elb", "alb", "nlb", "lb") else None
    if before and last and _LOT.fullmatch(piece):
        return "pod"
    if before and _LOT.fullmatch(piece) and piece.islower():
        return "pod"
    return pieces.form(piece)
