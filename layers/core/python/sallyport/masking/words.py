"""What is known about a word: is it a name, a place, an ordinary or a medical word, or several of these.

The lists lie in `lexicon/` (sources and licences in docs/masking.md) and are read at the first use, not at import.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from sallyport.masking.lexicon import listed, table
from sallyport.masking.lexicon.table import Table

GIVEN, GIVEN_STRONG, SURNAME, SURNAME_STRONG, COMMON, FREQUENT, MEDICAL, EPONYM, PLACE, PLACE_STRONG, REGION, NATION = (
    1 << bit for bit in range(12)
)
NAME = GIVEN | SURNAME
STRONG_NAME = GIVEN_STRONG | SURNAME_STRONG
ORDINARY = COMMON | MEDICAL

_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "\u2019": "'"}
)


def fold(word: str) -> str:
    """The form in which words are looked up: small letters, no diacritics, plain apostrophes."""
    word = word.lower()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


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


_SUFFIXES = (
    "'s",
    "s",
    "es",
    "ed",
    "d",
    "ing",
    "ly",
    "er",
    "ers",
    "al",
    "ic",
    "ness",
    "ive",
    "ity",
    "able",
    "less",
    "ist",
    "ists",
    "ian",
    "ians",
    "or",
    "ors",
    "ful",
    "ment",
    "ments",
    "ism",
)
_PREFIXES = (
    "non",
    "un",
    "re",
    "pre",
    "post",
    "anti",
    "sub",
    "super",
    "multi",
    "micro",
    "hyper",
    "hypo",
    "inter",
    "bio",
)
_ENDINGS = {
    "ist": "y",
    "ists": "y",
    "or": "e",
    "ing": "e",
    "ed": "e",
    "ies": "y",
    "ied": "y",
    "ier": "y",
    "ily": "y",
    "ation": "e",
    "ability": "able",
}
_SUFFIX_SET = frozenset(_SUFFIXES)
_SUFFIX_LENGTHS = sorted({len(suffix) for suffix in _SUFFIXES})
_DRUGS = (
    "mab", "nib", "pril", "sartan", "statin", "olol", "azole", "cillin", "mycin", "cycline", "floxacin", "gliptin",
    "gliflozin", "glutide", "parin", "xaban", "gatran", "tidine", "prazole", "setron", "triptan", "vir", "vudine",
    "dipine", "thiazide", "semide", "lukast", "terol", "sone", "olone", "caine", "zepam", "zolam", "barbital",
    "oxetine", "pramine", "triptyline", "idone", "apine", "azine", "afil", "dronate", "fibrate", "formin", "glitazone",
    "platin", "rubicin", "taxel", "mide", "trexate", "itis", "osis", "emia", "oma", "pathy", "ectomy", "plasty",
    "scopy", "graphy", "metry", "gram", "virus", "phan",
    "ology", "therapy", "megaly", "algia", "uria", "penia", "plegia", "rrhea", "rrhage",
    "trophy", "sclerosis", "toxin", "ase", "ine", "one", "ate", "ide", "ium",
)  # fmt: skip


def flags_of(word: str) -> int:
    """Flags of a capitalised word as it stands in a text; 0 when nothing is known about it."""
    folded = fold(word)
    return lexicon().get(folded) or _derived(folded)


@cache
def _weak_endings() -> tuple[str, ...]:
    return tuple(ending for ending in _DRUGS if len(ending) >= 4)


def _derived(word: str) -> int:  # noqa: C901 - the ways of building a word, one after the other
    """Flags of an unlisted word from its parts: a possessive, a compound, a regular derivation, a drug's stem."""
    flags = lexicon()
    word = word.strip("'-.")
    if word.endswith(("'s", "s'")):
        return flags.get(word[:-2]) or _derived(word[:-2])
    if "-" in word:
        parts = [flags.get(part) or _derived(part) for part in word.split("-") if part]
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
        if len(word) >= 7 and word.endswith(_weak_endings()):
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
