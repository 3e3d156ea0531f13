"""Names and instants of machines that need the words around them, or have spaces inside."""

from __future__ import annotations

import re

from sallyport.masking.lexicon import stamps, topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.machines.names import MachineName

_SCHEDULE = re.compile(
    r"\b(?:rate\(\d{1,5} (?:minute|hour|day|week|month)s?\)|cron\([\d*?/,#LWA-Za-z -]{9,80}\)"
    r"|at\(20\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d)?\))"
    rf"|\b(?:{stamps.DAYS}):\d\d:\d\d(?:-(?:{stamps.DAYS}):\d\d:\d\d)?\b|(?<![\w:])\d\d:\d\d-\d\d:\d\d(?![\w:-])",
    re.IGNORECASE,
)
_ZONED = r"(?:Z|UTC| UTC|[+-]\d\d:?\d\d| [A-Z]{3,4}(?= \[))"
_INSTANT = re.compile(
    rf"(?<![\w/-])20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ](?:[01]\d"
    rf"|2[0-3]):[0-5]\d:[0-6]\d(?:[.,]\d{{1,9}})?(?P<zone> ?{_ZONED})?(?![\w-])"
    rf"|(?<![\w-])20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])[0-5]\d[0-6]\d(?P<compact>Z)(?!\w)"
    rf"|(?P<mail>(?:(?:{stamps.DAYS}),? )?(?:\d{{1,2}} (?:{stamps.MONTHS}) 20\d\d"
    rf"|(?:{stamps.MONTHS}) {{1,2}}\d{{1,2}}) [0-2]\d:[0-5]\d:[0-6]\d(?: 20\d\d)?(?: [+-]\d{{4}}| GMT"
    rf"| UTC))(?!\w)"
    rf"|^(?P<syslog>(?:<\d{{1,3}}>)?(?:{stamps.MONTHS}) [ 0-3]?\d [0-2]\d:[0-5]\d:[0-6]\d)(?= [\w.-]{{1,63}}"
    rf" [\w./-]{{1,40}}(?:\[\d{{1,8}}\])?:)"
    rf"|\[(?:0[1-9]|[12]\d|3[01])/[A-Z][a-z]{{2}}/20\d\d:\d\d:\d\d:\d\d(?: [+-]\d{{4}}|\.\d{{3,6}})\]",
    re.MULTILINE,
)
_LEVEL = re.compile(
    r"[\])]?[\s:|,-]{1,3}[\[(]?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|ERR|FATAL|CRIT(?:ICAL)?|SEVERE"
    r"|PANIC|I|W|E|F|D)\b|\s+\[[\w. -]{1,40}\]|\s\w[\w.-]{0,40}\[\d{1,7}\]:",
    re.IGNORECASE,
)
# Of these it is somebody's time that is told.
_THEIRS = re.compile(
    rf"\b(?:{alternatives(topic('machines.theirs'))}|d\.?o\.?b\.?"
    rf"|(?:{alternatives(topic('machines.theirs_begin'))})\w+)\b",
    re.IGNORECASE,
)
_NEAR = 48
_ACCOUNT = re.compile(
    r"(?:\b|(?P<joined>(?<=aws)|(?<=owner)|(?<=recipient)|(?<=source)|(?<=caller)"
    r"|(?<=target)))(?:(?P<sure>aws|source|target|destination|management|master|audit|log(?:ging)?"
    r"|prod(?:uction)?|staging|stage|dev(?:elopment)?|sandbox|shared|security|workload|cross|tenant|trusted"
    r"|owner)[ _-])?(?:acc(?:oun)?ts?(?:[ _-]?ids?)?|(?P<field>[A-Za-z]{0,16}?(?:owner|registry|master"
    r"|administrator|payer|principal)(?:account)?ids?))[\"']?\s{0,2}(?:is"
    r"|[:=#])?\s{0,2}[\"']?(?P<id>\d{12})(?!\d)",
    re.IGNORECASE,
)
_CLOUD = re.compile(
    r"\b(?:aws|arn|iam|s3|ec2|ecs|eks|ecr|lambda|sts|rds|kms|vpc|role|assume\w*|organizations?|ou|scp"
    r"|stack\w*|terraform|cloudtrail|bucket|cross-account|landing zone)\b",
    re.IGNORECASE,
)


_NUMBERED = re.compile(
    r"(?:(?<=pull request )|(?<=merge request )|(?<=\bissue )|(?<=\bbuild )|(?<=\brun ))#\d{1,8}(?!\w)", re.IGNORECASE
)
# The edition of a language in which a policy or a template is written: `"Version": "2012-10-17"`.
_EDITION = re.compile(
    r"(?:(?<=version\": \")|(?<=version\":\")|(?<=version: \")|(?<=version: ')|(?<=version: )"
    r"|(?<=version\" : \")|(?<=version\\\": \\\")|(?<=version\\\":\\\"))20[012]\d-\d\d-\d\d(?![\w-])",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\w:.-])[0-2]?\d:[0-5]\d:[0-6]\d(?:[.,]\d{1,9})?(?![\w:-])")
