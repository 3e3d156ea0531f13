"""The form in which words are looked up."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "\u2019": "'"}
)


def fold(word: str) -> str:
    """The form in which words are looked up: lowercase letters, no diacritics, plain apostrophes."""
    word = word.lower()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
