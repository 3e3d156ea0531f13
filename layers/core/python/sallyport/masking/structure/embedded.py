"""Documents inside strings: CSV, base64, `name=value` pairs; JSON and SQL have rooms of their own. All answer with
spans, so the rest stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines
from sallyport.masking.detect.declared import IN_PAIR
from sallyport.masking.spans import Span
from sallyport.masking.structure import company, hl7
from sallyport.masking.structure.cells import Cells, Finder
from sallyport.masking.structure.encoded import decode_base64, encoded_spans
from sallyport.masking.structure.fields import field_of
from sallyport.masking.structure.holding import holds
from sallyport.masking.structure.json_text import is_json, json_spans, looks_like_json
from sallyport.masking.structure.meanings import Masked
from sallyport.masking.structure.sql import looks_like_sql, sql_spans, without_literals
from sallyport.masking.structure.tables import columns

__all__ = [
    "decode_base64",
    "encoded_spans",
    "is_json",
    "json_spans",
    "looks_like_json",
    "looks_like_sql",
    "pair_spans",
    "sql_spans",
    "table_delimiter",
    "table_spans",
    "without_literals",
]

_INSERT_HEAD = re.compile(r"\s*insert\s+into\b", re.IGNORECASE)  # its columns have commas between them as well
_DELIMITERS = ",\t;|"
_CELL = {delimiter: re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(delimiter)}\r\n"]*)') for delimiter in _DELIMITERS}


def table_delimiter(text: str) -> str | None:
    """The delimiter of a table with a header of known column names, or None."""
    head, newline, rest = text.partition("\n")
    if not newline or not rest or len(head) > 4000 or _INSERT_HEAD.match(head) or hl7.is_segment(head):
        return None
    for delimiter in _DELIMITERS:
        columns = head.count(delimiter) + 1
        if columns >= 3 or (columns == 2 and delimiter in ",\t"):
            known = sum(_is_column(cell.strip(' "\r')) for cell in head.split(delimiter))
            if (known >= 2 or known * 2 >= columns) and rest.partition("\n")[0].count(delimiter) + 1 >= columns:
                return delimiter
    return None


def _is_column(name: str) -> bool:
    return field_of(name) is not None or bool(company.says(name) & company.SAYS_MACHINE)


def table_spans(text: str, delimiter: str, find: Finder, masked: Masked) -> Iterator[Span]:
    """Identifiers in the cells of a delimited table, by its header, else as free text."""
    head, _, _ = text.partition("\n")
    fields = columns([cell.strip(' "\r') for cell in head.split(delimiter)], masked)
    cell = _CELL[delimiter]
    cells = Cells(find)
    at, column, size = len(head) + 1, 0, len(text)
    while at < size:
        match = cell.match(text, at)
        if match is None:
            at += 1
            continue
        group = 1 if match.group(1) is not None else 2
        if value := match.group(group):
            yield from cells.read(value, match.start(group), fields[column] if column < len(fields) else None)
        at = match.end()
        if text[at : at + 1] == delimiter:
            column += 1
        elif text[at : at + 1] in ("\n", "\r", ""):
            column = 0
        at += 1
    yield from cells.mentions()


_PAIR = re.compile(
    r"(?<![\w.%-])([A-Za-z_][A-Za-z_.\-]{1,30}?(?: [a-z]{2,12})?)\s?(=|\|)\s?(\"[^\"\n]{1,80}\""
    r"|'[^'\n]{1,80}'|[^\s;,&|\"'\n=][^;,&|\"'\n=]{0,80})"
)


def pair_spans(text: str) -> Iterator[Span]:
    """Values of `name=value` and `NAME|value` pairs whose name is a known field; of lines of HL7 v2 what identifies."""
    lines = hl7.segments_alone(text) if "|" in text else []
    for _, _, spans in lines:
        yield from spans
    for match in _PAIR.finditer(text):
        if any(start <= match.start() < end for start, end, _ in lines):
            continue
        field = field_of(match.group(1))
        if field is None or field.category == "SECRET":
            continue
        if field.category == "DATE" and machines.partition(text, match.end(1) - len(match.group(1).rpartition(" ")[2])):
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
            yield Span(start, start + len(value), field.category, IN_PAIR)
