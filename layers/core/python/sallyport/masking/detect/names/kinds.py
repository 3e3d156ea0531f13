"""What a capitalised word may be by itself, a bit for each. Plain integers: `&` of an `IntFlag` takes thirty times as
long, and a note asks some thousand times."""

from __future__ import annotations

from typing import Final

# Somebody's name, a place's, or in no list; somebody's name that is an everyday word as well; an ordinary word;
NAME: Final = 1 << 0
PLACE: Final = 1 << 1
UNKNOWN: Final = 1 << 2
EVERYDAY: Final = 1 << 3
ORDINARY: Final = 1 << 4
# a country or state; a short word in capitals that no list explains; an initial; what comes before a name or after;
REGION: Final = 1 << 5
CAPITALS: Final = 1 << 6
INITIAL: Final = 1 << 7
TITLE: Final = 1 << 8
SUFFIX: Final = 1 << 9
# what facilities are called by; a month.
FACILITY: Final = 1 << 10
MONTH: Final = 1 << 11

SINGULAR: Final = NAME | UNKNOWN  # hardly anything but somebody's name
SPEAKING: Final = SINGULAR | PLACE  # makes a name by itself
IN_NAMES: Final = SINGULAR | EVERYDAY
WORDS: Final = ORDINARY | EVERYDAY  # in everyday language
# By themselves these make no name, whatever list they are in.
CLOSED: Final = ORDINARY | REGION | INITIAL | MONTH | SUFFIX | TITLE

# And these do not begin a chain worth a look.
DULL: Final = ORDINARY | REGION | MONTH | TITLE | SUFFIX
COMMON: Final = WORDS | FACILITY  # may be a label after a name
POINTED: Final = INITIAL | TITLE | SUFFIX  # a point after them ends no sentence
# What goes on with a name, what comes before the word that makes it one, and what may have a word more after it.
JOINING: Final = SPEAKING | EVERYDAY | CAPITALS | INITIAL | SUFFIX
BEFORE_NAMES: Final = INITIAL | CAPITALS | EVERYDAY | MONTH
FIRST_OF_NAMES: Final = BEFORE_NAMES | SUFFIX
JOINED: Final = SPEAKING | EVERYDAY | INITIAL
# What makes a facility of a word for one: something that is called so.
PARTICULAR: Final = SPEAKING | CAPITALS | EVERYDAY | REGION

NAMES: Final = {
    NAME: "a name",
    PLACE: "a place",
    UNKNOWN: "in no list",
    EVERYDAY: "a name and an everyday word",
    ORDINARY: "an ordinary word",
    REGION: "a country or a state",
    CAPITALS: "an abbreviation",
    INITIAL: "an initial",
    TITLE: "a title",
    SUFFIX: "a degree or a generation",
    FACILITY: "a word for a facility",
    MONTH: "a month",
}
