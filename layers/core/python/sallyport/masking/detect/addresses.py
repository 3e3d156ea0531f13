"""Postal addresses: from something that only addresses have, outwards over what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sallyport.masking import words
from sallyport.masking.detect import vocabulary as v
from sallyport.masking.spans import Span

MAX_TOKENS = 14  # to each side of an anchor; the longest postal addresses have about ten parts

_UNIT = r"(?:(?i:apt|apartment|suite|ste|unit|fl(?:oor)?|r(?:oo)?m|bldg|lot|trlr)\b\.? ?\#?\d{1,5}[A-Za-z]?\b|\#\d{1,5}[A-Za-z]?\b)"
_BOX = r"(?:(?i:p\.? ?o\.? ?box|post(?:al)? ?box|postbox|postfach|apartado|casilla|cmr|psc) \d{1,6}(?:,? [Bb]ox \d{1,6})?|(?i:apo|fpo|dpo) (?i:a[aep]) \d{5}|\b(?i:USNS|USS|USCGC|USNV|USNAV) [^\W\d_]+)"
_STREETS = "|".join(sorted(v.STREET, key=len, reverse=True))
_ENDINGS = "|".join(v.STREET_ENDINGS)
_CAPS = r"[^\W\d_a-z][^\W_]*(?:['\u2019.-][^\W_]+)*"
_SMALL = r"de|do|da|dos|das|del|della|di|du|des|la|le|los|las|el|of|upon|and|nad|pod|am|an der|y|e"
ANCHOR = re.compile(
    rf"(?P<unit>\b{_UNIT})|(?P<box>\b{_BOX})"
    rf"|(?P<numbered>\b\d{{1,6}}[A-Za-z]?(?:[-/]\d{{1,4}})? (?:[NSEW]\.? )?(?:\d{{1,3}}(?:st|nd|rd|th|ST|ND|RD|TH) )?(?:[^\W\d_][\w'\u2019.-]* ){{0,4}}?(?i:{_STREETS})\b\.?)"
    rf"|(?P<ordinal>\b\d{{1,3}}(?:st|nd|rd|th) (?i:street|st|avenue|ave|road|rd|blvd|drive|dr|lane)\b)"
    rf"|(?P<ending>(?:\d{{1,6}} )?[^\W\d_][\w'\u2019-]{{1,30}}(?i:{_ENDINGS})\.?(?: \d{{1,4}}[A-Za-z]?\b|(?=[,\n])))"
    rf"|(?P<named>(?:{_CAPS} ){{1,3}}(?:Street|St\.|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Drive|Court|Parkway|Pkwy|Highway|Hwy|Turnpike|Freeway|Crescent|STREET|AVENUE|ROAD|LANE|DRIVE)\b(?! (?i:hospital|clinic|center|centre|medical|health)))"
    rf"|(?P<foreign>\b(?i:rua|rúa|via|calle|c/|avda?\.?|avenida|paseo|plaza|camino|carrera|rue|chemin|impasse|quai|viale|piazz(?:a|etta)|corso|ul\.|ulica|trg|al\.|allée|strada|largo|rambla) (?:(?:{_SMALL}|d'|l') ?){{0,2}}{_CAPS}(?:,? {_CAPS}){{0,3}}(?: \d{{1,4}})?)"
    rf"|(?P<corner>\b(?i:the )?(?i:corner|intersection) of [^.;:!?\n]{{3,60}}? and [^\W_][\w'\u2019.]*(?: [^\W_][\w'\u2019.]*){{0,3}}?(?: \d{{1,4}}|(?=[^\w ]|$| [a-z]{{2,3}} )))"
    rf"|(?P<zip>\b[A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?\b(?! ?(?:mg|mL|IU)))"
    rf"|(?P<code>\b(?i:zip|postal|post|pin)[ -]?(?:[Cc]ode)?[\s:=#]{{1,3}}(?:is )?(?P<value>\d{{3,6}}(?:-\d{{3,4}})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{{1,2}}\d[A-Z0-9]? ?\d[A-Z]{{2}})\b)"
    rf"|(?P<uk>\b[A-Z]{{1,2}}\d[A-Z0-9]? \d[ABD-HJLNP-UW-Z]{{2}}\b)|(?P<ca>\b[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d\b)"
    rf"|(?P<between>(?<![\w.-])\d{{1,6}} (?P<name>{_CAPS}(?: {_CAPS}){{0,3}}) \d{{1,4}}(?=\s*(?:[,\n]|$| (?i:apt|suite|ste)\b)))"
    rf"|(?P<lives>\b(?i:lives? (?:on|at|in)|living (?:on|at)|resid(?:es|ing) (?:on|at|in)|north side of|south side of|east side of|west side of|address(?: is)?:?|located at) (?P<where>(?:\d{{1,6}} )?{_CAPS}(?:,? (?:(?:{_SMALL}) )?{_CAPS}){{0,5}} \d{{1,5}})\b)"
)
_RIGHT = re.compile(
    rf"(?:,? ?\r?\n[>\s]{{0,4}},? ?| ?, ?| - | )(?:(?P<unit>{_UNIT})|(?P<state>[A-Z]{{2}}\b(?=[ ,]{{1,2}}\d{{3,5}}|[.,;)\n]|$| [a-z]))|(?P<number>\d{{1,6}}(?:-\d{{3,4}})?\b(?![./:%-]?\d| ?(?i:mg|year|day|week|month|hour|mm|am|pm)))|(?P<cap>{_CAPS}\.?)|(?P<small>(?:{_SMALL}|nan|street|st\.)\b))"
)
_LEFT = re.compile(
    rf"(?P<number>(?<![\w/.-])\d{{1,6}}[A-Za-z]?)[ ,]{{1,2}}$|(?P<unit>\b{_UNIT})[ ,]{{1,2}}$|(?P<cap>(?<![\w'-]){_CAPS}\.?)(?:[ ,]{{1,2}}|,? ?\n[>\s]{{0,4}})$"
    rf"|(?P<deep>(?<![\w/.-])\d{{1,6}}),? ?\n[>\s]{{0,4}}$|(?P<small>\b(?:{_SMALL}|ul\.|u\.)) $"
)


_NUMBER = re.compile(r"[\d#](?<![\w.,$/%][\d#])\d{0,5}(?:[A-Za-z]|st|nd|rd|th)?(?![\w%/]|[.,:]\d)")
_FOLLOWING = re.compile(r"(?: (?:\d{1,4}(?:st|nd|rd|th)?|[^\W\d_][\w'\u2019.-]*)){1,5}")
_BEFORE = re.compile(r"([^\W\d_][\w'\u2019.-]*)[ ,:=#]{1,3}$")
_PREFIXES = frozenset("apt apartment suite ste unit fl floor rm room bldg lot trlr box postbox postfach apartado casilla cmr psc zip postal code zipcode postcode is".split())
_NAMED = tuple(f" {name}" for name in "Street St. Avenue Ave Road Rd Boulevard Blvd Lane Drive Court Parkway Pkwy Highway Hwy Turnpike Freeway Crescent STREET AVENUE ROAD LANE DRIVE".split())
_FOREIGN = ("ua ", "\u00faa ", "ia ", "alle ", "vda", "venida ", "aseo ", "laza ", "amino ", "arrera ", "ue ", "hemin ", "mpasse ", "uai ", "iale ", "iazz", "orso ", "ul. ", "lica ", "rg ", "al. ", "ll\u00e9e ", "trada ", "argo ", "ambla ")
_FOREIGN_WORD = re.compile(r"\b(?i:rua|r\u00faa|via|calle|avda|av|avenida|paseo|plaza|camino|carrera|rue|chemin|impasse|quai|viale|piazza|piazzetta|corso|ul|ulica|trg|al|all\u00e9e|strada|largo|rambla)\b\.? [^\W\d_]")
_ODD = ("corner of", "ntersection of", "USNS", "USS ", "USCGC", "USNV", "usns", "uss ", "uscgc", "usnv", "APO ", "FPO ", "DPO ", "apo ", "fpo ", "dpo ")
_ENDING_TAIL = tuple(v.STREET_ENDINGS)
_STATE_ZIP = re.compile(r"[A-Z](?<![\w][A-Z])[A-Z],? \d{5}\b")
_POSTCODE = re.compile(r"[A-Z](?<![\w][A-Z])(?:[A-Z]?\d[A-Z0-9]? ?\d[A-Z]{2}|\d[A-Z] ?\d[A-Z]\d)\b")


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of `text` in which an address may have its anchor, in order of what was looked for."""
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before = _BEFORE.search(text, max(0, start - 24), start)
        word = before.group(1).strip(".").lower() if before is not None else ""
        if word in _PREFIXES or text[start] == "#":
            yield max(0, start - 26), end + 4
            continue
        if word.endswith(_ENDING_TAIL) and before is not None:
            yield before.start(), end + 1
            continue
        if text[end : end + 1] == " ":
            following = _FOLLOWING.match(text, end)
            if following is None:
                continue
            parts = following.group().split()
            if parts[0] in _UNITS_OF_MEASURE:
                continue
            if any(part.rstrip(".,").lower() in v.STREET or part.endswith(_ENDING_TAIL) for part in parts) or parts[-1].isdigit() and parts[0][0].isupper() or match.group()[-2:] in ("th", "st", "nd", "rd"):
                yield max(0, start - 10), following.end() + 8
    if any(name in text for name in _NAMED):
        for name in _NAMED:
            at = text.find(name)
            while at >= 0:
                yield max(0, at - 40), at + len(name) + 2
                at = text.find(name, at + 1)
    if any(name in text for name in _FOREIGN):
        for match in _FOREIGN_WORD.finditer(text):
            yield match.start(), match.end() + 70
    for odd in _ODD:
        if (at := text.find(odd)) >= 0:
            yield max(0, at - 6), at + 110
    for pattern in (_STATE_ZIP, _POSTCODE):
        for match in pattern.finditer(text):
            yield match.start(), match.end() + 1
    if "live" in text or "esid" in text or "side of" in text or "address" in text or "located" in text:
        for match in _LIVES.finditer(text):
            yield match.start(), match.end() + 90


