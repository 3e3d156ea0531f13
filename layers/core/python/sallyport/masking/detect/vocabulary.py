"""Small closed lists that decide what a capitalised word is doing. The words lie in `lexicon/`."""

from __future__ import annotations

from sallyport.masking.lexicon import topic


def listed(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


TITLES = topic("people.titles")
SUFFIXES = topic("people.suffixes")
PARTICLES = topic("people.particles")
FACILITY = topic("facilities.words")
# Heads that make a place of what comes before them, even alone in lowercase.
FACILITY_STRONG = topic("facilities.heads")
GENERIC = topic("facilities.common")
STREET = topic("places.streets")
SETTLEMENTS = topic("places.settlements")
STREET_ENDINGS = tuple(sorted(topic("places.street_endings")))
FOREIGN_STREETS = topic("places.streets_first")
# Words without which no address is looked for, other than by its numbers.
ADDRESS = FOREIGN_STREETS | topic("places.address_cues")
STREET_SURE = topic("places.sure_streets")
MONTHS = topic("dates.months_alone")
# The names and short forms of every language that dates are written with.
MONTH_NAMES = topic("dates.months")
# Capitalised without naming anybody: ethnicities, weekdays and feasts, bodies of medicine, headings, units.
BENIGN = topic("people.nobody")
# Peoples, faiths and languages: said of many, they name nobody, except after a title or a given name.
PEOPLES = topic("people.peoples")
EPONYM_HEAD = topic("medicine.eponym_heads")
# Devices and operations that are called after people: a word of how they are handled tells which is meant.
DEVICES = topic("medicine.devices")
# Geographic short forms that people write in capitals.
PLACE_SHORT = topic("places.short")
STATES = topic("places.state_codes")
STATE_NAMES = sorted(name.title() for name in topic("places.states"))
# People after whom diseases are called so often that the bare possessive means the disease.
EPONYMS = topic("medicine.eponyms")
