"""Compiles the word lists of `sallyport/masking/lexicon/` into the one file that masking loads, `compiled.bin`.

    python -m bench.masking_lexicon.compiled      (make lexicon)

The same lists make the same bytes, and a test holds the file to them.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEXICON = Path("layers/core/python/sallyport/masking/lexicon")
sys.path.insert(0, str(ROOT / "layers" / "core" / "python"))

# What is imported here must not need what is compiled here.
from sallyport.masking.lexicon import flags as words  # noqa: E402 - needs the path above
from sallyport.masking.lexicon.folding import fold  # noqa: E402
from sallyport.masking.lexicon.table import pack  # noqa: E402

# Lists that are shipped as they are, a word or a phrase on each line.
_AS_THEY_ARE = (
    "clinical", "fhir_elements", "machine_nouns", "region_phrases", "resource_prefixes", "technical",
)  # fmt: skip


def compiled(lexicon: Path) -> bytes:
    """The bytes of `compiled.bin` for the lists in the folder `lexicon`."""
    topics = _topics(lexicon)
    tables, lists = _tables(lexicon / "lists"), _lists(lexicon / "lists", topics)
    body = b""
    places: dict[str, dict[str, list[int]]] = {"tables": {}, "lists": {}}
    for kind, name, part in (
        *(("lists", name, "\n".join(listed).encode()) for name, listed in lists.items()),
        *(("tables", name, pack(flags)) for name, flags in tables.items()),
    ):
        places[kind][name] = [len(body), len(body) + len(part)]
        body += part
    return json.dumps({"topics": topics, **places}, separators=(",", ":")).encode() + b"\n" + body


def _topics(lexicon: Path) -> dict[str, list[str]]:
    """The words of every language by purpose. SystemExit for a file that has what no code asks for, or a capital."""
    read = {path.stem: _language(path) for path in sorted(lexicon.glob("*.toml"))}
    joined: dict[str, set[str]] = {}
    for language, topics in read.items():
        for name, listed in topics.items():
            if name not in read["en"]:
                raise SystemExit(f"{language}.toml: {name} is no purpose that en.toml knows")
            if capital := [word for word in listed if word != word.lower()]:
                raise SystemExit(f"{language}.toml: {name} has capitals: {', '.join(capital)}")
            joined.setdefault(name, set()).update(listed, map(fold, listed))
    return {name: sorted(listed) for name, listed in sorted(joined.items())}


def _language(path: Path) -> dict[str, list[str]]:
    """A language's file: purposes to lists, each a text of words or a list of phrases."""
    return {
        f"{group}.{name}": listed.split() if isinstance(listed, str) else listed
        for group, purposes in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for name, listed in purposes.items()
    }


def _tables(lists: Path) -> dict[str, dict[str, int]]:
    rare = dict.fromkeys(_people(lists, "given"), words.GIVEN)
    for name in _people(lists, "family"):
        rare[name] = rare.get(name, 0) | words.SURNAME
    return {
        "words": _lexicon(lists),
        "rare_names": rare,
        "place_phrases": dict.fromkeys(_lines(lists / "place_phrases.txt"), 1),
    }


def _lists(lists: Path, topics: dict[str, list[str]]) -> dict[str, list[str]]:
    found = {name: _lines(lists / f"{name}.txt") for name in _AS_THEY_ARE}
    found["everyday_families"] = _people(lists, "everyday")
    return found | {name: sorted(set(listed)) for name, listed in _lowercase(lists, topics["places.short"])}


def _lowercase(lists: Path, short_places: list[str]) -> Iterator[tuple[str, Iterator[str] | set[str]]]:
    """Lists of names and places for texts in small letters, by what else the words may be."""
    known = _lexicon(lists)

    def having(wanted: int, unwanted: int) -> set[str]:
        return {word for word, flags in known.items() if flags & wanted and not flags & unwanted}

    given = having(words.GIVEN_STRONG, words.FREQUENT | words.MEDICAL)
    yield "lowercase_given", given
    yield "lowercase_perhaps_given", having(words.GIVEN_STRONG, words.MEDICAL) - given
    yield "lowercase_surnames", having(words.SURNAME_STRONG, words.ORDINARY)
    parts = {part for phrase in _lines(lists / "place_phrases.txt") for part in phrase.split()}
    yield (
        "lowercase_places",
        having(words.PLACE_STRONG, words.ORDINARY | words.REGION)
        | {part for part in parts if not known.get(part, 0) & words.ORDINARY}
        | {word for word in short_places if len(word) > 2},
    )


def _lexicon(lists: Path) -> dict[str, int]:
    lines = (line.partition("\t") for line in _lines(lists / "lexicon.txt"))
    return {word: int(flags) for flags, _, listed in lines for word in listed.split(" ")}


def _people(lists: Path, kind: str) -> list[str]:
    lines = (line.partition("\t") for line in _lines(lists / "people.txt"))
    return next(listed.split(" ") for found, _, listed in lines if found == kind)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    (ROOT / LEXICON / "compiled.bin").write_bytes(compiled(ROOT / LEXICON))
