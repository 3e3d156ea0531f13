"""What is known about a word: is it a name, a place, an ordinary or a medical word, or several of these.

The lists lie in `words/` (built by bench/masking_lexicon/build.py; sources and licences in docs/masking.md) and are
read at the first use, not at import.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

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


@cache
def _groups() -> tuple[tuple[int, list[str]], ...]:
    """The lexicon as it is stored: flags, and the words that have exactly these."""
    text = files("sallyport.masking").joinpath("words", "lexicon.txt").read_text(encoding="utf-8")
    lines = (line.partition("\t") for line in text.splitlines())
    return tuple((int(flag), listed.split(" ")) for flag, _, listed in lines)


@cache
def lexicon() -> dict[str, int]:
    """Folded word to flags."""
    flags: dict[str, int] = {}
    for flag, listed in _groups():
        flags.update(dict.fromkeys(listed, flag))
    return flags


def having(wanted: int, unwanted: int) -> frozenset[str]:
    """Words with any of the flags `wanted` and none of `unwanted`."""
    found: set[str] = set()
    for flag, listed in _groups():
        if flag & wanted and not flag & unwanted:
            found.update(listed)
    return frozenset(found)


@cache
def people_lists() -> dict[str, list[str]]:
    """Names of people as they stand in technical names: `given`, `family`, and `everyday`, which are words as well."""
    text = files("sallyport.masking").joinpath("words", "people.txt").read_text(encoding="utf-8")
    return {kind: names.split(" ") for kind, _, names in (line.partition("\t") for line in text.splitlines())}


@cache
def rare_names() -> dict[str, int]:
    """Names that the lexicon lacks, with its flags."""
    flags = dict.fromkeys(people_lists()["given"], GIVEN)
    for name in people_lists()["family"]:
        flags[name] = flags.get(name, 0) | SURNAME
    return flags


@cache
def place_phrases() -> frozenset[str]:
    """Folded names of places that have several words."""
    text = files("sallyport.masking").joinpath("words", "place_phrases.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines())


@cache
def technical() -> frozenset[str]:
    """Words of computing, names of software and of cloud services: in a request to a machine they name nobody."""
    return _listed("technical.txt")


@cache
def things() -> frozenset[str]:
    """What has a name and is nobody: `technical`, and drugs, germs, tests and devices that no medical list has."""
    return technical() | _listed("clinical.txt")


@cache
def machine_nouns() -> frozenset[str]:
    """What has an id or a name of its own in AWS's services: `vpc`, `instance`, `function`."""
    return _listed("machine_nouns.txt")


@cache
def fhir_elements() -> frozenset[str]:
    """The names of the elements of FHIR R4."""
    return _listed("fhir_elements.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(files("sallyport.masking").joinpath("words", name).read_text(encoding="utf-8").splitlines())


@cache
def region_phrases() -> frozenset[str]:
    """Folded names of countries and states that have several words: Safe Harbor lets them stand."""
    text = files("sallyport.masking").joinpath("words", "region_phrases.txt").read_text(encoding="utf-8")
    return frozenset(text.splitlines())


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
    known = lexicon().get(folded)
    if known is not None:
        return known
    return _derived(folded)


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
