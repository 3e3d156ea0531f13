"""Characters that are drawn like others, like a blank, or not at all: data for the plain reading of a text.

Sources: Unicode's confusables.txt (single letters), DerivedCoreProperties.txt (Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import re
import unicodedata

# Greek and Cyrillic letters that are drawn like Latin ones; a word is read as Latin only where all of its letters are.
_CYRILLIC = "АВЕЅІЈКМНОРСТУХаесіјорухѕԁԛԝһьгпкмтвнЗб"
_LATIN_C = "ABESIJKMHOPCTYXaecijopyxsdqwhbrnkmtBHZb"
_GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχγ"
_LATIN_G = "ABEZHIKMNOPTYXaikvopuxy"
CONFUSABLE = str.maketrans(_CYRILLIC + _GREEK, _LATIN_C + _LATIN_G)

# Letters of scripts in which hardly anybody writes to a machine (Cherokee, Lisu), small capitals, Armenian: one by one.
_OTHER = "ⅼⅠɑɡıǀ∣ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃᎩᎮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜօոսհյցզᏂ"
_LATIN_O = "lIagiIIABCDEFGHIJKLMNOPRSTUVWYZABCDEGHiJKLMPRSTVWZYHBCDEFGHIJKLMNOPRSTUVWXYZonuhjgqh"
_PUNCTUATION = (
    "\u2019\u2018\u02bc\u02b9\u2032\u201c\u201d\u2024\ufe52\u3002\u201a\u2236\ua789"
    "\u2044\u2215\u2212\u2043\u02d7\u2796\u23af\ufe31\ufe32\u00b9\u00b2\u00b3"
)
_ASCII = "'''''\"\"...,::" + "//" + "-------" + "123"


def _letters(first: int) -> dict[int, str]:
    """Twenty-six capitals from `first` on."""
    return {first + n: chr(ord("A") + n) for n in range(26)}


# Letters in circles, squares and flags have no decomposition.
FAMILIAR: dict[int, str] = (
    dict(zip(map(ord, _OTHER), _LATIN_O, strict=True))
    | dict(zip(map(ord, _PUNCTUATION), _ASCII, strict=True))
    | _letters(0x1F150)
    | _letters(0x1F170)
    | _letters(0x1F1E6)
)

# Not drawn: format characters, variation selectors, tags, fillers of nothing, marks that sit on the character before.
INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u0300-\u036f\u0483-\u0489\u0591-\u05bd"
    r"\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302d\u3099\u309a\ufe20-\ufe2f]+"
)
# Drawn as a blank, or as nothing, according to who draws it: such a text is read both ways. \x02 is no text either, but
# stands for markers while a text is read.
_CONTROLS = r"\x00\x01\x03-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
_FILLERS = r"\u115f\u1160\u2800\u3164\uffa0\ufffc\u200b\u00ad"
CONTROL = re.compile(f"[{_CONTROLS}]")
EITHER = re.compile(rf"\x1b\[[0-9;?]{{0,20}}[A-Za-z]|[{_CONTROLS}{_FILLERS}]")
BLANK = r"\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Anything that needs a second look: not ASCII, not a letter of European languages, not everyday typography.
UNUSUAL = re.compile(r"[^\x00-\x7f\u00a1-\u00ac\u00ae-\u017f\u2026\u20ac\u2022]|[\u00b2\u00b3\u00b9]{2}")
LIGATURE = re.compile("[\ufb00-\ufb06]")


def familiar(char: str) -> str:
    """The character that `char` is drawn like: one, so that offsets stay."""
    known = FAMILIAR.get(ord(char))
    if known is not None or char < "\u0180":
        return known or char
    number = unicodedata.digit(char, None)
    if number is not None:
        return str(number)
    category = unicodedata.category(char)
    if category in ("Pd", "Zs"):
        return "-" if category == "Pd" else " "
    if category in ("Zl", "Zp"):
        return "\n"
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char
