# ruff: noqa: E501 - patterns and word lists are read alternative by alternative, not by the column
"""Documents inside strings: JSON, CSV, SQL, base64, `name=value` pairs. All answer with spans, so the rest stays as it was."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator

from sallyport.masking import mentions
from sallyport.masking.plain import Plain, unescape_json
from sallyport.masking.spans import Span
from sallyport.masking.structure.fields import Field, field_of, holds

type Finder = Callable[[str], list[Span]]

_JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|[{}\[\],]')
_JSON_START = re.compile(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:["{\[\d-]|\]|null|true|false))')
_JSON_STRING_START = re.compile(r'\s*"[\[{]')


def looks_like_json(text: str) -> bool:
    """Whether `text` is a JSON object, array, or a JSON string that holds one. Only its two ends are looked at."""
    tail = text[-40:].rstrip()[-1:]
    return (tail in "}]" and _JSON_START.match(text) is not None) or (
        tail == '"' and _JSON_STRING_START.match(text) is not None
    )


def is_json(text: str) -> bool:
    """Whether `text` is JSON to its end, so that `json_spans` has read all of it."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def json_spans(text: str, find: Finder) -> Iterator[Span]:
    """Identifiers in the strings and numbers of JSON text, by their keys, else as free text."""
    field: Field | None = None
    for match in _JSON_TOKEN.finditer(text):
        string, colon, number = match.groups()
        if string is None and number is None:
            if match.group() in "{[":
                field = field if match.group() == "[" else None
            elif match.group() in "]}":
                field = None
            continue
        if colon is not None:
            reading = unescape_json(string)
            field = field_of(reading.text)
            if field is None and not _FIELD_NAME.fullmatch(reading.text):
                yield from _moved(find(reading.text), reading, match.start(1))
            continue
        group = 1 if string is not None else 3
        if field is not None and holds(field, match.group(group)):
            yield Span(match.start(group), match.end(group), field.category, "field")
        elif string:
            reading = unescape_json(string)
            yield from _moved(find(reading.text), reading, match.start(1))
        elif number and len(number) >= 9:
            yield from _moved(find(number), Plain(number, None, None), match.start(3))


_FIELD_NAME = re.compile(r"[A-Za-z_$@][\w.$@:-]{0,60}")


def _moved(spans: list[Span], reading: Plain, offset: int) -> Iterator[Span]:
    for span in spans:
        start, end = reading.back(span.start, span.end)
        yield Span(start + offset, end + offset, span.category, span.detector)


_INSERT = re.compile(r"\binsert\s+into\s+[\w.\"`\[\]]+\s*\(([^()]{1,4000})\)\s*values\s*", re.IGNORECASE)
_SQL = re.compile(
    r"\b(?:insert\s+into|select\b[^;]{1,2000}?\bfrom|update\s+[\w.\"`]+\s+set|delete\s+from|where)\b", re.IGNORECASE
)
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|\b(null|true|false)\b|([(),;])|\"([^\"]*)\"", re.IGNORECASE)
_COMPARED = re.compile(
    r"([A-Za-z_][\w.\"`]*)[\"`\]]?\s*(?:=|<>|!=|>=|<=|>|<|\blike\b|\bilike\b|\bin\s*\(|\bbetween\b)\s*((?:'(?:[^']|'')*'|\d+)(?:\s*(?:,|and)\s*(?:'(?:[^']|'')*'|\d+))*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'((?:[^']|'')*)'|(\d+)")


_VERBS = ("insert into", "insert\tinto", "insert\ninto", "select", "update ", "delete from", "where")


def looks_like_sql(text: str) -> bool:
    """Whether `text` holds an SQL statement."""
    if "'" not in text and "=" not in text:
        return False
    small = text.lower()
    return any(verb in small for verb in _VERBS) and _SQL.search(text) is not None


def sql_spans(text: str, find: Finder) -> Iterator[Span]:
    """Identifiers in SQL literals, by the columns they are for, else as free text."""
    cells = _Cells(find)
    inserts = list(_INSERT.finditer(text))
    for insert, following in zip(inserts, [*inserts[1:], None], strict=False):
        limit = following.start() if following is not None else len(text)
        columns = [field_of(column.strip(' "`[]\n\t')) for column in insert.group(1).split(",")]
        at, depth = 0, 0
        for literal in _LITERAL.finditer(text, insert.end(), limit):
            mark = literal.group(4)
            if mark == "(":
                depth += 1
                at = 0 if depth == 1 else at
            elif mark == ")":
                depth -= 1
            elif mark == ";" and depth <= 0:
                break
            elif mark == ",":
                at += depth == 1
            elif literal.group(3) is None:
                group = 1 if literal.group(1) is not None else 2 if literal.group(2) is not None else 5
                yield from cells.read(
                    literal.group(group), literal.start(group), columns[at] if at < len(columns) else None
                )
    for compared in _COMPARED.finditer(text):
        field = field_of(compared.group(1).rpartition(".")[2].strip('"`'))
        for literal in _QUOTED.finditer(text, compared.start(2), compared.end(2)):
            group = 1 if literal.group(1) is not None else 2
            yield from cells.read(literal.group(group), literal.start(group), field)
    yield from cells.mentions()


