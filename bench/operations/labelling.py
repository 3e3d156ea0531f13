"""Says where the identifiers stand in a payload of others: by rules, and by people whom a reader knew.

Machines' names are no identifiers: ids, ARNs, account ids, hashes, hosts, instants, private addresses, images. Required
are e-mails, phones, names of people, passwords and keys. What is debatable is optional: public addresses, handles,
names of sessions, user agents, key ids, opaque tokens, where a log says a client sits.

labels/people.json holds no text of the sources: each person is the digest of the words of the name, found again
wherever those words follow one another.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.operations.documents import Path_, Span, as_text, leaves, merged

LABELS = Path(__file__).parent / "labels" / "people.json"

_EMAIL = re.compile(r"[A-Za-z0-9_%+-][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_MAILBOX_OF_A_MACHINE = re.compile(
    r"gserviceaccount\.com$|noreply|^git@|amazonses\.com$|@\d|@v\d|^[0-9A-Fa-f-]{30,}@|^org-\d+@"
)
_ADDRESS = re.compile(r"(?<![\w.:/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|/\d)")
_ADDRESS_6 = re.compile(r"(?<![\w.:-])[0-9A-Fa-f:]{6,39}(?![\w:]|/\d)")
_PHONE = re.compile(r"(?<![\w+.-])(?:\+\d{10,13}|\(?\d{3}\)?[- ]\d{3}-\d{4})(?![\w-])")
_KEY_ID = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{8,}")
_KNOWN_SECRET = re.compile(r"gh[pousr]_\w{20,}|AIza[\w-]{30,}|(?<=[Bb]earer )[\w.-]{20,}")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)(?=-----END|\Z)", re.DOTALL)
# Tokens of three parts, and packed bytes, in which anything may stand.
_OPAQUE = re.compile(r"eyJ[\w-]{10,}(?:\.[\w-]+)*|H4sI[\w+/]{20,}=*")
_PATTERNS = (
    (_PHONE, "PHONE", True),
    (_KEY_ID, "SECRET", False),
    (_KNOWN_SECRET, "SECRET", True),
    (_OPAQUE, "SECRET", False),
)
_IN_URL = re.compile(r"://([^/\s:@]+):([^/\s:@]+)@")
_ASSIGNED = re.compile(
    r"(?i)[\w.-]*(?:password|passwd|secret[_-]?(?:access[_-])?key|api[_-]?key|client[_-]?secret|passphrase)[\"']?"
    r"\s*(?:=>|=|:)\s*([\"']?)([^\s\"'<>{}$,;!*()]{4,80})(?(1)\1|(?=[\s,;]|$))"
)
_REFERENCE = re.compile(r"(?:var|data|module|local|random_\w+|aws_\w+)\.|type:|true$|false$|null$|none$", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\W*$|redacted|hidden_due|secret$|\.\.\.|\w*password$", re.IGNORECASE)
_PERSON_IN_ARN = re.compile(
    r":(?:user|mfa|federated-user)/(?:[\w+=,.@-]+/)*([\w+=,.@-]+)|:assumed-role/[\w+=,.@-]+/([\w+=,.@-]+)"
)
_PERSON_IN_URL = re.compile(
    r"//(?:api\.github\.com/users|github\.com)/(?!(?:users|orgs|apps|settings|repos|teams)\b)([\w-]+)"
)
_SHORTEST = 4  # characters of a secret
_WORD = re.compile(r"[^\W\d_]+\d*")
_BETWEEN = re.compile(r"[ ._-]|\. ")
_MACHINE = re.compile(
    r"arn:|system:|.*\.amazonaws\.com$|AWS|.*Role\b|[0-9a-f-]{20,}$|\d+$|https?:|.*\[bot\]$|terraform|.*\*|[<_]|.*/"
)

_SECRET_FIELD = re.compile(
    r"(?:password|passwd|passphrase|secretaccesskey|clientsecret|secretkey|privatekey)$|^sessiontoken$"
)

_WORDS: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "labels" / "fields.json").read_text(encoding="utf-8")
)
# Handles too common to be looked for in other fields; fields whose values are names, handles, tokens, a client's place.
_COMMON, _GIVEN, _HANDLE, _TOKEN_FIELD, _PLACE_FIELD, _PLACES, _COORDINATES = (
    frozenset(_WORDS[name]) for name in ("common", "given", "handle", "token", "place", "places", "anywhere")
)
_AGENT_FIELD = re.compile(r"useragent")


def plain(key: object) -> str:
    """A key without its spelling variations."""
    return re.sub(r"[^a-z0-9]", "", str(key).lower())


def person(words: str) -> str:
    """The digest under which labels/people.json knows a name."""
    return hashlib.sha256(words.lower().encode()).hexdigest()[:12]


class Labeller:
    """Labels documents of one source after another; people are known from labels/people.json."""

    def __init__(self) -> None:
        known: dict[str, list[str]] = json.loads(LABELS.read_text(encoding="utf-8"))
        self._required, self._optional = frozenset(known["required"]), frozenset(known["optional"])

    def spans(self, content: Any) -> dict[Path_, tuple[Span, ...]]:
        """Where the identifiers stand in a text or a JSON value."""
        written = [
            (path, as_text(leaf)) for path, leaf in leaves(content) if leaf is not None and not isinstance(leaf, bool)
        ]
        handles = {handle for path, text in written for handle in _handles(path, text)}
        followed = [
            re.compile(rf"(?<![A-Za-z0-9]){re.escape(handle)}(?![A-Za-z0-9])")
            for handle in sorted(handles)
            if len(handle) > 3 and handle.lower() not in _COMMON
        ]
        found: dict[Path_, tuple[Span, ...]] = {}
        for path, text in written:
            spans = [*_patterns(text), *_field(path, text), *self._people(text)]
            spans += [_may(match.span(), "NAME") for handle in followed for match in handle.finditer(text)]
            if spans:
                found[path] = merged(spans)
        return found

    def _people(self, text: str) -> Iterator[Span]:
        words = list(_WORD.finditer(text))
        for at in range(len(words)):
            for end in range(at, min(at + 3, len(words))):
                if end > at and not _BETWEEN.fullmatch(text, words[end - 1].end(), words[end].start()):
                    break
                known = person(" ".join(word[0] for word in words[at : end + 1]))
                if known in self._required or known in self._optional:
                    yield (_must if known in self._required else _may)((words[at].start(), words[end].end()), "NAME")


def _patterns(text: str) -> Iterator[Span]:
    for pattern, label, required in _PATTERNS:
        yield from (Span(*match.span(), label, required) for match in pattern.finditer(text))
    logins = [match.span() for match in _IN_URL.finditer(text)]
    for match in _EMAIL.finditer(text):
        if any(start < match.start() < end for start, end in logins):
            continue  # a password and the host behind it
        required = not _MAILBOX_OF_A_MACHINE.search(match[0])
        yield Span(*match.span(), "EMAIL", required)
    for pattern in (_ADDRESS, _ADDRESS_6):
        yield from (_may(match.span(), "IP") for match in pattern.finditer(text) if _public(match[0]))
    for match in _IN_URL.finditer(text):
        yield from (_may(match.span(1), "NAME"), _must(match.span(2), "SECRET"))
    for match in _PRIVATE_KEY.finditer(text):
        yield _must(match.span(1), "SECRET")
    for match in _ASSIGNED.finditer(text):
        yield from _secret(match[2], match.span(2))


def _secret(value: str, span: tuple[int, int]) -> Iterator[Span]:
    """What a place for secrets holds: a secret, an example's placeholder, or the name of where the secret is."""
    if not _REFERENCE.match(value):
        yield (_may if _PLACEHOLDER.match(value) or len(value) < _SHORTEST else _must)(span, "SECRET")


