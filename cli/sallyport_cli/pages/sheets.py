"""CSV files that a spreadsheet opens as text: no cell begins a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sallyport_cli.pages.render import visible

# What begins a formula in Excel, LibreOffice and Google Sheets, full-width forms included (OWASP, CSV injection).
# A tab or a line break, which would do so as well, has been spelled out before.
_BEGINS_A_FORMULA = frozenset("=+-@＝＋－＠")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One CSV file: what a row is, and each column with what it means."""

    name: str
    about: str
    columns: Mapping[str, str]


class Rows:
    """An open sheet."""

    def __init__(self, sheet: Sheet, out: Any) -> None:
        self._sheet = sheet
        self._writer = csv.writer(out, lineterminator="\n")
        self._writer.writerow(sheet.columns)
        self.count = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """A row with exactly the sheet's columns."""
        if row.keys() != self._sheet.columns.keys():
            raise KeyError(f"{self._sheet.name} has other columns: {row.keys() ^ self._sheet.columns.keys()}")
        self._writer.writerow(cell(row[column]) for column in self._sheet.columns)
        self.count += 1


@contextmanager
def open_sheet(folder: Path, sheet: Sheet) -> Iterator[Rows]:
    with (folder / sheet.name).open("w", encoding="utf-8", newline="") as out:
        yield Rows(sheet, out)


def cell(value: Any) -> str:
    """A cell's text. What would begin a formula has an apostrophe before it, which a spreadsheet does not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    several = isinstance(value, Iterable) and not isinstance(value, str)
    text = visible(" ".join(map(str, value)) if several else str(value))
    return f"'{text}" if text.lstrip()[:1] in _BEGINS_A_FORMULA else text
