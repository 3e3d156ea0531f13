"""Values next to the name of a secret: `DB_PASSWORD=…`, `"token": "…"`, `Authorization: Bearer …`,
`vendor-key-3f9c…`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sallyport.masking import machines
from sallyport.masking.detect.secrets.harmless import harmless
from sallyport.masking.detect.secrets.values import Piece, is_key, is_password, is_random, is_strong, unpronounceable
from sallyport.masking.lexicon import topic

# Words that name a secret. Any value is believed of a password, one with the look of a key of the others.
_WORD = re.compile(
    r"(?P<password>pass(?:word|wd|phrase|code|wort|e)?|pwd|contrase.a|secret)"
    r"|token|tkn|api|key|auth(?:orization|entication)?|bearer|credential|cred|access|private|priv|sig|salt|session"
    r"|cookie|webhook|sas|pat|jwt|hmac|licen[cs]e|dsn|encryption|otp|pin"
)
# What may follow such a word inside the name itself.
_TAIL = re.compile(r"[\w.$+/~%-]{0,20000}")
_TAIL_WORD = re.compile(r"[-_.]?(?:[A-Za-z]{1,14})(?=[-_.])[-_.]?")
# Names that end so hold something about a secret: where it lies, what it is called, how long it lives.
_ABOUT = re.compile(
    r"(?:[_.-]?(?:id|sid|name|ur[il]|path|file|type|count|len(?:gth)?|size|prefix|suffix|expir\w{0,6}|ttl|arn"
    r"|version|alg\w{0,7}|field|label|format"
    r"|status|policy|endpoint|page|link|reset|hint|input|form|min|max|regex|pattern|provider|manager|store"
    r"|vault|ring|chain|space|board|code|stroke|limit|usage|words?))s?$",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"s?[\"'\])`\\]{0,2}(?:[^\S\n]{0,16}(?P<op>=>|:=|\?=|\|\|=|={1,3}|:{1,2}|<-|>|,|\(|\||-{1,6}>?|-p\b|is\b"
    r"|was\b|value\s?=)\s{0,12}|[^\S\n]{1,8}(?:value\s?=)?)"
    r"(?:(?:bearer|basic|token|ssws|digest|apikey|bot"
    r"|key)\s{1,4})?(?:[A-Za-z]{1,8}\()?[(\[@\\]{0,2}(?:[brfuL]{0,2}(?P<quote>[\"'`]))?",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9a-fA-F]+")
_SCHEME = re.compile(r"(?:bearer|basic|token|ssws|digest|apikey|bot)\s{1,4}", re.IGNORECASE)
_ELEMENT = re.compile(r"[\"']\s{1,4}value\s?=")  # `<add key="…" value="…">`: what is called key there is a name
_BARE = re.compile(r"(?:[^\s\"'`,;()<>{}|\[\]&\\=]|&(?!\w{1,30}=|\w{1,8};)){4,20000}={0,3}")
_MORE = re.compile(r"(?<==)[^\s\"'`,;()<>{}|\[\]&\\=]{4,20000}={0,3}")  # a key with an equals sign inside
_QUOTED = {quote: re.compile(rf"[^{quote}\r\n]{{4,20000}}(?={quote})") for quote in "\"'`"}
_ASSIGNS = frozenset(("=>", ":=", "?=", "||=", "=", "==", "===", ":", "::", "<-", ">", "is", "was", "value=", "-p"))
_STATES = topic("secrets.states")
_SHORT = frozenset("api auth pass sas pat pin sig otp dsn salt priv cred tkn jwt access".split())  # noqa: SIM905 - read word by word
_JUDGED_ONCE = 64  # names inside a longer value that is no secret are not looked at


class _Value(NamedTuple):
    start: int
    end: int
    op: str
    assigned: bool


def find(text: str) -> Iterator[Piece]:
    """Secrets that stand after the name of one, in order of the names."""
    small = text.lower()
    if len(small) != len(text):  # some letters of other scripts have small forms of two characters
        small = "".join(char.lower() if char.isascii() else char for char in text)
    words = [word for word in _WORD.finditer(small) if _whole(text, small, *word.span())]
    done = 0
    for word, following in zip(words, [*words[1:], None], strict=False):
        start, end = word.span()
        limit = following.start() if following is not None else len(text)
        tail = _TAIL.match(text, end, limit).group()  # type: ignore[union-attr]
        if start < done or (following is not None and end + len(tail) == limit):
            continue
        found = _joined(end, tail)
        if found is None and (value := _assigned(text, word, tail)) is not None:
            if _fits(text, small, word, tail, value):
                found = Piece(value.start, value.end)
            elif value.end - value.start > _JUDGED_ONCE:
                done = value.end
        if found is not None and not harmless(text, found.start, found.end, named=True):
            yield found
            done = found.end


def _whole(text: str, small: str, start: int, end: int) -> bool:
    """Whether a word stands for itself: `API_KEY`, `bloggerKEY`, `secretkey`, but neither `tokenize` nor `compass`."""
    before, first, last, after = text[start - 1 : start], text[start], text[end - 1], text[end : end + 1]
    if after in ("s", "S") and not text[end + 1 : end + 2].isalpha():
        after = ""
    if after.isalpha() and after.isupper() == last.isupper() and _WORD.match(small, end) is None:
        return False
    return not (before.isalpha() and before.isupper() == first.isupper() and small[start:end] in _SHORT)


def _joined(start: int, tail: str) -> Piece | None:
    """A key that is joined to its name: `vendor-key-3f9c…`."""
    at = 0
    while (word := _TAIL_WORD.match(tail, at)) is not None and word.end() > at:
        at = word.end()
    value = tail[at:].lstrip("-_.~/").rstrip(".%/")
    at = tail.find(value, at) if value else at
    if len(value) < 12 or not (tail[:1] in "-_.:" or at or tail[:1].isdigit() or is_random(value)):
        return None
    mixed = sum(map(str.isdigit, value)) >= 3 and any(map(str.isalpha, value))
    if (mixed or (len(value) >= 24 and _HEX.fullmatch(value))) and is_key(value):
        return Piece(start + at, start + at + len(value))
    return None


def _assigned(text: str, word: re.Match[str], tail: str) -> _Value | None:
    """The value that comes after a name, without a scheme such as `Bearer` and without a full stop."""
    link = _LINK.match(text, word.end() + len(tail))
    if link is None or len(tail) > 60 or (tail and _ABOUT.fullmatch(tail) and not _carries(word, tail)):
        return None
    quote, op = link.group("quote") or "", (link.group("op") or "").lower().replace(" ", "")
    value = (_QUOTED[quote].match(text, link.end()) if quote else None) or _BARE.match(text, link.end())
    if value is None or (quote and _ELEMENT.match(text, value.end())):
        return None
    start, end = value.span()
    if not quote:
        if any(map(str.isdigit, value.group()[:100])) and (more := _MORE.match(text, end)) is not None:
            end = more.end()
        while text[end - 1] in ".:":
            end -= 1
    scheme = _SCHEME.match(text, start, end)
    return _Value(scheme.end() if scheme is not None else start, end, op, op in _ASSIGNS or bool(op and quote))


def _fits(text: str, small: str, word: re.Match[str], tail: str, value: _Value) -> bool:
    """Whether a value is a secret of the kind that the name says."""
    start = word.start()
    since = max(0, start - 80)
    if small.rfind("arn:", since, start) > small.rfind(" ", since, start):
        return False  # where a secret lies: the name that it has in a vault
    if _NO_SECRET.search(small, max(0, start - 24), word.end() + len(tail)):
        return False
    if _KEY_AFTER.match(text, value.end):
        return False  # not the value of this name, but the next name
    found = text[value.start : value.end]
    if word.group("password") is None and (whole := machines.whole(found)) is not None and whole.kind in _PLACES:
        return False
    named = small[max(0, start - 24) : word.end() + len(tail)]
    password = word.group("password") is not None or "secret" in named or "passw" in named
    if value.assigned:
        return (password and found.lower() not in _STATES and is_password(found)) or is_key(found, at_least=8)
    return _convincing(found) or (not value.op and word.group("password") not in (None, "pass") and is_strong(found))


_PLACES = frozenset(("arn", "resource", "host", "store", "image", "region", "cidr", "address"))
# What is called a key or a token and opens nothing: the name of an object, a place in a list.
_NO_SECRET = re.compile(
    r"(?:s3|object|cache|sort|hash|partition|range|primary|foreign|row|idempotency|label|tag|metric|routing"
    r"|dedup\w*|group)[ _-]?keys?$"
    r"|(?:next|idempotency|continuation|pagination|page|starting)[ _-]?tokens?$"
)
_KEY_AFTER = re.compile(r"[\"']?\s{0,2}:(?=\s|[\"'{\[])")


def _convincing(value: str) -> bool:
    """Whether a value is a key even though nothing assigns it to the name before it."""
    return (
        is_key(value)
        and "=" not in value.rstrip("=")
        and (
            sum(map(str.isdigit, value)) >= 2
            or (len(value) >= 24 and _HEX.fullmatch(value) is not None)
            or unpronounceable(value)
            or not (value.islower() or value.isupper() or value.istitle())
        )
    )


def _carries(word: re.Match[str], tail: str) -> bool:
    """Whether the id of this is a secret by itself: a session's is, a key's is not."""
    return word.group() in ("session", "secret", "cookie") and tail.lower().endswith("id")
