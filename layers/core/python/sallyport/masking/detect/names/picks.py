"""Whether one capitalised word makes the words that it stands among the name of a person or a place: the rules, in the
order in which they are asked. The first that holds decides; where none does, the word stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from sallyport.masking import words
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.detector import Rule
from sallyport.masking.detect.names import kinds
from sallyport.masking.detect.names.evidence import is_eponym
from sallyport.masking.detect.names.row import DETECTOR
from sallyport.masking.detect.names.words import Word
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives


class Around:
    """A chain, and the word of it that is asked about: one for each chain, led from word to word."""

    __slots__ = ("announced", "at", "before", "chain", "following", "opens", "plain", "previous", "text", "word")

    def __init__(self, text: str, chain: list[Word], before: str, *, announced: bool, opens: bool) -> None:
        self.text = text
        self.chain = chain
        self.before = before  # what comes before the chain, some forty characters
        self.plain = all(word.kind & kinds.WORDS for word in chain)  # nothing but everyday words
        self.announced = announced  # it is the first word, and a cue before it says that a name follows
        self.opens = opens  # it is the first word of a sentence
        self.at = 0
        self.word = chain[0]
        self.previous: Word | None = None
        self.following = chain[1] if len(chain) > 1 else None

    def decisions(self) -> Iterator[Pick | None]:
        """For each word the first rule that holds; None where none does, and the word stays."""
        chain = self.chain
        last = len(chain) - 1
        for at, word in enumerate(chain):
            if at:
                self.previous, self.announced, self.opens = self.word, False, False
                self.at, self.word = at, word
                self.following = chain[at + 1] if at < last else None
            for pick in _asked[word.kind]:
                if pick.holds(self):
                    yield pick
                    break
            else:
                yield None


class Pick(NamedTuple):
    """A rule for words of `kinds`: whether a word is a name where `holds` is true."""

    rule: Rule
    kinds: int
    picks: bool
    holds: Callable[[Around], bool]


_UNREMARKABLE = words.FREQUENT | words.MEDICAL
_AT = re.compile(r"\b(?:at|from)\s$")
_OF = (" of ", " for ")
_SPEAKS = re.compile(
    rf" (?:{alternatives(topic('people.doing'))}|was (?:{alternatives(topic('people.undergoing'))}))\b"
)


def _behind_title(a: Around) -> bool:
    return a.previous is not None and a.previous.kind == kinds.TITLE


def _initial_behind_title(a: Around) -> bool:
    return _behind_title(a) and a.text[a.word.end : a.word.end + 1] == "."


def _before_name(a: Around) -> bool:
    rare = not (a.word.flags & _UNREMARKABLE or a.opens)
    return rare and a.following is not None and bool(a.following.kind & kinds.SINGULAR)


def _first_of_name(a: Around) -> bool:
    return (
        _before_name(a)
        and a.following is not None
        and a.word.folded not in v.BENIGN
        and a.text[a.word.end : a.following.start] == " "
        and not a.word.text.isupper()
    )


def _announced_word(a: Around) -> bool:
    announced = a.announced or _behind_title(a)
    return announced and not a.word.flags & words.FREQUENT and a.word.folded not in v.BENIGN


def _month_as_name(a: Around) -> bool:
    named = a.following is not None and a.following.kind & (kinds.INITIAL | kinds.SINGULAR)
    return bool(named) and (not a.word.text.isascii() or bool(a.word.flags & words.GIVEN))


def _eponym(a: Around) -> bool:
    return is_eponym(a.text, a.word)


def _beside_name(a: Around) -> bool:
    return bool(a.word.flags & words.NAME) and (_short_name(a.previous) or _short_name(a.following))


def _short_name(other: Word | None) -> bool:
    """Whether a neighbour is an initial or a name, short ones too."""
    if other is None:
        return False
    named = other.kind & (kinds.CAPITALS | kinds.NAME) and other.flags & words.NAME
    return other.kind == kinds.INITIAL or bool(named)


def _announced(a: Around) -> bool:
    return a.announced


def _behind_at(a: Around) -> bool:
    return a.at == 0 and _AT.search(a.before) is not None and a.text[a.word.end : a.word.end + 1] != "-"


def _before_initial(a: Around) -> bool:
    initial = a.following is not None and a.following.kind == kinds.INITIAL
    return initial and not (a.opens and not a.word.flags & words.GIVEN_STRONG)


def _behind_name(a: Around) -> bool:
    return a.previous is not None and bool(a.previous.kind & (kinds.SINGULAR | kinds.INITIAL | kinds.TITLE))


def _given_before_name(a: Around) -> bool:
    named = a.following is not None and a.following.kind & kinds.SINGULAR
    return bool(named and a.word.flags & words.GIVEN)


def _given_before_surname(a: Around) -> bool:
    given = a.word.flags & words.GIVEN_STRONG
    return bool(given) and a.following is not None and _surname(a.following, opens=a.opens)


def _surname(word: Word, *, opens: bool) -> bool:
    """Whether a word after a given name that is an everyday word as well is the family name: Mark White, Grace Obi."""
    strong = bool(word.flags & words.SURNAME_STRONG)
    if word.kind == kinds.EVERYDAY:
        return strong or (bool(word.flags & words.SURNAME) and not word.flags & words.FREQUENT)
    return word.kind == kinds.ORDINARY and strong and not opens and not word.text.isupper()


def _opens_phrase(a: Around) -> bool:
    return a.opens and len(a.chain) > 2 and _given_before_surname(a)


def _speaks(a: Around) -> bool:
    given = a.opens and len(a.chain) == 1 and a.word.flags & words.GIVEN
    return bool(given) and _SPEAKS.match(a.text, a.word.end) is not None


def _label(a: Around) -> bool:
    given = a.opens and len(a.chain) == 1 and a.word.flags & words.GIVEN_STRONG
    return bool(given) and a.text[a.word.end : a.word.end + 1] == ":"


def _given_opens(a: Around) -> bool:
    return a.opens and bool(a.word.flags & words.GIVEN_STRONG) and not a.word.flags & words.FREQUENT


def _opens(a: Around) -> bool:
    return a.opens


def _of_somebody(a: Around) -> bool:
    if a.previous is None or a.following is not None or not a.word.flags & words.GIVEN_STRONG:
        return False
    return a.text[a.previous.end : a.word.start] in _OF and not a.word.text.isupper()


def _given_inside(a: Around) -> bool:
    given = a.word.flags & words.GIVEN_STRONG and not a.word.flags & words.FREQUENT
    return a.previous is not None and a.plain and bool(given)


def _in_capitals(a: Around) -> bool:
    return a.word.text.isupper()


def _alone(a: Around) -> bool:
    # Blood is a family name too, but who writes of Blood or Stone alone means the thing.
    return len(a.chain) == 1 and bool(a.word.flags & words.GIVEN or not a.word.flags & words.MEDICAL)


def _yes(_: Around) -> bool:
    return True


def _pick(name: str, of: int, holds: Callable[[Around], bool], says: str) -> Pick:
    return Pick(DETECTOR.rule(name, says), of, picks=True, holds=holds)


def _stay(name: str, of: int, holds: Callable[[Around], bool], says: str) -> Pick:
    return Pick(DETECTOR.rule(name, says), of, picks=False, holds=holds)


_A, _B = kinds.EVERYDAY, kinds.ORDINARY
_ANY_NAME = kinds.SPEAKING | kinds.CAPITALS | kinds.EVERYDAY
PICKS: tuple[Pick, ...] = (
    _pick("initial", kinds.INITIAL, _initial_behind_title, "An initial behind a title: Dr. K."),
    _pick("before-name", _B, _first_of_name, "A rare word right before somebody's name."),
    _stay("label", _B, _before_name, "A rare word before a name that is a label: in capitals, or apart from it."),
    _pick("announced", _B, _announced_word, "A rare word behind a title, or behind a word that announces a name."),
    _pick("month", kinds.MONTH, _month_as_name, "A month that is a given name as well, before a family name."),
    _stay("eponym", _ANY_NAME, _eponym, "A disease, a sign or a score is called after somebody."),
    _pick("listed", kinds.NAME, _yes, "A list of names has it, and it is no everyday word."),
    _pick("place", kinds.PLACE, _yes, "A list of places has it, and it is no everyday word."),
    _pick("unknown", kinds.UNKNOWN, _yes, "No list has it: names are what lists lack most."),
    _pick("short", kinds.CAPITALS, _beside_name, "A short name in capitals beside an initial or another name."),
    _pick("short-announced", kinds.CAPITALS, _announced, "Capitals behind a word that announces a name."),
    _pick("short-at", kinds.CAPITALS, _behind_at, "Capitals behind at or from: a place."),
    _pick("everyday-announced", _A, _announced, "An everyday name behind a word that announces a name."),
    _pick("everyday-initial", _A, _before_initial, "An everyday name before an initial."),
    _pick("everyday-behind", _A, _behind_name, "An everyday name behind a name, an initial or a title."),
    _pick("everyday-given", _A, _given_before_name, "An everyday given name before a family name."),
    _stay("phrase", _A, _opens_phrase, "A given name and a family name that open a sentence of everyday words."),
    _pick("everyday-pair", _A, _given_before_surname, "An everyday given name before an everyday family name."),
    _pick("speaks", _A, _speaks, "An everyday given name that opens a sentence and says or does what people do."),
    _pick("label-of", _A, _label, "An everyday given name at the head of a line, before a colon."),
    _pick("given-opens", _A, _given_opens, "A given name that opens a sentence and is not among the commonest words."),
    _stay("opening", _A, _opens, "An everyday word that opens a sentence."),
    _pick("of-somebody", _A, _of_somebody, "A given name behind of or for: the mother of Grace."),
    _pick("given-inside", _A, _given_inside, "A given name inside a phrase of everyday words."),
    _stay("heading", _A, _in_capitals, "An everyday word in capitals."),
    _pick("alone", _A, _alone, "An everyday name by itself inside a sentence."),
)  # fmt: skip


def _by_kind(picks: tuple[Pick, ...]) -> dict[int, tuple[Pick, ...]]:
    return {kind: tuple(pick for pick in picks if pick.kinds & kind) for kind in kinds.NAMES}


_asked = _by_kind(PICKS)
