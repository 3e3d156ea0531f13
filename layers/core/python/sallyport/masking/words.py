"""What is known about a word: is it a name, a place, an ordinary or a medical word, or several of these.

The lists lie in `lexicon/` (sources and licences in docs/masking.md) and are read at the first use, not at import.
"""

from __future__ import annotations

from functools import cache

from sallyport.masking.lexicon import listed, table, topic
from sallyport.masking.lexicon.flags import (
    COMMON,
    EPONYM,
    FREQUENT,
    GIVEN,
    GIVEN_STRONG,
    MEDICAL,
    NAME,
    NATION,
    ORDINARY,
    PLACE,
    PLACE_STRONG,
    REGION,
    STRONG_NAME,
    SURNAME,
    SURNAME_STRONG,
)
from sallyport.masking.lexicon.folding import fold
from sallyport.masking.lexicon.table import Table

__all__ = [
    "COMMON",
    "EPONYM",
    "FREQUENT",
    "GIVEN",
    "GIVEN_STRONG",
    "MEDICAL",
    "NAME",
    "NATION",
    "ORDINARY",
    "PLACE",
    "PLACE_STRONG",
    "REGION",
    "STRONG_NAME",
    "SURNAME",
    "SURNAME_STRONG",
    "derived",
    "everyday_families",
    "fhir_elements",
    "flags_of",
    "fold",
    "lexicon",
    "machine_nouns",
    "place_phrases",
    "rare_names",
    "region_phrases",
    "technical",
    "things",
]


def lexicon() -> Table:
    """The flags of every listed word, by its folded form."""
    return table("words")


def rare_names() -> Table:
    """Names that the lexicon lacks, with its flags."""
    return table("rare_names")


def everyday_families() -> frozenset[str]:
    """Everyday words that many families are called: `baker`, `young`."""
    return listed("everyday_families")


def place_phrases() -> Table:
    """Folded names of places that have several words."""
    return table("place_phrases")


def technical() -> frozenset[str]:
    """Words of computing, names of software and of cloud services: in a request to a machine they name nobody."""
    return listed("technical")


@cache
def things() -> frozenset[str]:
    """What has a name and is nobody: `technical`, and drugs, germs, tests and devices that no medical list has."""
    return technical() | listed("clinical")


def machine_nouns() -> frozenset[str]:
    """What has an id or a name of its own in AWS's services: `vpc`, `instance`, `function`."""
    return listed("machine_nouns")


def fhir_elements() -> frozenset[str]:
    """The names of the elements of FHIR R4."""
    return listed("fhir_elements")


def region_phrases() -> frozenset[str]:
    """Folded names of countries and states that have several words: Safe Harbor lets them stand."""
    return listed("region_phrases")


_SHORTEST_ENDING = 4  # letters; shorter ones end other words as well
_SUFFIXES = tuple(topic("derivation.suffixes"))
_PREFIXES = tuple(topic("derivation.prefixes"))
_ENDINGS = dict(pair.split("=") for pair in topic("derivation.restored"))
_SUFFIX_SET = topic("derivation.suffixes")
_SUFFIX_LENGTHS = sorted({len(suffix) for suffix in _SUFFIXES})
_DRUGS = tuple(ending for ending in topic("derivation.drugs") if len(ending) >= _SHORTEST_ENDING)


def flags_of(word: str) -> int:
    """Flags of a capitalised word as it is in a text; 0 when nothing is known about it."""
    folded = fold(word)
    return lexicon().get(folded) or derived(folded)


def derived(word: str) -> int:  # noqa: C901 - the ways of building a word, one after the other
    """Flags of an unlisted word from its parts: a possessive, a compound, a regular derivation, a drug's stem."""
    flags = lexicon()
    word = word.strip("'-.")
    if word.endswith(("'s", "s'")):
        return flags.get(word[:-2]) or derived(word[:-2])
    if "-" in word:
        parts = [flags.get(part) or derived(part) for part in word.split("-") if part]
        return _compound(parts)
    if len(word) >= 5:
        if word.endswith(_SUFFIXES):
            for length in _SUFFIX_LENGTHS:
                suffix = word[-length:]
                if suffix in _SUFFIX_SET:
                    stem = word[:-length]
                    if (flags.get(stem, 0) | flags.get(stem + _ENDINGS.get(suffix, ""), 0)) & (COMMON | MEDICAL):
                        return COMMON
        if word.startswith(_PREFIXES):
            for prefix in _PREFIXES:
                if (
                    word.startswith(prefix)
                    and len(word) > len(prefix) + 3
                    and flags.get(word[len(prefix) :], 0) & (COMMON | MEDICAL)
                ):
                    return COMMON
        if len(word) >= 7 and word.endswith(_DRUGS):
            return MEDICAL
    return 0


def _compound(parts: list[int]) -> int:
    """A hyphenated word: a name as soon as one part is a name and no part is clearly something else."""
    if not parts or not all(parts):
        return 0
    joined = 0
    for part in parts:
        joined |= part
    if all(part & ORDINARY for part in parts):
        return COMMON | (joined & NAME if all(part & NAME for part in parts) else 0)
    return joined & ~ORDINARY if joined & (NAME | PLACE) else joined
