"""Whether a value can be a secret: its characters, its randomness, what marks it as a placeholder or as made up."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from sallyport.masking.lexicon import topic


class Piece(NamedTuple):
    """`text[start:end]` is a secret."""

    start: int
    end: int


# Stand-ins, the words that a lesson writes in place of a value, and expressions that fetch it from elsewhere.
_TEMPLATE = re.compile(r"[xX*#.\-_=+0?]{4,}|\$?\{|\$\(|<|%[\w%-]*%?$")
_LESSONS = (*sorted(topic("secrets.lessons")), "<", "...", "xxxx", "***", "###")
_WORDS = topic("secrets.stand_ins")
_FETCHES = tuple(
    "env. env[ env( environ. environ[ environ( process.env os.environ os.getenv self. this. req. request."  # noqa: SIM905 - read word by word
    " config. param[ params[ settings. props. getenv args. option. options. data. input".split()
)
_RUN = re.compile(r"X{12}|x{12}|0{12}|\*{8}|#{8}")
_EXPRESSION = re.compile(r"[({]|://|^arn:")
_HEX = re.compile(r"[0-9a-fA-F-]+")
_WORDY = re.compile(r"[a-z]{3,}|[A-Z]{3,}|[A-Z][a-z]{2,}")
_LONG_WORDS = re.compile(r"[a-z]{4,}|[A-Z]{4,}")
_PARTS = re.compile(r"[-_./~%]")
_NAME_OF_CODE = re.compile(r"[a-z]+(?:[._-][a-z]+)+|[a-z]+[A-Z][A-Za-z]*|[A-Z_]{4,}|[\w.]+\(.*|#[a-z]+(?:-[a-z]+)+")
_PATH = re.compile(r"/?[\w.@:-]*(?:/[\w.@:#-]*){2,}|[a-z]+(?:/[a-z_#]+)+")


def placeholder(value: str) -> bool:
    """Whether `value` stands for a value: `<token>`, `${TOKEN}`, `your_key_here`, `XXXXXXXX`."""
    small = value.lower()
    return (
        _TEMPLATE.match(value) is not None
        or small.endswith((">", "here"))
        or small in _WORDS
        or small.startswith(_FETCHES)
        or any(map(small.__contains__, _LESSONS))
        or repeated(value)
    )


_LONG, _MOSTLY = 12, 0.8  # characters; the share of one character that nobody draws by lot


def repeated(value: str) -> bool:
    """Whether `value` is little but one character, which no random secret is: `xoxp-00000000-0000`, `XXXXXXXX`."""
    small = value.lower()
    size = len(value)
    few = size >= _LONG and len(set(small)) <= 1 + (1 - _MOSTLY) * size
    if few and not value.isdigit() and max(Counter(small).values()) >= _MOSTLY * size:
        return True
    most = max(small.count("x"), small.count("0"), small.count("*"), small.count("#"))
    if most < 6:
        return False
    return _RUN.search(value) is not None or most >= max(6, 0.7 * sum(map(str.isalnum, value)))


def made_up(value: str) -> bool:
    """Whether `value` runs along the alphabet or the keyboard's digits: `abc123xyz-456def`, `a1B2c3D4`.

    Of random characters a tenth follow their neighbour, or its neighbour, in order; of typed ones most do.
    """
    small = value.lower()
    steps = list(map(ord, small))
    near = sum(abs(a - b) == 1 for a, b in pairwise(steps))
    skip = sum(abs(a - b) == 1 for a, b in zip(steps, steps[2:], strict=False))
    return max(near, skip) >= 0.5 * (len(value) - 2)


def is_key(value: str, at_least: int = 10) -> bool:
    """Whether what a name of a key holds can be one: mixed characters and no placeholder."""
    if len(value) < at_least or placeholder(value) or (len(set(value)) < 5 and len(value) < 30):
        return False
    if len(value) >= 16 and (_HEX.fullmatch(value) or (len(value) >= 32 and value.isalnum())):
        return True
    digits = sum(map(str.isdigit, value))
    if len(value) < 10 and not (2 < digits < len(value) - 1 and value.isalnum()):
        return False
    if _EXPRESSION.search(value) or (value.count(".") > 3 and not digits):
        return False
    if digits < 3 and _words(value) >= 0.5 * len(value) and not unpronounceable(value):
        return False  # `registry_of_type_2`, `Apache-2.0`
    if digits >= 2 and any(map(str.isalpha, value)):
        return _PATH.fullmatch(value) is None or is_random(value)
    if digits == len(value):
        return len(value) >= 16
    words = sum(len(word) for word in _WORDY.findall(value))
    return (
        len(value) >= 18
        and ("_" not in value[3:-3] or digits > 0)
        and (words < 0.9 * len(value) or shannon(value) > 3.6)
        and " " not in value
        and "/" not in value.strip("/")[:6]
        and (_NAME_OF_CODE.fullmatch(value) is None or unpronounceable(value))
    )


def is_password(value: str) -> bool:
    """Whether what a name of a password holds can be one: anything but an expression, a path or a name of code."""
    value = value.strip().strip("'\"`")
    if len(value) < 4 or placeholder(value) or value[0] in "$<{%:/" or " " in value:
        return False
    if value.startswith(("http", "./", "../", "arn:")) or len(set(value)) < 3:
        return False
    return any(map(str.isdigit, value)) or (_NAME_OF_CODE.fullmatch(value) or _PATH.fullmatch(value)) is None


def is_strong(value: str) -> bool:
    """Whether a word is mixed as only a password is: eight characters of three kinds or more."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return len(value) >= 8 and sum(any(map(kind, value)) for kind in kinds) >= 3 and is_password(value)


def is_random(value: str) -> bool:
    """Whether a token is too irregular for a word, a path or a name of code."""
    digits = sum(map(str.isdigit, value))
    letters = any(map(str.isalpha, value))
    if digits < 2 or not letters or placeholder(value):
        return False
    if len(value) >= 32 and _HEX.fullmatch(value) and "-" not in value:
        return True
    if (
        (value.count("/") > 2 and "+" not in value and max(map(len, value.split("/"))) < 20)
        or value.count(".") > 2
        or value.count("-") > 5
    ):
        return False
    longest = max(map(len, _PARTS.split(value)))
    return longest >= 16 and _words(value) < 0.5 * len(value) and digits >= 3 and shannon(value) > 3.2


def unpronounceable(value: str) -> bool:
    """Whether a run of letters is no word of a language: too few vowels for its length."""
    return len(value) >= 18 and sum(char in "aeiouyAEIOUY" for char in value) < 0.27 * len(value)


def _words(value: str) -> int:
    """How many of the characters are parts of words."""
    return sum(map(len, _LONG_WORDS.findall(value)))


def shannon(value: str) -> float:
    """Bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())
