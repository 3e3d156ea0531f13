"""The word lists: one file for each language (`en.toml`, …) and the big lists of `lists/`, compiled into one file.

`make lexicon` compiles them (bench/masking_lexicon/compiled.py). What is loaded is `compiled.bin`: one line of JSON
with the languages' words, by purpose, and the places of the rest; then tables, which are read where they lie, and
lists. The line is read when masking is imported, a table or a list at its first use.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, BinaryIO

from sallyport.masking.lexicon.table import Table


@cache
def _head() -> tuple[dict[str, Any], int]:
    """What the first line says, and where what follows it begins."""
    with _open() as file:
        line = file.readline()
    return json.loads(line), len(line)


def _open() -> BinaryIO:
    return open(f"{__path__[0]}/compiled.bin", "rb")  # noqa: PTH123 - pathlib takes longer to import than all of this


def _part(kind: str, name: str) -> bytes:
    head, base = _head()
    start, end = head[kind][name]
    with _open() as file:
        file.seek(base + start)
        return file.read(end - start)


@cache
def topic(name: str) -> frozenset[str]:
    """The words and phrases that the languages have for one purpose, such as `dates.months`, with and without accents.

    docs/masking.md says what each is for.
    """
    return frozenset(_head()[0]["topics"][name])


@cache
def table(name: str) -> Table:
    """A table of words with flags: `words`, `rare_names`, `place_phrases`."""
    return Table(_part("tables", name))


@cache
def listed(name: str) -> frozenset[str]:
    """One of the big lists, whatever the language."""
    return frozenset(_part("lists", name).decode().split("\n"))
