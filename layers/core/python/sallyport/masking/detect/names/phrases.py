# ruff: noqa: C901, E501, FBT001 - decision lists are read from top to bottom, patterns alternative by alternative
"""Names of people, places and facilities in running text, from chains of capitalised words and what surrounds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines, words
from sallyport.masking.detect import cues, facilities
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import chains
from sallyport.masking.detect.names.chains import Capital, Word
from sallyport.masking.detect.names.picking import picks
from sallyport.masking.detect.names.row import WORDS
from sallyport.masking.spans import Span


def find(text: str, found: list[Capital]) -> Iterator[Span]:
    """Names, places and facilities in `text`, whose capitalised words are `found`."""
    ends: list[int] = [-9]
    floor = 0  # the first word that no chain has taken
    for i, item in enumerate(found):
        if i < floor or not item[3].lively_inside:
            continue
        first = i
        while (
            first > floor and i - first < chains.LONGEST_CHAIN and chains.linked(text, found[first - 1], found[first])
        ):
            first -= 1
        if first == i and not item[3].lively:
            continue
        floor = i + 1
        while (
            floor < len(found)
            and floor - first < chains.LONGEST_CHAIN
            and chains.linked(text, found[floor - 1], found[floor])
        ):
            floor += 1
        chain = [Word(start, end, word, *entry[:3]) for start, end, word, entry in found[first:floor]]
        yield from judge(text, chain, ends)


def judge(text: str, chain: list[Word], ends: list[int]) -> Iterator[Span]:
    """The spans of one chain of capitalised words that identify somebody or someplace; `ends` recalls the last one."""
    first = chain[0]
    before = text[max(0, first.start - 40) : first.start]
    if len(chain) == 1 and first.kind in "BRIMLT":
        inverted = (
            first.kind == "B"
            and first.start - ends[-1] == 2
            and before.endswith(", ")
            and not first.flags & words.FREQUENT
            and not first.text.isupper()
        )
        cued = (
            first.kind in "BI"
            and not first.flags & words.FREQUENT
            and first.folded not in v.BENIGN
            and cues.cue(before).name
            and not (first.kind == "B" and machines.made_of_words(first.text))
        )
        if not (inverted or cued) or first.flags & words.MEDICAL:
            return
        ends.append(first.end)
        yield Span(first.start, first.end, "NAME", WORDS)
        return
    starts_sentence = not before or cues.opens_sentence(before)
    heads = [i for i, word in enumerate(chain) if word.kind == "F"]
    if heads and (facility := facilities.facility(text, chain, heads[-1], starts_sentence)) is not None:
        ends.append(facility[0].end)
        yield facility[0]
        rest = chain[facility[1] :]
        if rest:
            yield from judge(text, rest, ends)
        return
    for span in _names(text, chain, before, starts_sentence):
        ends.append(span.end)
        yield span


def _names(text: str, chain: list[Word], before: str, starts_sentence: bool) -> Iterator[Span]:
    cue = cues.cue(before)
    strong_cue = cue.name
    plain = all(word.kind in "BA" for word in chain)
    picked = [picks(text, chain, i, starts_sentence, strong_cue, before, plain) for i in range(len(chain))]
    if not any(picked) and _is_place(text, chain, before, starts_sentence):
        picked = [word.kind not in "RL" for word in chain]
    i, n = 0, len(chain)
    while i < n:
        if not picked[i]:
            i += 1
            continue
        last = i
        for j in range(i + 1, n):
            if picked[j] or _joins(text, chain[j], chain[j - 1]):
                last = j
            elif not (j + 1 < n and picked[j + 1] and chain[j].kind in "BM"):
                break
        begin = i
        while (
            begin > 0
            and chain[begin - 1].kind in ("IXAML" if begin == 1 else "IXAM")
            and not (begin == 1 and starts_sentence and _opens(chain[0]))
        ):
            begin -= 1
        if begin and chain[begin - 1].folded in _BEARINGS and text[chain[begin - 1].end : chain[begin].start] == " ":
            begin -= begin > 1 or not starts_sentence
        end = chain[last].end
        if chain[last].kind == "I" and text[end : end + 1] == ".":
            end += 1
        after = text[end : end + 48]
        if (
            after[:1] in (",", " ")
            and after[1:3].lstrip()[:1].isupper()
            and (state := _STATE.match(text, end)) is not None
            and (state.group(1) is None or state.group(1) in _STATE_CODES)
        ):
            end = state.end()
        category = None
        if after[1:2].islower() and (small := _SMALL_HEAD.match(text, end)) is not None:
            end, category = small.end(), "FACILITY"
        start = chain[begin].start
        ahead = cue if begin == 0 else cues.cue(text[max(0, start - 40) : start])
        category = category or _category(chain[begin : last + 1], ahead)
        start = cues.extended(text, start)
        if category == "LOCATION" and (code := _POSTCODE.match(text, end)) is not None:
            end = code.end()
        yield Span(start, end, category, WORDS)
        i = last + 1


_POSTCODE = re.compile(r",? \d{3,6}(?: \d{2})?\b(?=[,.;)\n]|$| (?:in|on|to|for|and|as|with)\b)")


_STATE = re.compile(r",? ([A-Z]{2})\b(?!\.?\w)|, (?:" + "|".join(v.STATE_NAMES) + r")\b")
_STATE_CODES = frozenset(code.upper() for code in v.STATES) | {"ZZ", "YY", "XX"}
_SMALL_HEAD = re.compile(
    r"(?:['\u2019]s)?(?: (?!and |or |in |to |for |from |at |with |was |has |is )[a-z]+['\u2019]?s?)? (?:clinic|hospital|facility|med(?:ical)? (?:center|centre|ctr)|health (?:center|centre)|ctr|hospice|pharmacy)\b"
)


_BEARINGS = v.listed(
    "north south east west new port lake upper lower great little old mount fort san santa los las el la"
)


def _opens(word: Word) -> bool:
    """Whether a word at the start of a sentence is more likely an ordinary one."""
    return bool(word.flags & words.FREQUENT and not word.flags & words.GIVEN_STRONG) and len(word.text) > 1


def _joins(text: str, word: Word, previous: Word) -> bool:
    """Whether `word` continues the name that ends with `previous`."""
    if word.kind in "IXANUPL":
        return not chains.is_eponym(text, word) or word.kind in "IL"
    between = text[previous.end : word.start]
    if word.kind == "R":
        return previous.kind in "NUA" and between == " " and bool(previous.flags & words.GIVEN)
    if word.kind not in "BM" or previous.kind not in "NUAIP" or word.folded in v.EPONYM_HEAD:
        return False
    if between.strip() in v.PARTICLES or (between == " " and word.folded in v.SETTLEMENTS):
        return True
    if between == " & ":
        return bool(word.flags & words.SURNAME)
    if between not in (" ", "-", ". ") or _is_code(word):
        return False
    if previous.flags & words.GIVEN_STRONG and text[word.end : word.end + 1] in (
        ",",
        ".",
        ";",
        ":",
        "\n",
        ")",
        "'",
        "",
    ):
        return not word.text.isupper() or previous.text.isupper()
    name = word.flags & (words.NAME | words.PLACE) or not word.flags & words.FREQUENT or word.folded in v.STREET
    return bool(name and (not word.flags & words.MEDICAL or word.flags & words.STRONG_NAME))


def _is_code(word: Word) -> bool:
    """Whether a word is written as programs write theirs, with a capital inside: `MobileDeviceUpdater`."""
    spelled = word.text
    return not spelled.isupper() and not spelled[1:].islower() and spelled.isalpha() and word.flags == 0


def _is_place(text: str, chain: list[Word], before: str, starts_sentence: bool) -> bool:
    """Whether a chain of ordinary words is the name of a place: `lives in Orchid Bay`, `seen at Mass General`."""
    if len(chain) < 2 or len(chain) > 4 or (starts_sentence and not _STRONG_PLACE_CUE.search(before)):
        return False
    if any(word.text.isupper() and len(word.text) > 1 for word in chain) and not _STRONG_PLACE_CUE.search(before):
        return False
    if any(word.flags & words.MEDICAL and not word.flags & words.FREQUENT for word in chain) or chains.is_eponym(
        text, chain[-1]
    ):
        return False
    if chain[-1].folded in v.STREET or chain[-1].folded in v.SETTLEMENTS:
        return bool(chain[0].flags & (words.NAME | words.PLACE) or cues.cue(before).place)
    named = sum(bool(word.flags & (words.NAME | words.PLACE)) for word in chain)
    return bool(_STRONG_PLACE_CUE.search(before)) or (
        named * 2 >= len(chain) and bool(_THERE.search(before) or facilities.ADMITTED.search(before))
    )


_THERE = re.compile(r"\b(?:at|in|from|near)\s$")
_STRONG_PLACE_CUE = re.compile(
    r"(?:\b(?:lives? (?:in|at|on|near)|living in|resid(?:es|ing|ent of|ed) (?:in|at|near)?|staying (?:in|at)|born in|grew up in|moved (?:to|from)|relocated (?:to|from)|travell?ed (?:to|from)|native of"
    r"|based (?:in|near)|domiciled in|(?:home|home ?town|patient's city|locality|city|town|municipality|village|region|area|residence|domicile|community|geography|location|living in|destination city)(?: (?:is|was|given by[^.:\n]{0,30}|recorded as|on the referral|on file|provided[^.:\n]{0,24}|for [a-z ]{3,24}))*))[\s:;,.>|=(\[-]{1,4}$",
    re.IGNORECASE,
)


def _category(chain: list[Word], cue: cues.Cue) -> str:
    if cue.name:
        return "NAME"
    flags = 0
    for word in chain:
        flags |= word.flags
    if chain[0].kind == "P" and not flags & words.STRONG_NAME:
        return "LOCATION"
    if cue.place and not (flags & words.GIVEN_STRONG and len(chain) > 1):
        return "LOCATION"
    return "NAME"
