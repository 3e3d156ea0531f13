"""One token of a text, taken apart at slashes and colons: which parts a machine chose, which somebody chose freely."""

from __future__ import annotations

import re

from sallyport.masking.machines import clouds, compound, network, persons, pieces
from sallyport.masking.machines.names import MachineName
from sallyport.masking.machines.tickets import sure, ticket

LONGEST = 2048
# Where only a machine's names stand, plain words and numbers are the machine's too.
_LENIENT = frozenset(("arn", "azure", "google", "logs", "group"))
# But for these: their keys and paths are whatever somebody wrote.
_WRITTEN = re.compile(
    r"arn:[a-z-]*:(?:s3|iam|sts|dynamodb|transfer|cognito-idp|identitystore|workspaces|connect|ssm-contacts):"
)
_SEGMENT = re.compile(r"[^/:=,?&#~+%$!\\]+")
_EDGES = ".,;:!?*'\"-_~"
_ACCOUNT_HOST = re.compile(r"\d{12}(?=\.(?:dkr|signin|s3|ddb)\b)")
# The number that AWS puts after the name of a load balancer.
_BALANCER = re.compile(
    r"(?<=-)\d{8,10}(?=\.(?:[a-z]{2}(?:-[a-z]+)+-\d\.elb|elb\.[a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com)"
)
_DAYS = re.compile(
    r"(?<=/)20[1-3]\d/(?:0[1-9]|1[0-2])(?:/(?:0[1-9]|[12]\d|3[01])(?:/(?:[01]\d|2[0-3]))?)?(?=/|$)"
    r"|(?<=[_/=])20[1-3]\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T[0-2]\d:[0-5]\d(?::[0-6]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"
)
# After a name: `base:2025.11.2`, `aws-cli/2.15.30`.
_NUMBERED = re.compile(r"(?!\d{1,2}\.\d{1,2}\.(?:19|20)\d\d$)\d{1,4}(?:\.\d{1,5}){1,3}(?:_\d{1,4})?")
# After a slash a product's version may go on: `Linux/5.10.223-190.873.amzn2int.x86_64`.
_RELEASE = re.compile(
    r"(?!\d{1,2}\.\d{1,2}\.(?:19|20)\d\d)\d{1,4}(?:\.\d{1,5}){1,3}(?=[\w.+-]*[a-z])(?:[-+._][A-Za-z0-9]{1,12}){1,8}"
)


def read(token: str, *, announced: bool = False) -> MachineName | None:
    """The machine's name that `token` is, with its open parts; None if nothing says that a machine chose it.

    `announced`: the words before say that a person's identifier follows, so its shape alone is not believed.
    """
    if len(token) > LONGEST or not (token := token.rstrip(_EDGES)):
        return None
    if _TELLING.search(token) is None:
        return None
    if _NUMERIC.fullmatch(token) is not None:
        kind = _numeric(token)
        return MachineName(0, len(token), kind) if kind is not None else None
    if ":" in token and (kind := network.kind(token)) is not None:
        return MachineName(0, len(token), kind)
    if clouds.image(token) or clouds.timezone(token):
        return MachineName(0, len(token), "image" if "@" in token else "timezone")
    if (kind := ticket(token)) is not None and (not announced or sure(token)):
        return MachineName(0, len(token), kind)
    if _CODE.fullmatch(token) is not None:
        short = len(token) < _SHORTEST_CODE and _SHORT_FORM.match(token) is None
        kind = None if announced or short else pieces.form(token)
        return MachineName(0, len(token), kind) if kind is not None else None
    kind, closed = _closed(token, announced=announced)
    if kind == "date" and _bare(token, closed):
        return None
    return MachineName(0, len(token), kind, _complement(token, closed)) if kind is not None else None


# Shorter codes than these have one of few forms: a quarter, a week, an algorithm.
_SHORTEST_CODE, _SHORT_FORM = 13, re.compile(r"(?:FY)?20|[QH][1-4]|RSA|AES|EC|HMAC|SHA|TLS|SSH|ED|CHACHA|X2")
_CODE = re.compile(r"[A-Z0-9-]+")  # nothing in it that could be put together from words
_NUMERIC = re.compile(r"[0-9./:+-]*")  # without a letter only addresses and endless numbers are names
_TELLING = re.compile(r"[0-9/:.]")