def without_literals(text: str) -> str:
    """SQL with the insides of its literals blanked, offsets kept: they have been looked at."""
    return _STRING.sub(lambda match: "'" + " " * (len(match.group()) - 2) + "'", text)


_STRING = re.compile(r"'(?:[^']|'')*'")


_MEASURE = re.compile(r"-?\d{1,4}(?:\.\d{1,4})?")  # a cell without a field's name that is too short to identify


class _Cells:
    """Reads the cells of a table by their columns, and finds names of one cell in the prose of another."""

    def __init__(self, find: Finder) -> None:
        self.find = find
        self.names: set[str] = set()
        self.prose: list[tuple[str, int]] = []
        self.looked: dict[str, list[Span]] = {}  # columns repeat themselves

    def read(self, value: str, at: int, field: Field | None) -> Iterator[Span]:
        if field is not None and holds(field, value):
            if inner := value.strip():
                lead = value.index(inner)
                if field.category == "NAME":
                    self.names.update(mentions.learn(inner))
                yield Span(at + lead, at + lead + len(inner), field.category, "field")
        elif len(value) > 1 and not _MEASURE.fullmatch(value):
            if " " in value:
                self.prose.append((value, at))
            spans = self.looked.get(value)
            if spans is None:
                spans = self.looked[value] = self.find(value)
            for span in spans:
                yield span._replace(start=span.start + at, end=span.end + at)

    def mentions(self) -> Iterator[Span]:
        for value, at in self.prose if self.names else ():
            for span in mentions.find(value, self.names):
                yield span._replace(start=span.start + at, end=span.end + at)


_INSERT_HEAD = re.compile(r"\s*insert\s+into\b", re.IGNORECASE)  # its columns have commas between them as well
_DELIMITERS = ",\t;|"
_CELL = {delimiter: re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(delimiter)}\r\n"]*)') for delimiter in _DELIMITERS}


def table_delimiter(text: str) -> str | None:
    """The delimiter of a table with a header of known column names, or None."""
    head, newline, rest = text.partition("\n")
    if not newline or not rest or len(head) > 4000 or _INSERT_HEAD.match(head):
        return None
    for delimiter in _DELIMITERS:
        columns = head.count(delimiter) + 1
        if columns >= 3 or (columns == 2 and delimiter in ",\t"):
            known = sum(field_of(cell.strip(' "\r')) is not None for cell in head.split(delimiter))
            if (known >= 2 or known * 2 >= columns) and rest.partition("\n")[0].count(delimiter) + 1 >= columns:
                return delimiter
    return None


def table_spans(text: str, delimiter: str, find: Finder) -> Iterator[Span]:
    """Identifiers in the cells of a delimited table, by its header, else as free text."""
    head, _, _ = text.partition("\n")
    columns = [field_of(cell.strip(' "\r')) for cell in head.split(delimiter)]
    cell = _CELL[delimiter]
    cells = _Cells(find)
    at, column, size = len(head) + 1, 0, len(text)
    while at < size:
        match = cell.match(text, at)
        if match is None:
            at += 1
            continue
        group = 1 if match.group(1) is not None else 2
        if value := match.group(group):
            yield from cells.read(value, match.start(group), columns[column] if column < len(columns) else None)
        at = match.end()
        if text[at : at + 1] == delimiter:
            column += 1
        elif text[at : at + 1] in ("\n", "\r", ""):
            column = 0
        at += 1
    yield from cells.mentions()


_BASE64 = re.compile(
    r"(?<![\w+/=.-])(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2,3}={0,2})?(?![\w+/.-])|(?<![\w+/=.-])[A-Za-z0-9_-]{24,}={0,2}(?![\w+/.-])"
)


def base64_spans(text: str, find: Finder) -> Iterator[Span]:
    """Base64 whose decoded text holds an identifier, as a whole."""
    for match in _BASE64.finditer(text):
        decoded = decode_base64(match.group())
        if decoded is not None and find(decoded):
            yield Span(match.start(), match.end(), "ENCODED", "base64")


def decode_base64(token: str) -> str | None:
    """The text that `token` encodes, or None when it encodes none."""
    body = token.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1 or (body.isalpha() and body.islower()):
        return None
    try:
        text = base64.b64decode(body + "=" * (-len(body) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return text if printable >= 0.95 * len(text) else None


_PAIR = re.compile(
    r"(?<![\w.%-])([A-Za-z_][A-Za-z_.\-]{1,30}?(?: [a-z]{2,12})?)\s?(=|\|)\s?(\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|[^\s;,&|\"'\n=][^;,&|\"'\n=]{0,80})"
)


def pair_spans(text: str) -> Iterator[Span]:
    """Values of `name=value` and `NAME|value` pairs whose name is a known field."""
    for match in _PAIR.finditer(text):
        field = field_of(match.group(1))
        if field is None or field.category == "SECRET":
            continue
        value = match.group(3).rstrip(" .)")
        start = match.start(3)
        if value[:1] in "\"'":
            value, start = value.strip("\"'"), start + 1
        if (
            field.category in ("NAME", "ADDRESS", "ID")
            and match.group(2) == "="
            and " " in value
            and value.islower()
            and len(value.split()) > 4
        ):
            continue
        if value and holds(field, value):
            yield Span(start, start + len(value), field.category, "field")
