# ruff: noqa: E501 - lists and names are read one by one
"""Technical names that identify somebody, kind by kind: people and numbers as `people.py` made them up, in many
spellings."""

from __future__ import annotations

import base64
import random
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from typing import Any

type Lot = random.Random
type Made = Callable[[Lot], str]

PLACES = (
    "{}",
    "{}/",
    "exports/{}/",
    "patients/{}/notes/",
    "{}.json",
    "raw/2025/11/{}.csv",
    "i-0abc12345def67890/{}/",
    "id={}/",
)
SEPARATORS = ("-", "_", ".", "+", "/", "%20")
HOMOGLYPHS = str.maketrans("aeopcxyAEOPCXTMHKB", "аеорсхуАЕОРСХТМНКВ")  # Cyrillic on purpose


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\s.-]+", re.sub(r"['\u2019`]", "", name)) if part.isascii() and part.isalpha()]


def _joined(given: str, family: str, lot: Lot, separators: tuple[str, ...] = SEPARATORS) -> str:
    """One way of writing a name: either order, any separator, small or capitalised."""
    parts = [given, family] if lot.random() < 0.6 else [family, given]
    separator = lot.choice(separators)
    name = separator.join(part for piece in parts for part in _parts(piece))
    return lot.choice([name.lower(), name, name.lower(), name.upper() if "%" not in name else name])


def _camel(given: str, family: str, lot: Lot) -> str:
    parts = [*_parts(given), *_parts(family)]
    return "".join(part.capitalize() for part in (parts if lot.random() < 0.7 else parts[::-1]))


def _cued(cues: str, make: Made) -> Made:
    listed = cues.split()
    return lambda lot: f"{lot.choice(listed)}{lot.choice('-_=/')}{make(lot)}"


def _mrn(lot: Lot) -> str:
    return lot.choice(
        [
            f"{lot.randrange(10**6, 10**8)}",
            f"{lot.randrange(10**7):07}",
            f"SB-{lot.randrange(10**6):06}",
            f"A{lot.randrange(10**7):07}",
        ]
    )


def _ssn(number: str, lot: Lot) -> str:
    return lot.choice(
        [
            number,
            number,
            number.replace("-", ""),
            number.replace("-", "_"),
            number.replace("-", "."),
            "ssn-" + number.replace("-", ""),
        ]
    )


def _card(number: str, lot: Lot) -> str:
    return lot.choice([number, "-".join(re.findall(r"\d{1,4}", number)), "_".join(re.findall(r"\d{1,4}", number))])


def _phone(number: str, lot: Lot) -> str:
    digits = re.sub(r"[() ]+", "-", number).strip("-")
    return lot.choice([number, digits, urllib.parse.quote(number), digits.replace("-", ".")])


def _birth(day: str, lot: Lot) -> str:
    y, m, d = day.split("-")
    return lot.choice([day, f"{y}{m}{d}", f"{m}-{d}-{y}", f"{y}_{m}_{d}", f"{y}/{m}/{d}"])


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _base64(text: str, lot: Lot) -> str:
    encode = lot.choice([base64.b64encode, base64.urlsafe_b64encode])
    encoded = encode(text.encode()).decode()
    return encoded if lot.random() < 0.5 else encoded.rstrip("=")


def _any_of(pairs: Sequence[Sequence[str]]) -> Made:
    return lambda lot: _joined(*_two(lot.choice(pairs)), lot)


def _two(pair: Sequence[str]) -> tuple[str, str]:
    given, family = pair
    return given, family


def kinds(people: Mapping[str, Any]) -> dict[str, Made]:
    """What makes one value of each kind."""
    numbers = people["numbers"]
    everybody = [_two(pair) for pairs in people["names"].values() for pair in pairs]

    def of(kind: str, write: Callable[[str, Lot], str]) -> Made:
        return lambda lot: write(lot.choice(numbers[kind]), lot)

    def named(write: Callable[[str, str, Lot], str]) -> Made:
        return lambda lot: write(*lot.choice(everybody), lot)

    def either(lot: Lot) -> str:
        return lot.choice(
            [
                of("ssn", lambda n, _: n),
                named(lambda g, f, draw: _joined(g, f, draw, ("-", "_", " "))),
                of("email", lambda n, _: n),
            ]
        )(lot)

    made: dict[str, Made] = {
        "SSN": of("ssn", _ssn),
        "MRN with a cue": _cued("mrn MRN patient_mrn medical_record_number chart mrn_no", _mrn),
        "member id with a cue": _cued("member member_id insurance_id subscriber policy_number", lambda lot: lot.choice("WXYZ") + "".join(lot.choices("0123456789", k=9))),
        "passport with a cue": _cued("passport passport_no passport_number", of("passport", lambda n, _: n)),
        "birth date with a cue": _cued("dob birthdate date_of_birth birth_date born", of("birth", _birth)),
        "e-mail": of("email", lambda n, lot: lot.choice([n, n.replace("@", "%40")])),
        "phone": of("phone", _phone),
        "card": of("card", _card),
        "IBAN": of("iban", lambda n, lot: lot.choice([n, "-".join(re.findall(r".{1,4}", n))])),
        "name in camel case": named(_camel),
        "percent-encoded": lambda lot: _percent(either(lot)),
        "percent-encoded twice": lambda lot: urllib.parse.quote(_percent(either(lot))),
        "base64": lambda lot: _base64(either(lot), lot),
        "full width": lambda lot: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in either(lot)),
        "homoglyphs": named(lambda g, f, lot: _joined(g, f, lot, ("-", "_")).translate(HOMOGLYPHS)),
    }  # fmt: skip
    for source, pairs in people["names"].items():
        made[f"name, {source}"] = _any_of(pairs)
    return made


def values(people: Mapping[str, Any], kind: str, n: int) -> list[str]:
    """`n` values of a kind, always the same, each somewhere in a path."""
    lot = random.Random(f"sensitive {kind}")  # noqa: S311 - a fixed sample
    make = kinds(people)[kind]
    return [lot.choice(PLACES).format(make(lot)) for _ in range(n)]