def _closed(token: str, *, announced: bool) -> tuple[str | None, list[tuple[int, int]]]:
    """The kind of the token and the parts of it that machines chose."""
    closed: list[tuple[int, int]] = []
    kind, at = clouds.head(token) or (None, 0)
    lenient = kind in _LENIENT and _WRITTEN.match(token) is None
    if at:
        closed.append((0, at))
        announced = False
    days = {match.start(): match.end() for match in _DAYS.finditer(token)} if "20" in token else {}
    until = 0
    before = ""
    for match in _SEGMENT.finditer(token, at):
        start = match.start()
        if start < until:
            continue
        if (day := next((at for at in days if start <= at < match.end()), None)) is not None and not persons.dates(
            token[:day]
        ):
            until = days[day]
            start = day
            closed.append((start, until))
            kind = kind or "date"
            continue
        segment = match.group()
        if "@" in segment and "://" in token[:start]:  # after the user and the password of a connection stands a host
            start += segment.rindex("@") + 1
            segment = token[start : match.end()]
        if start and _is_release(segment, token[start - 1]) and _names_thing(before, token[start - 1]):
            closed.append(match.span())
            kind = kind or "version"
            continue
        near = persons.announces(before) or (announced and not before)
        found, parts = _segment(segment, lenient=lenient, announced=near)
        kind = kind or found
        closed += [(start + first, start + last) for first, last in parts]
        before = segment
    return kind, closed


def _is_release(segment: str, joint: str) -> bool:
    return _NUMBERED.fullmatch(segment) is not None or (joint == "/" and _RELEASE.fullmatch(segment) is not None)


def _names_thing(word: str, joint: str) -> bool:
    """Whether what a version comes after is a name of something: `aws-cli/`, `Chrome/`, `nginx:`, not `Seen:`."""
    named = (word.islower() and joint in "/:") or (word[:1].isalpha() and joint == "/")
    return named and not persons.names(word) and not persons.announces(word) and not persons.dates(word)


def _numeric(token: str) -> str | None:
    """The kind of a token without letters: an address, a version, or an endless number."""
    if "." not in token:
        return "generated" if pieces.generated(token) else None
    if _DECIMAL.fullmatch(token):
        return "number"
    if token.count(".") == _DOTS:
        return network.kind(token)
    return "version" if len(token) > _SHORTEST_VERSION and pieces.form(token) == "version" else None


_DOTS, _SHORTEST_VERSION = 3, 9  # of an address; characters of a version that has a day in it

_DECIMAL = re.compile(r"-?0\.\d{3,20}|\d{1,4}\.\d{12,20}|1[4-9]\d{8}\.\d{1,9}")  # shares, prices, instants in seconds
_LABEL = re.compile(r"[A-Za-z_ ]*[:=]\d")
_PARTITION = re.compile(
    r"(?:dt|ds|day|date|p|partition|year|y|as_?of|(?:ingest(?:ed|ion)?|load|event|batch|snapshot|process(?:ed|ing)?|run|export|partition)_?(?:date|dt|day|ts)|snapshot)=",
    re.IGNORECASE,
)


def partition(text: str, at: int) -> bool:
    """Whether a partition of a path begins at `at`: `dt=2025-11-24/`."""
    pair = _PARTITION.match(text, at)
    if pair is None:
        return False
    return text[at - 1 : at] == "/" or _VALUE.match(text, pair.end()) is not None


_VALUE = re.compile(r"[\w.:-]{1,40}/")


def _bare(token: str, closed: list[tuple[int, int]]) -> bool:
    """Whether a date is the whole of a token, or all that comes after a label: then it is a date as any other."""
    if _PARTITION.match(token) is not None:
        return False
    dates = [(start, end) for start, end in closed if token[start].isdigit()]
    inside = sum(sum(map(str.isalnum, token[start:end])) for start, end in dates)
    alone = inside == sum(map(str.isalnum, token)) and _MASKED not in token
    joined = "/" in token or any(
        token[max(0, start - 1) : start] in _JOINTS or token[end : end + 1] in _JOINTS for start, end in dates
    )
    return alone or not joined or _LABEL.match(token) is not None


_MASKED = "\x02"  # stands for what is masked already
_JOINTS = frozenset("-_")


def _segment(segment: str, *, lenient: bool, announced: bool) -> tuple[str | None, list[tuple[int, int]]]:
    """One segment: the name of a host, or a compound; a mailbox is neither."""
    if "@" in segment:
        return None, []
    if clouds.host(segment) == len(segment):
        names = persons.names(segment)
        numbers = (_ACCOUNT_HOST.match(segment), _BALANCER.search(segment))
        found = [number.span() for number in numbers if number is not None]
        labels = [match.span() for match in re.finditer(r"[^.]+", segment)]
        for start, last in labels:
            inner = compound.read(segment[start:last], lenient=True)
            found += [(start + first, start + final) for first, final in inner.closed]
        return "host", [span for span in found if not _touches(span, names)]
    parts = compound.read(segment, lenient=lenient, announced=announced)
    return parts.kind, parts.closed


def _touches(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _complement(token: str, closed: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """What of `token` lies outside of `closed` and says something."""
    found = []
    at = 0
    for start, end in [*sorted(closed), (len(token), len(token))]:
        piece = token[at:start]
        if any(map(str.isalnum, piece)):
            left = len(piece) - len(piece.lstrip(_SEPARATORS))
            found.append((at + left, at + len(piece.rstrip(_SEPARATORS))))
        at = max(at, end)
    return tuple(found)


_SEPARATORS = "/:=,@?&#~+%$!\\-_. "
