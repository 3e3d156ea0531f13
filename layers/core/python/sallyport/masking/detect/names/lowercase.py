"""Names and places that are in lowercase: whole texts without capitals, and single ones in other texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import machines, words
from sallyport.masking.detect import facilities
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.detect.names import kinds, phrases
from sallyport.masking.detect.names.row import SMALL_CUED, SMALL_GIVEN, SMALL_PAIR, SMALL_PLACE
from sallyport.masking.detect.names.words import Entries, capitals
from sallyport.masking.detect.reading import Reading
from sallyport.masking.lexicon import listed, topic
from sallyport.masking.lexicon.patterns import alternatives
from sallyport.masking.spans import Span

_SMALL = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_NEXT = re.compile(r"[ ](?:([a-z])\.|((?:van |de |la |von |o')?[a-z][a-z'-]+)|([a-z])\b(?! [a-z]{2}))")
_CUED = re.compile(
    rf"\b(?:(?:{alternatives(topic('lowercase.whose_names'))}) (?:{alternatives(topic('lowercase.naming'))})"
    rf"|{alternatives(topic('lowercase.names'))})"
    r" ([a-z][a-z'-]+(?: [a-z]\.?(?= ))?(?: [a-z][a-z'-]+)?)"
)
_FACILITY = re.compile(
    rf"\b(?:{alternatives(topic('facilities.lowercase_before'))}) (?:the |our )?((?:[a-z][\w.'\u2019&-]* ){{1,4}}?"
    rf"(?:{alternatives(topic('facilities.lowercase_ends'))})s?)\b"
)
_PLACE = re.compile(
    rf"\b(?:{alternatives(topic('lowercase.places'))}) ((?:st\.? )?[a-z][a-z'\u2019-]+(?: [a-z][a-z'-]+){{0,2}})"
)


def _given() -> frozenset[str]:
    """Given names that are hardly ever ordinary words."""
    return listed("lowercase_given")


def _perhaps_given() -> frozenset[str]:
    """Given names that are everyday words as well: with a clear family name after, they are names."""
    return listed("lowercase_perhaps_given")


def _surnames() -> frozenset[str]:
    """Common family names that are nothing else."""
    return listed("lowercase_surnames")


def _places() -> frozenset[str]:
    """Words that only occur in names of places, in lowercase."""
    return listed("lowercase_places")


def find(reading: Reading) -> Iterator[Span]:
    """Names and places in lowercase."""
    text, present = reading.text, reading.words
    if text.islower() and len(text) > 12 and " " in text:
        entries = reading.memory.entries
        raised = _raised(text, entries)
        yield from phrases.find(raised, capitals(raised, entries))
    if given := _given() & present:
        yield from _names(text, given)
    if (surnames := _surnames() & present) and (given := _perhaps_given() & present):
        yield from _pairs(text, given, surnames)
    if present & _NAME_CUES or (("dr" in text or "mr" in text) and _TITLE.search(text)):
        yield from _cued(text)
    if present & _HEADS:
        yield from _facilities(text)
    if present & _places():
        for match in _PLACE.finditer(text):
            if (end := _place(match.group(1))) is not None:
                yield Span(match.start(1), match.start(1) + end, "LOCATION", SMALL_PLACE)


_TITLES = topic("lowercase.short_titles")
_TITLE = re.compile(r"[dm](?<!\w[dm])rs?\.? [a-z]")
_NAME_CUES = topic("lowercase.name_cues")
_HEADS = topic("facilities.lowercase_heads")


# A word is part of a path, an address or a program when one of these touches it, or a point or colon inside a token.
_CODE = frozenset("=_{}<>\\/@$\x02")
# Texts that speak of people: only there, or where nothing is said of computers, is an unknown lowercase word a name.
_PERSONAL = topic("lowercase.people")


_ARTICLES = topic("lowercase.articles")


def _facilities(text: str) -> Iterator[Span]:
    for match in _FACILITY.finditer(text):
        parts = match.group(1).split()
        if _ARTICLES.intersection(parts[1:]):
            continue  # to message the clinic
        heads = sum(part.strip(".") in v.FACILITY for part in parts)
        rest = [part for part in parts if part.strip(".") not in v.FACILITY]
        known = {part: words.lexicon().get(words.fold(part), 0) for part in rest}
        if heads and any(
            part not in v.GENERIC and (not flags & words.MEDICAL or flags & words.FREQUENT)
            for part, flags in known.items()
        ):
            yield Span(match.start(1), match.end(1), "FACILITY", facilities.LOWERCASE)


_ALONE = re.compile(r"(?<![\w@.'-])[a-z]+(?![\w@'-])")
_PAIR = re.compile(r"(?<![\w@.'-])[a-z]+ ([a-z]+)(?![\w@'-])")


def _each(text: str, word: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """The matches of `pattern` that begin with `word`, a run of lowercase letters, and with nothing longer.

    No pattern is made of the word itself, because `re` remembers those that it has compiled.
    """
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        match = None if text[end : end + 1].isalpha() else pattern.match(text, at)
        if match is not None:
            yield match
            end = match.end()
        at = text.find(word, end)


def _names(text: str, given: set[str] | frozenset[str]) -> Iterator[Span]:
    for word in given:
        for match in _each(text, word, _ALONE):
            follow = _NEXT.match(text, match.end())
            if follow is None:
                continue
            initial, surname, bare = follow.groups()
            flags = words.lexicon().get(surname.rpartition(" ")[2], 0) if surname else 0
            closed = text[follow.end() : follow.end() + 1] in (",", ".", ";", ":", ")", "'", "\n", "")
            named = (
                (flags & words.SURNAME and not flags & words.FREQUENT)
                or (flags & words.SURNAME_STRONG and not flags & words.MEDICAL and closed)
                or (surname and surname.startswith(("van ", "de ", "von ", "o'")))
            )
            if initial or (bare and not text.islower()) or named:
                yield Span(match.start(), follow.end(), "NAME", SMALL_GIVEN)


def _pairs(text: str, given: frozenset[str] | set[str], surnames: frozenset[str] | set[str]) -> Iterator[Span]:
    for word in given:
        for match in _each(text, word, _PAIR):
            if match.group(1) in surnames:
                yield Span(match.start(), match.end(), "NAME", SMALL_PAIR)


def _cued(text: str) -> Iterator[Span]:
    for match in _CUED.finditer(text):
        parts = match.group(1).split()
        keep = 0
        for i, part in enumerate(parts):
            flags = words.lexicon().get(part.strip("."), 0)
            if (
                (len(part.strip(".")) == 1 and i)
                or (flags & words.NAME and not (flags & words.FREQUENT and not flags & words.STRONG_NAME))
                or (not flags and len(part) > 2 and not words.flags_of(part))
            ):
                keep = i + 1
            else:
                break
        if keep and (
            keep > 1
            or not words.lexicon().get(parts[0], 0) & words.FREQUENT
            or text[match.start() : match.start() + 2] in _TITLES
        ):
            yield Span(match.start(1), match.start(1) + len(" ".join(parts[:keep])), "NAME", SMALL_CUED)


def _place(phrase: str) -> int | None:
    parts = phrase.split(" ")
    for count in range(len(parts), 1, -1):
        if " ".join(parts[:count]).replace(".", "") in words.place_phrases():
            flags = words.lexicon().get(parts[0], 0)
            return len(" ".join(parts[:count])) if not flags & words.MEDICAL else None
    flags = words.lexicon().get(words.fold(parts[0]), 0)
    if (parts[0] in v.PLACE_SHORT and len(parts[0]) > 2) or (
        flags & words.PLACE_STRONG and not flags & (words.ORDINARY | words.REGION)
    ):
        return len(parts[0])
    return None


def _raised(text: str, entries: Entries) -> str:
    """A text without capitals with capitals where names, places and unknown words are; offsets stay."""
    out, end = [], 0
    found = [(match.start(), match.group()) for match in _SMALL.finditer(text)]
    spelled = {word for _, word in found}
    # Next to a marker lowercase letters say little: what is masked may have been the only capitals.
    unknown = "\x02" not in text and (spelled & _PERSONAL or not _about_computers(spelled))
    wanted = kinds.SPEAKING if unknown else kinds.NAME | kinds.PLACE
    before: tuple[str, bool] = ("", False)  # the word before: itself, and whether it is somebody's name
    for i, (start, word) in enumerate(found):
        _, flags, kind, *_ = entries[word.capitalize()]
        following = found[i + 1][1] if i + 1 < len(found) else ""
        raised = (
            (kind & wanted and word not in v.STREET and word not in words.things())
            or (kind == kinds.FACILITY and word in v.FACILITY_STRONG)
            or (kind == kinds.EVERYDAY and _somebody(flags, *before, following, entries))
        ) and not (_in_code(text, start, start + len(word)) or ("-" in word and machines.made_of_words(word)))
        if raised and len(word) > 1 and len(word[0].upper()) == 1:
            out += [text[end:start], word[0].upper()]
            end = start + 1
        before = (word, raised and bool(kind & kinds.IN_NAMES))
    return "".join(out) + text[end:]


def _about_computers(spelled: set[str]) -> bool:
    """Whether a text with these words speaks of computers: two words of computing, or one that is nothing else."""
    known = spelled & words.technical()
    return len(known) > 1 or any(not words.lexicon().get(word, 0) & words.COMMON for word in known)


def _in_code(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` touches what only paths, addresses and programs are written with."""
    left, right = text[start - 1 : start], text[end : end + 1]
    if left in _CODE or right in _CODE:
        return True
    after, before = text[end + 1 : end + 2], text[start - 2 : start - 1]
    return (right in (".", ":") and (after.isalnum() or after == ":")) or (
        left in (".", ":") and (before.isalnum() or before == ":")
    )


def _somebody(
    flags: int,
    before: str,
    named: bool,  # noqa: FBT001 - what `before` holds
    following: str,
    entries: Entries,
) -> bool:
    """Whether an everyday word that is a name as well is one here: after a title or a given name, before a surname."""
    if before in v.TITLES or (named and flags & words.SURNAME_STRONG):
        return True
    return bool(flags & words.GIVEN_STRONG and following and entries[following.capitalize()].kind == kinds.NAME)