_LIVES = re.compile(r"\b(?:lives? (?:on|at|in)|living (?:on|at)|resid(?:es|ing) (?:on|at|in)|(?:north|south|east|west) side of|address(?: is)?:?|located at) (?=[A-Z0-9])")
_UNITS_OF_MEASURE = frozenset("mg mcg g kg ml mL cm mm year years yr yrs day days week weeks month months hour hours minutes times tablets units mmHg bpm percent points patients y/o yo mEq IU mmol".split())


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of `_places`, joined where they touch, cut at spaces."""
    low = high = -1
    for start, end in sorted(_places(text)):
        if start > high:
            if high >= 0:
                yield low, high
            low, high = start, end
        else:
            high = max(high, end)
    if high >= 0:
        yield low, high


def _anchors(text: str) -> Iterator[re.Match[str]]:
    for low, high in _windows(text):
        while low > 0 and text[low - 1].isalnum():
            low += 1
        while high < len(text) and text[high - 1 : high].isalnum() and text[high].isalnum():
            high += 1
        yield from ANCHOR.finditer(text, low, min(high, len(text)))


def find(text: str) -> Iterator[Span]:
    """Addresses in `text`, each as one span."""
    done = 0
    for match in _anchors(text):
        kind = match.lastgroup
        if match.start() < done or kind is None:
            continue
        if kind in ("value", "code"):
            yield Span(match.start("value"), match.end("value"), "ADDRESS", "address")
            continue
        if kind in ("lives", "where"):
            end = _rightwards(text, match.end(), kind)
            yield Span(match.start("where"), end, "ADDRESS", "address")
            done = end
            continue
        if not _credible(match, kind):
            continue
        start = match.start() if kind in ("corner", "uk", "ca") else _leftwards(text, match.start(), kind, done)
        end = match.end() if kind in ("uk", "ca") else _rightwards(text, match.end(), kind)
        done = end
        yield Span(start, end, "ADDRESS", "address")


def _credible(match: re.Match[str], kind: str) -> bool:
    """Whether what looks like an address can be one: `2 day course` and `3 Point Scale` cannot."""
    piece = match.group()
    if kind == "numbered":
        parts = piece.split()[1:]
        street = words.fold(parts[-1]).strip(".")
        if all(part.islower() for part in parts):
            return street in v.STREET_SURE and len(parts) >= 2 and not all(words.lexicon().get(words.fold(part), 0) & words.MEDICAL for part in parts)
        if len(parts) == 1:
            return street in v.STREET_SURE and not parts[0].islower()
        return parts[-1][0].isupper() and all(part[0].isupper() or part in v.PARTICLES or part[0].isdigit() for part in parts) or street in v.STREET_SURE
    if kind == "named":
        parts = piece.split()
        return parts[-1][0].isupper() and words.fold(parts[0]) not in v.GENERIC
    if kind == "foreign":
        return not piece.islower() or piece[-1].isdigit()
    if kind == "unit":
        return piece[0] in "#asAS" or piece[0].isupper()
    if kind == "ending":
        return piece[0].isdigit() or piece[-1].isdigit() and (not piece[0].islower() or len(piece) > 12)
    if kind == "zip":
        return piece[:2] not in ("BP", "HR", "RR", "ID", "NO", "ML", "MG", "IU", "PT", "IN") or piece[2] == " "
    if kind == "between":
        return any(not words.flags_of(part) & words.ORDINARY for part in match.group("name").split())
    return True


def _rightwards(text: str, end: int, kind: str) -> int:
    """How far an address reaches after its anchor."""
    numbers = 0
    for _ in range(MAX_TOKENS):
        match = _RIGHT.match(text, end)
        if match is None:
            break
        group = match.lastgroup
        piece = match.group(group or 0)
        broken = "\n" in match.group()
        if group == "cap":
            if len(piece.rstrip(".")) == 1:
                break
            flags = words.flags_of(piece.rstrip("."))
            after = text[match.end() : match.end() + 2]
            if ":" in after or broken and _heading(text, match.start("cap")):
                break
            if piece[-1] == "." and after[:1] in (" ", "\n", ""):
                end = match.end() - 1
                break
            ordinary = flags & words.FREQUENT and not flags & (words.NAME | words.PLACE | words.REGION)
            if words.fold(piece) in _STOP or broken and ordinary and words.fold(piece) not in v.STREET:
                break
        elif group == "number":
            numbers += 1
            if numbers > 2 or broken and len(piece) < 3 and kind != "unit":
                break
        elif group == "small":
            follow = _RIGHT.match(text, match.end())
            if follow is None or follow.lastgroup not in ("cap", "number") and piece not in ("nan", "street"):
                break
        end = match.end()
    return end


_STOP = frozenset("phone tel telephone fax email e-mail mobile dob ssn mrn seen the patient i she he his her treatment chart age call date upload instructions encounter on at".split())


def _heading(text: str, at: int) -> bool:
    """Whether the line that begins here is a new statement and not the rest of an address."""
    line = text[at : at + 90].partition("\n")[0]
    return any(mark in line[:24] for mark in (":", "|", ">>", "=", " . ")) or len(line.split()) > 7 or ". " in line[5:]


def _leftwards(text: str, start: int, kind: str, floor: int) -> int:
    """How far an address reaches before its anchor."""
    numbers = 0
    for _ in range(MAX_TOKENS):
        match = _LEFT.search(text, max(floor, start - 40), start)
        if match is None:
            break
        group = match.lastgroup
        if group in ("number", "deep"):
            numbers += 1
            if numbers > 2 or kind == "zip" and group == "deep":
                break
        elif group == "cap":
            piece = match.group("cap")
            folded = words.fold(piece.rstrip("."))
            if piece[0].islower() or folded in _STOP or "\n" in match.group() and kind not in ("unit", "zip", "box"):
                break
            if kind not in ("unit", "zip") or words.flags_of(piece.rstrip(".")) & words.FREQUENT and folded not in v.STREET:
                break
        elif group == "small" and kind not in ("unit", "zip"):
            break
        start = match.start()
    return start