# Seconds, milliseconds or microseconds since 1970 where a name says that they are an instant.
_EPOCH = re.compile(
    r"(?:(?<=time)|(?<=date)|(?<=stamp)|(?<=_at)|(?<=edat)|(?<=_ts)"
    r"|(?<=\"ts))[\"']?\s{0,2}[:=]\s{0,2}[\"']?(?P<id>1[4-9]\d{8}(?:\d{3}|\d{6})?(?:\.\d{1,9})?)(?![\w.-])",
    re.IGNORECASE,
)
_PORTS = re.compile(
    r"(?:(?<=-p )|(?<=-p=)|(?<=--publish )|(?<=ports )|(?<=port-forward ))\d{2,5}:\d{2,5}(?:/(?:tcp|udp))?(?![\w:.])"
)


# Two instants in milliseconds between which a log is searched.
_BETWEEN = re.compile(r"\b(?:from|between|since) 1[4-9]\d{11} (?:to|and|until|till) 1[4-9]\d{11}(?![\w-])")

# What must stand in a text before a grammar is tried.
_GRAMMARS = (
    ("ticket", re.compile(r"#\d"), _NUMBERED),
    ("version", re.compile(r"\d-\d\d-\d"), _EDITION),
    ("epoch", re.compile(r"[a-z][\"' :=]{1,6}1[4-9]\d{8}", re.IGNORECASE), _EPOCH),
    ("schedule", re.compile(r" 1[4-9]\d{11} "), _BETWEEN),
    ("time", re.compile(r"\d:\d\d:\d"), _TIME),
    ("schedule", re.compile(r"(?:rate|cron|at)\(|:\d\d-|\w:\d\d:\d\d"), _SCHEDULE),
    ("instant", re.compile(r"\d:\d\d:\d|\dT\d"), _INSTANT),
    ("ports", re.compile(r"\d\d:\d\d"), _PORTS),
    ("account", re.compile(r"\d{12}"), _ACCOUNT),
)
_TOLD = re.compile(r"[#*\d](?:(?<=\d)(?::\d|T\d|\d{11}| \*)|(?<=1)[4-9]\d{8}|(?<=#)\d|(?<=\*) [\d*])")


def find(text: str) -> list[MachineName]:
    """Schedules, log instants and account ids in running text."""
    found: list[MachineName] = []
    for kind, sign, pattern in _GRAMMARS:
        if sign.search(text) is not None:
            found += [
                MachineName(*match.span("id" if kind in ("account", "epoch") else 0), kind)
                for match in pattern.finditer(text)
                if _believed(kind, text, match)
            ]
    return sorted(found)


def may_tell(text: str, start: int, end: int) -> bool:
    """Whether what was found at `text[start:end]` has a sign of one of the grammars."""
    return _TOLD.search(text, start, end + 9) is not None or "ersion" in text[max(0, start - 14) : start]


def whole(value: str) -> MachineName | None:
    """A schedule that is the whole of `value`."""
    return MachineName(0, len(value), "schedule") if _SCHEDULE.fullmatch(value) else None


_BELIEVED = frozenset(("schedule", "ports", "ticket", "version", "time"))


def _believed(kind: str, text: str, match: re.Match[str]) -> bool:
    if kind == "epoch":
        return (
            _THEIRS.search(text, max(0, match.start() - _NEAR), match.start()) is None
            and "irth" not in text[max(0, match.start() - _NEAR) : match.start()].rpartition("\n")[2]
        )
    return kind in _BELIEVED or (_of_a_machine if kind == "instant" else _of_a_cloud)(text, match)


def _of_a_machine(text: str, match: re.Match[str]) -> bool:
    """Whether an instant is written as programs write it, and no word next to it says that it is somebody's."""
    start, end = match.span()
    zoned = (
        match.group("zone")
        or match.group("compact")
        or match.group("mail")
        or match.group("syslog")
        or text[start] == "["
    )
    if not (zoned or _FINE.search(match.group()) or _LEVEL.match(text, end) or _opens_line_of_log(text, start, end)):
        return False
    before = text[max(0, start - _NEAR) : start].rpartition("\n")[2]
    if _opens_line_of_log(text, start, end):
        return True
    return _THEIRS.search(before) is None and (
        bool(_LEVEL.match(text, end)) or _THEIRS.match(text[end:].lstrip()) is None
    )


_FINE = re.compile(r"T.{8}[.,]\d{3,}$")  # nobody's day is told to the millisecond
# What follows the instant on a line that a program wrote: an address, a size and a path, a pair, a process.
_LOGGED = re.compile(
    r"(?:[.,]\d+)?(?: [A-Z]{3,4})?[ \t]+(?:\[|\d+[ \t]+\S*[/.]|\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+=\S"
    r"|[\w.-]{1,60}\[\d+\]:|[A-Z]{3,7} /|PRE )"
)


def _opens_line_of_log(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start] in ("", "\n") and _LOGGED.match(text, end) is not None


def _of_a_cloud(text: str, match: re.Match[str]) -> bool:
    """Whether the account is one of a cloud's and not somebody's at a bank."""
    around = text[max(0, match.start() - 160) : match.end() + 160]
    return (
        match.group("sure") is not None
        or match.group("joined") is not None
        or match.group("field") is not None
        or _CLOUD.search(around) is not None
    )
