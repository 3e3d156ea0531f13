"""Names of people, places and facilities in running text, from chains of capitalised words and what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sallyport.masking import machines, words
from sallyport.masking.detect import cues, facilities
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.detector import Rule
from sallyport.masking.detect.names import evidence, kinds
from sallyport.masking.detect.names.picks import Around
from sallyport.masking.detect.names.row import BEHIND_COMMA, LONE, PLACE
from sallyport.masking.detect.names.words import Capital, Word
from sallyport.masking.lexicon import topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span

LONGEST_CHAIN = 16  # words; longer runs of capitals are headings or hostile
_SAINTS = topic("places.short_saints")
_LINK = re.compile(
    rf"(?: |  |\. ?| ?- ?| ?& ?|, (?=(?:{alternatives(topic('people.generations'))})\b)"
    rf"| (?:{alternatives(topic('people.links'))}) |['\u2019]s ?)",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r",? \d{3,6}(?: \d{2})?\b(?=[,.;)\n]|$| (?:in|on|to|for|and|as|with)\b)")


_STATE = re.compile(r",? ([A-Z]{2})\b(?!\.?\w)|, (?:" + "|".join(v.STATE_NAMES) + r")\b")
_STATE_CODES = frozenset(code.upper() for code in v.STATES) | {"ZZ", "YY", "XX"}
_SMALL_HEAD = re.compile(
    rf"(?:['\u2019]s)?(?: (?!(?:{alternatives(topic('facilities.not_between'))}) )[a-z]+['\u2019]?s?)?"
    rf" (?:{alternatives(topic('facilities.behind'))})\b"
)


_BEARINGS = topic("places.bearings")


class Stayed(NamedTuple):
    """A capitalised word that its rule let stand; None where none spoke of it."""

    start: int
    end: int
    kind: int
    rule: Rule | None


def find(text: str, found: list[Capital], stayed: list[Stayed] | None = None) -> Iterator[Span]:
    """Names, places and facilities in `text`, whose capitalised words are `found`; who asks is told what `stayed`."""
    ends: list[int] = [-9]
    for chain in _chains(text, found):
        yield from _judged(text, chain, ends, stayed)


def _chains(text: str, found: list[Capital]) -> Iterator[list[Word]]:
    """Words that stand together and of which one could make a name of them."""
    floor = 0  # the first word that no chain has taken
    for i, item in enumerate(found):
        if i < floor or not item[3].lively_inside:
            continue
        first = i
        while first > floor and i - first < LONGEST_CHAIN and _linked(text, found[first - 1], found[first]):
            first -= 1
        if first == i and not item[3].lively:
            continue
        floor = i + 1
        while floor < len(found) and floor - first < LONGEST_CHAIN and _linked(text, found[floor - 1], found[floor]):
            floor += 1
        yield [Word(start, end, word, *entry[:3]) for start, end, word, entry in found[first:floor]]


def _linked(text: str, last: Capital, item: Capital) -> bool:
    """Whether two capitalised words belong to one name, by what stands between them."""
    _, end, last_word, last_entry = last
    start, _, word, entry = item
    if start - end > 12:
        return False
    common = entry.kind & kinds.COMMON
    if start - end == 1 and text[end] == " " and not common:
        return True
    if common and len(word) > 1 < len(last_word) and word.isupper() and not last_word.isupper():
        return False  # a label in capitals after a name
    between = text[end:start]
    if between == " ":
        return True
    first = between[0]
    if first in ":\n;/(":
        return False
    if first == "." and not (last_entry.kind & kinds.POINTED or last_entry.folded in _SAINTS):
        return between == "." and last_entry.kind == kinds.INITIAL
    return _LINK.fullmatch(between) is not None


def _judged(text: str, chain: list[Word], ends: list[int], stayed: list[Stayed] | None) -> Iterator[Span]:
    """The spans of one chain of capitalised words that identify somebody or someplace; `ends` recalls the last one."""
    first = chain[0]
    before = text[max(0, first.start - 40) : first.start]
    if len(chain) == 1 and first.kind & kinds.CLOSED:
        if (rule := _lone(first, before, ends[-1])) is not None:
            ends.append(first.end)
            yield Span(first.start, first.end, "NAME", rule)
        return
    opens = not before or cues.opens_sentence(before)
    heads = [i for i, word in enumerate(chain) if word.kind == kinds.FACILITY]
    if heads and (facility := facilities.facility(text, chain, heads[-1], opens=opens)) is not None:
        ends.append(facility[0].end)
        yield facility[0]
        if rest := chain[facility[1] :]:
            yield from _judged(text, rest, ends, stayed)
        return
    for span in _names(text, chain, before, stayed, opens=opens):
        ends.append(span.end)
        yield span


def _lone(word: Word, before: str, last: int) -> Rule | None:
    """Why a word of a closed kind that is alone is somebody's name; `last` is where the name before it ended."""
    if word.flags & (words.FREQUENT | words.MEDICAL):
        return None
    ordinary = word.kind == kinds.ORDINARY
    if ordinary and word.start - last == 2 and before.endswith(", ") and not word.text.isupper():
        return BEHIND_COMMA
    if not (ordinary or word.kind == kinds.INITIAL) or word.folded in v.BENIGN or not cues.cue(before).name:
        return None
    return LONE if not (ordinary and machines.made_of_words(word.text)) else None


