"""Words that decide whether two neighbouring words of a technical name are somebody's two names."""

from __future__ import annotations

import re

from sallyport.masking.detect.vocabulary import FACILITY
from sallyport.masking.lexicon import topic

SAINTS = topic("scopes.saints")
# Heads of names of places, streets and houses: what comes before them is their name and nobody's.
HEADS = FACILITY - {"ward"} | topic("scopes.heads")
# After a whole name they are a family name; after half of one a place: `emmy-hall`, but `jackson-hill`.
PLACES = topic("scopes.places")
# Names that are everyday words too, and names first.
FIRST = topic("scopes.first")
# What software, services and environments are called; a person only next to what is nothing but a family name.
SOFTWARE = topic("scopes.software")
# Before a family name and a part of it.
OF_FAMILIES = topic("scopes.of_families")
# Folders that hold what machines and their keepers put there.
FOLDERS = topic("scopes.folders")
# Chinese names in Latin letters, many of which are everyday words of English.
SYLLABLES = topic("scopes.syllables")
SYLLABIC_FAMILIES = SYLLABLES | topic("scopes.syllabic_families")
# Endings of family names that no everyday word has, for names in no list.
ENDINGS = re.compile(
    r".{3,}(?:ovic|evic|ovich|evich|ova|eva|skaya|skiy|skyi|wska|wski|cka|cki|czyk|enko|chuk|yuk|shvili|adze|idze|yants|oglu"
    r"|escu|eanu|sson|sdottir|dottir|poulos|opoulou|akis|akos|idis|iadis|auskas|auskiene|aitis|iene|ninen|lainen|nnen"
    r"|zadeh|zade|nejad|swamy|murthy|nathan|appan|bhai|singh|uddin|ullah|mann|berg|strom|quist|gaard|holm|sen|stad"
    r"|ssen|huizen|sma|stra|inho|eiro|eira|ez|ellini|etti|elli|ucci|acci|ato|oglou|yan|ian|ov|ev)"
)
