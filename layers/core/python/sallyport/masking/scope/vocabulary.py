"""Words that decide whether two neighbouring words of a technical name are somebody's two names."""

from __future__ import annotations

import re

from sallyport.masking.detect.vocabulary import FACILITY
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives

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
ENDINGS = re.compile(rf".{{3,}}(?:{alternatives(topic('scopes.family_endings'))})")