def _names(text: str, chain: list[Word], before: str, stayed: list[Stayed] | None, *, opens: bool) -> Iterator[Span]:
    cue = cues.cue(before)
    picked = _picked(text, chain, before, cue, stayed, opens=opens)
    i = 0
    while i < len(chain):
        rule = picked[i]
        if rule is None:
            i += 1
            continue
        last = _last(text, chain, picked, i)
        begin = _begin(text, chain, i, opens=opens)
        end, category = _end(text, chain[last])
        start = chain[begin].start
        ahead = cue if begin == 0 else cues.cue(text[max(0, start - 40) : start])
        category = category or evidence.category(chain[begin : last + 1], ahead)
        start = cues.extended(text, start)
        if category == "LOCATION" and (code := _POSTCODE.match(text, end)) is not None:
            end = code.end()
        yield Span(start, end, category, rule)
        i = last + 1


def _picked(
    text: str, chain: list[Word], before: str, cue: cues.Cue, stayed: list[Stayed] | None, *, opens: bool
) -> list[Rule | None]:
    """Of each word the rule by which it makes a name."""
    decided = list(Around(text, chain, before, announced=cue.name, opens=opens).decisions())
    picked = [pick.rule if pick is not None and pick.picks else None for pick in decided]
    if not any(picked) and evidence.is_place(text, chain, before, opens=opens):
        return [PLACE if not word.kind & (kinds.REGION | kinds.SUFFIX) else None for word in chain]
    if stayed is not None:
        for word, pick in zip(chain, decided, strict=True):
            if pick is None or not pick.picks:
                stayed.append(Stayed(word.start, word.end, word.kind, pick.rule if pick is not None else None))
    return picked


def _last(text: str, chain: list[Word], picked: list[Rule | None], i: int) -> int:
    """The last word of the name that begins with the word at `i`."""
    last, n = i, len(chain)
    for j in range(i + 1, n):
        if picked[j] or _joins(text, chain[j], chain[j - 1]):
            last = j
        elif not (j + 1 < n and picked[j + 1] and chain[j].kind & (kinds.ORDINARY | kinds.MONTH)):
            break
    return last


def _begin(text: str, chain: list[Word], i: int, *, opens: bool) -> int:
    """The first word of the name whose first picked word is at `i`."""
    begin = i
    while (
        begin > 0
        and chain[begin - 1].kind & (kinds.BEFORE_NAMES if begin > 1 else kinds.FIRST_OF_NAMES)
        and not (begin == 1 and opens and _opens(chain[0]))
    ):
        begin -= 1
    bearing = begin > 0 and chain[begin - 1].folded in _BEARINGS
    if bearing and text[chain[begin - 1].end : chain[begin].start] == " " and (begin > 1 or not opens):
        begin -= 1
    return begin


def _end(text: str, last: Word) -> tuple[int, str | None]:
    """Where a name ends with its point, its state and a word for a facility; the category that the last one gives."""
    end = last.end
    if last.kind == kinds.INITIAL and text[end : end + 1] == ".":
        end += 1
    after = text[end : end + 48]
    if (
        after[:1] in (",", " ")
        and after[1:3].lstrip()[:1].isupper()
        and (state := _STATE.match(text, end)) is not None
        and (state.group(1) is None or state.group(1) in _STATE_CODES)
    ):
        end = state.end()
    if after[1:2].islower() and (small := _SMALL_HEAD.match(text, end)) is not None:
        return small.end(), "FACILITY"
    return end, None


_CLOSING = (",", ".", ";", ":", "\n", ")", "'", "")


def _opens(word: Word) -> bool:
    """Whether a word at the start of a sentence is more likely an ordinary one."""
    return bool(word.flags & words.FREQUENT and not word.flags & words.GIVEN_STRONG) and len(word.text) > 1


def _joins(text: str, word: Word, previous: Word) -> bool:
    """Whether `word` continues the name that ends with `previous`."""
    if word.kind & kinds.JOINING:
        return bool(word.kind & (kinds.INITIAL | kinds.SUFFIX)) or not evidence.is_eponym(text, word)
    between = text[previous.end : word.start]
    if word.kind == kinds.REGION:
        return bool(previous.kind & kinds.IN_NAMES and previous.flags & words.GIVEN) and between == " "
    if (
        not word.kind & (kinds.ORDINARY | kinds.MONTH)
        or not previous.kind & kinds.JOINED
        or word.folded in v.EPONYM_HEAD
    ):
        return False
    if between.strip() in v.PARTICLES or (between == " " and word.folded in v.SETTLEMENTS):
        return True
    if between == " & ":
        return bool(word.flags & words.SURNAME)
    if between not in (" ", "-", ". ") or _is_code(word):
        return False
    if previous.flags & words.GIVEN_STRONG and text[word.end : word.end + 1] in _CLOSING:
        return not word.text.isupper() or previous.text.isupper()
    name = word.flags & (words.NAME | words.PLACE) or not word.flags & words.FREQUENT or word.folded in v.STREET
    return bool(name and (not word.flags & words.MEDICAL or word.flags & words.STRONG_NAME))


def _is_code(word: Word) -> bool:
    """Whether a word is written as programs write theirs, with a capital inside: `MobileDeviceUpdater`."""
    spelled = word.text
    return not spelled.isupper() and not spelled[1:].islower() and spelled.isalpha() and word.flags == 0