def _must(span: tuple[int, int], label: str) -> Span:
    return Span(*span, label, required=True)


def _may(span: tuple[int, int], label: str) -> Span:
    return Span(*span, label, required=False)


def _field(path: Path_, text: str) -> Iterator[Span]:
    """The whole of a leaf, by what its key says."""
    key, whole = _key(path), (0, len(text))
    if not text:
        return
    if _SECRET_FIELD.search(key):
        yield from _secret(text, whole)
    elif key in _GIVEN and text[0].isalpha():
        yield (_may if "/" in text or text.lower() in _COMMON else _must)(whole, "NAME")
    elif label := _optional(key, path, text):
        yield _may(whole, label)


def _optional(key: str, path: Path_, text: str) -> str | None:
    if key in _TOKEN_FIELD:
        return "SECRET"
    if key in _HANDLE and _of_a_person(path, text):
        return "NAME"
    if key in _COORDINATES or (key in _PLACE_FIELD and any(plain(step) in _PLACES for step in path[:-1])):
        return "LOCATION"
    return "AGENT" if _AGENT_FIELD.search(key) else None


def _handles(path: Path_, text: str) -> Iterator[str]:
    """What a document says a person is called, to be found again in its other fields."""
    key = _key(path)
    if key in _HANDLE and _of_a_person(path, text):
        yield text
    if key == "principalid" and ":" in text:
        yield text.rpartition(":")[2]
    for match in _PERSON_IN_ARN.finditer(text):
        yield match[1] or match[2]
    yield from (match[1] for match in _PERSON_IN_URL.finditer(text) if key.endswith("url"))


def _of_a_person(path: Path_, text: str) -> bool:
    # CloudTrail names the role of a session in a field called userName.
    return "sessionIssuer" not in path and not _MACHINE.match(text) and len(text) < 60


def _key(path: Path_) -> str:
    return plain(next((step for step in reversed(path) if isinstance(step, str)), ""))


def _public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    inner = (
        ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_network("172.16.0.0/12"),
        ipaddress.ip_network("192.168.0.0/16"),
    )
    special = address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    return not special and not any(address.version == 4 and address in network for network in inner)
