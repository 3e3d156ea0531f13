"""Builds `sallyport/masking/lexicon/lists/people.txt`: names of people that `lexicon.txt` does not have as such.

    python bench/masking_lexicon/people.py

Needs the environment of bench/scope_values/requirements.txt (Faker and mimesis for names, anyascii to write Cyrillic,
Greek, Armenian and Georgian ones in Latin letters, names for how frequent family names are). What is in
people_written.txt beside it comes on top.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from anyascii import anyascii  # type: ignore[import-not-found]  # of an environment of its own

HERE = Path(__file__).parent
LISTS = HERE.parents[1] / "layers" / "core" / "python" / "sallyport" / "masking" / "lexicon" / "lists"
sys.path.insert(0, str(HERE.parents[1] / "layers" / "core" / "python"))

from sallyport.masking import words  # noqa: E402 - needs the path above

SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "GEORGIAN", "ARMENIAN")
KINDS = {
    "given": (words.GIVEN, ("first_name", "first_romanized")),
    "family": (words.SURNAME, ("last_name", "last_romanized")),
}
MANY = 3_000  # rank among family names
WORD = re.compile(r"[a-z]{3,}")


def of_faker(attributes: tuple[str, ...]) -> Iterator[str]:
    """Names of all of Faker's locales that are written in letters with vowels."""
    package = importlib.import_module("faker.providers.person")
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        for attribute in dir(provider):
            values = getattr(provider, attribute)
            if any(wanted in attribute for wanted in attributes) and isinstance(values, tuple | list | dict):
                yield from (str(value) for value in values if _readable(str(value)))


def of_mimesis(kind: str) -> Iterator[str]:
    """Names of all of mimesis's locales that are written in letters with vowels."""
    for path in sorted((data("mimesis") / "datasets").rglob("person.json")):
        listed = json.loads(path.read_text(encoding="utf-8")).get("names" if kind == "given" else "surnames", [])
        for part in listed.values() if isinstance(listed, dict) else [listed]:
            yield from (name for name in part if _readable(name))


def data(package: str) -> Path:
    """Where `package` lies, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is missing")
    return Path(spec.origin).parent


def _readable(name: str) -> bool:
    return all(c.isascii() or unicodedata.name(c, "").startswith(SCRIPTS) for c in name)


def written(kind: str) -> Iterator[str]:
    for line in (HERE / "people_written.txt").read_text(encoding="utf-8").splitlines():
        first, _, rest = line.partition(" ")
        if first == kind:
            yield from rest.split()


def main() -> None:
    known = words.lexicon()
    lines = []
    for kind, (flag, attributes) in KINDS.items():
        found: set[str] = set()
        for name in (*of_faker(attributes), *of_mimesis(kind)):
            for part in re.split(r"[\s'\u2019\u02bc-]+", name):
                found |= {anyascii(part).lower().replace("'", ""), words.fold(part)}
        # What is an everyday word as well and no name to the lexicon is left to it.
        new = sorted(
            w for w in found if WORD.fullmatch(w) and not known.get(w, 0) & (flag | words.FREQUENT | words.REGION)
        )
        new = sorted({*new, *(w for w in written(kind) if not known.get(w, 0) & (words.FREQUENT | words.REGION))})
        lines.append(f"{kind}\t{' '.join(new)}")
        print(kind, len(new))
    ranked = (line.split() for line in (data("names") / "dist.all.last").read_text().splitlines())
    everyday = sorted(
        w
        for w, _, _, rank in ((w.lower(), *rest) for w, *rest in ranked)
        if int(rank) <= MANY and known.get(w, 0) & words.FREQUENT
    )
    lines.append(f"everyday\t{' '.join(everyday)}")
    (LISTS / "people.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
