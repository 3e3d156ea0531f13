"""SQL statements: their literals, by the columns they are for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sallyport.masking.spans import Span
from sallyport.masking.structure import tables
from sallyport.masking.structure.cells import Cells, Finder
from sallyport.masking.structure.fields import field_of
from sallyport.masking.structure.meanings import Masked

_INSERT = re.compile(r"\binsert\s+into\s+[\w.\"`\[\]]+\s*(?:\(([^()]{1,4000})\)\s*)?values\s*", re.IGNORECASE)
_SQL = re.compile(
    r"\b(?:insert\s+into|select\b[^;]{1,2000}?\bfrom|update\s+[\w.\"`]+\s+set|delete\s+from|where)\b", re.IGNORECASE
)
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|\b(null|true|false)\b|([(),;])|\"([^\"]*)\"", re.IGNORECASE)
_COMPARED = re.compile(
    r"([A-Za-z_][\w.\"`]*)[\"`\]]?\s*(?:=|<>|!=|>=|<=|>|<|\blike\b|\bilike\b|\bin\s*\(|\bbetween\b)\s*((?:'(?:[^']|'')*'|\d+)(?:\s*(?:,|and)\s*(?:'(?:[^']|'')*'|\d+))*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'((?:[^']|'')*)'|(\d+)")
_STRING = re.compile(r"'((?:[^']|'')*)'")
_VERBS = ("insert into", "insert\tinto", "insert\ninto", "select", "update ", "delete from", "where")


def looks_like_sql(text: str) -> bool:
    """Whether `text` holds an SQL statement."""
    if "'" not in text and "=" not in text and '"' not in text:
        return False
    small = text.lower()
    return any(verb in small for verb in _VERBS) and _SQL.search(text) is not None


def sql_spans(text: str, find: Finder, masked: Masked) -> Iterator[Span]:
    """Identifiers in SQL literals, by the columns they are for, else as free text: every literal is looked at."""
    cells = Cells(find)
    seen: set[int] = set()
    inserts = list(_INSERT.finditer(text))
    for insert, following in zip(inserts, [*inserts[1:], None], strict=False):
        limit = following.start() if following is not None else len(text)
        values = list(_inserted(text, insert.end(), limit))
        seen.update(at for _, _, at in values)
        yield from _row_spans(insert.group(1), values, cells, masked)
    for compared in _COMPARED.finditer(text):
        field = field_of(compared.group(1).rpartition(".")[2].strip('"`'))
        for literal in _QUOTED.finditer(text, compared.start(2), compared.end(2)):
            group = 1 if literal.group(1) is not None else 2
            seen.add(literal.start(group))
            yield from cells.read(literal.group(group), literal.start(group), field)
    for literal in _STRING.finditer(text):
        if literal.start(1) not in seen:
            yield from cells.read(literal.group(1), literal.start(1), None)
    yield from cells.mentions()


def _inserted(text: str, start: int, end: int) -> Iterator[tuple[int, str, int]]:
    """The literals after VALUES: each with the number of its column and its place."""
    at, depth = 0, 0
    for literal in _LITERAL.finditer(text, start, end):
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
            yield at, literal.group(group), literal.start(group)


def _row_spans(listed: str | None, values: list[tuple[int, str, int]], cells: Cells, masked: Masked) -> Iterator[Span]:
    if listed is None:
        columns: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for number, value, at in values:
            columns[number].append((value, at))
        for column in columns.values():
            yield from cells.unnamed(column)
        return
    fields = tables.columns([name.strip(' "`[]\n\t') for name in listed.split(",")], masked)
    for number, value, at in values:
        yield from cells.read(value, at, fields[number] if number < len(fields) else None)


def without_literals(text: str) -> str:
    """SQL with the insides of its literals blanked, offsets kept: they have been looked at."""
    return _STRING.sub(lambda match: "'" + " " * (len(match.group()) - 2) + "'", text)
