"""Operations payloads with identifiers planted: templates of our own, filled from a fixed seed.

In a template `<<full>>` is a person's name and `<<full2>>` a second person's; what else stands there is in slots.yaml.
"""

from __future__ import annotations

import json
import random
import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.operations.documents import Document, Path_, Span

HERE = Path(__file__).parent
_SLOT = re.compile(r"<<([a-z0-9_]+?)>>")
_PIECE = re.compile(r"\{(?:(\w+) (\d+)|(\d+)\.\.(\d+))\}")
_SETS = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "alnum": string.ascii_letters + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "base64": string.ascii_letters + string.digits + "+/",
    "crockford": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
    "pod": "bcdfghjklmnpqrstvwxz2456789",
}
_PERSONAL = {"full": "NAME", "given": "NAME", "family": "NAME", "dotted": "NAME", "slug": "NAME", "email": "EMAIL"}
_UNJOINED = str.maketrans("łŁøØı", "lLoOi")  # letters that Unicode does not take apart


class Person:
    """One made-up person in the spellings of operations."""

    def __init__(self, chance: random.Random, names: dict[str, list[str]]) -> None:
        self.given, self.family = chance.choice(names["given"]), chance.choice(names["family"])
        given, family = _ascii(self.given), _ascii(self.family)
        self.full = f"{self.given} {self.family}"
        self.dotted, self.slug = f"{given}.{family}", f"{given}-{family}"
        mailbox = chance.choice((self.dotted, given[0] + family, f"{given}_{family}"))
        self.email = f"{mailbox}@{chance.choice(names['domains'])}"


def documents(half: str, seed: int, each: int) -> Iterator[Document]:
    """Every template of a half (dev.yaml, heldout.yaml), filled `each` times."""
    names: dict[str, list[str]] = json.loads((HERE / "people.json").read_text(encoding="utf-8"))
    slots: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "slots.yaml").read_text(encoding="utf-8"))
    templates: list[dict[str, Any]] = yaml.safe_load((HERE / f"{half}.yaml").read_text(encoding="utf-8"))
    for template in templates:
        for number in range(each):
            fill = _Filling(random.Random(f"{seed}/{template['id']}/{number}"), names, slots)  # noqa: S311 - test data
            found: dict[Path_, tuple[Span, ...]] = {}
            content = fill.all(template["text"] if "text" in template else template["json"], (), found)
            yield Document(f"{template['id']}/{number}", content, found)


class _Filling:
    """One document: the same two people throughout, everything else anew."""

    def __init__(
        self, chance: random.Random, names: dict[str, list[str]], slots: dict[str, dict[str, list[str]]]
    ) -> None:
        self._chance, self._slots = chance, slots
        self._people = {False: Person(chance, names), True: Person(chance, names)}

    def all(self, value: Any, path: Path_, found: dict[Path_, tuple[Span, ...]]) -> Any:
        """A template filled, the spans of what was planted put into `found`."""
        if isinstance(value, dict):
            return {key: self.all(item, (*path, key), found) for key, item in value.items()}
        if isinstance(value, list):
            return [self.all(item, (*path, at), found) for at, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        written, at, spans = "", 0, []
        for slot in _SLOT.finditer(value):
            written += value[at : slot.start()]
            filled, label, required = self._value(slot[1])
            if label:
                spans.append(Span(len(written), len(written) + len(filled), label, required))
            written += filled
            at = slot.end()
        if spans:
            found[path] = tuple(spans)
        return written + value[at:]

    def _value(self, name: str) -> tuple[str, str, bool]:
        """What stands in a slot, its label ("" for a machine's name), and whether it must be masked."""
        personal = name.removesuffix("2")
        if personal in _PERSONAL:
            return getattr(self._people[personal != name], personal), _PERSONAL[personal], True
        for kind in ("planted", "optional"):
            if name in self._slots[kind]:
                label, *spellings = self._slots[kind][name]
                return self._made(spellings), label, kind == "planted"
        return self._made(self._slots["made"][name]), "", False

    def _made(self, spellings: list[str]) -> str:
        chance = self._chance

        def piece(match: re.Match[str]) -> str:
            letters, count, first, last = match.groups()
            if letters:
                return "".join(chance.choice(_SETS[letters]) for _ in range(int(count)))
            return str(chance.randint(int(first), int(last))).zfill(len(first))

        if spellings == ["card"]:
            return _card(chance)
        return _PIECE.sub(piece, chance.choice(spellings))


def _ascii(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.translate(_UNJOINED))
    return re.sub(r"[^a-z]", "", apart.encode("ascii", "ignore").decode().lower())


def _card(chance: random.Random) -> str:
    """A card number that passes Luhn's check."""
    digits = [4, *(chance.randint(0, 9) for _ in range(14))]
    summed = sum(digit if at % 2 else digit * 2 - 9 * (digit > 4) for at, digit in enumerate(digits))
    number = "".join(map(str, digits)) + str(-summed % 10)
    return chance.choice((number, " ".join(number[at : at + 4] for at in range(0, 16, 4))))
