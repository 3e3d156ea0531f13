"""Operations payloads with identifiers planted: templates of our own, filled from a fixed seed.

`<<full>>` is planted, a person's name; `<<inst>>` is made, a machine's; a `2` behind a person's name is a second person.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from bench.operations.documents import Document, Path_, Span, leaves, merged

HERE = Path(__file__).parent
_SLOT = re.compile(r"<<([a-z0-9_]+?)>>")
_REGIONS = ("us-east-1", "eu-central-1", "us-west-2", "ap-southeast-2", "ca-central-1")
_SPACES = ("intake-prod", "checkout", "billing", "portal-staging", "data-ingest")
_BUCKETS = ("clinic-raw", "northgate-exports-prod", "intake-archive-eu", "etl-landing-zone", "portal-uploads")
_BASE64 = string.ascii_letters + string.digits + "+/"
_ALNUM = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits
_HEX = "0123456789abcdef"


class Person:
    """One made-up person in the spellings of operations."""

    def __init__(self, chance: random.Random, names: dict[str, list[str]]) -> None:
        self.given, self.family = chance.choice(names["given"]), chance.choice(names["family"])
        given, family = _ascii(self.given), _ascii(self.family)
        self.full = f"{self.given} {self.family}"
        self.dotted = f"{given}.{family}"
        self.slug = f"{given}-{family}"
        self.email = (
            f"{chance.choice((self.dotted, given[0] + family, f'{given}_{family}'))}@{chance.choice(names['domains'])}"
        )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ı", "i"))
    return re.sub(r"[^a-z]", "", plain.encode("ascii", "ignore").decode().lower())


PERSONAL = {"full": "NAME", "given": "NAME", "family": "NAME", "dotted": "NAME", "slug": "NAME", "email": "EMAIL"}
_DATES = ("{y}-{m:02}-{d:02}", "{m:02}/{d:02}/{y}", "{d:02}.{m:02}.{y}", "{y}{m:02}{d:02}")
PLANTED: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "phone": ("PHONE", lambda c: c.choice((f"+1 {c.randint(201, 989)}-555-{c.randint(0, 9999):04}", f"({c.randint(201, 989)}) 555-{c.randint(0, 9999):04}",
                                           f"+44 20 7946 {c.randint(0, 999):04}", f"+49 30 {c.randint(2300000, 9999999)}"))),
    "mrn": ("MRN", lambda c: c.choice((f"{c.randint(10**6, 10**7 - 1)}", f"{c.randint(0, 99999):07}", f"HV-{c.randint(100000, 999999)}"))),
    "ssn": ("SSN", lambda c: f"{c.randint(101, 665)}-{c.randint(10, 99)}-{c.randint(1000, 9999)}"),
    "dob": ("DATE", lambda c: c.choice(_DATES[:3]).format(y=c.randint(1931, 2009), m=c.randint(1, 12), d=c.randint(1, 28))),
    "card": ("CARD", lambda c: _card(c)),
    "password": ("SECRET", lambda c: c.choice(("Tr0ub4dor&3", "h0rse-Battery", "Winter2025!", "pa55W0rd#", "zK9!mQ2v")) + _some(c, _ALNUM, 5)),
    "aws_secret": ("SECRET", lambda c: _some(c, _BASE64, 40)),
    "gh": ("SECRET", lambda c: "ghp_" + _some(c, _ALNUM, 36)),
    "slack": ("SECRET", lambda c: f"xoxb-{c.randint(10**11, 10**12 - 1)}-{c.randint(10**11, 10**12 - 1)}-{_some(c, _ALNUM, 24)}"),
    "jwt": ("SECRET", lambda c: ".".join(_packed(part) for part in ('{"alg":"HS256","typ":"JWT"}', f'{{"sub":"{c.randint(1, 9**9)}"}}')) + "." + _some(c, _ALNUM, 43)),
    "stripe": ("SECRET", lambda c: "sk_live_" + _some(c, _ALNUM, 24)),
    "google": ("SECRET", lambda c: "AIza" + _some(c, _ALNUM, 35)),
    "alnum32": ("SECRET", lambda c: _some(c, _ALNUM, 32)),
    "alnum36": ("SECRET", lambda c: _some(c, _ALNUM, 36)),
    "pem": ("SECRET", lambda c: "-----BEGIN PRIVATE KEY-----\n" + "\n".join(_some(c, _BASE64, 64) for _ in range(4)) + "\n-----END PRIVATE KEY-----"),
}  # fmt: skip
OPTIONAL: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "akia": ("SECRET", lambda c: "AKIA" + _some(c, _UPPER, 16)),
    "ipx": ("IP", lambda c: f"{c.randint(20, 99)}.{c.randint(1, 254)}.{c.randint(1, 254)}.{c.randint(1, 254)}"),
}
MADE: dict[str, Callable[[random.Random], str]] = {
    "inst": lambda c: "i-0" + _some(c, _HEX, 16),
    "vol": lambda c: "vol-0" + _some(c, _HEX, 16),
    "snap": lambda c: "snap-0" + _some(c, _HEX, 16),
    "ami": lambda c: "ami-0" + _some(c, _HEX, 16),
    "eni": lambda c: "eni-0" + _some(c, _HEX, 16),
    "vpc": lambda c: "vpc-" + _some(c, _HEX, c.choice((8, 17))),
    "subnet": lambda c: "subnet-" + _some(c, _HEX, c.choice((8, 17))),
    "sg": lambda c: "sg-" + _some(c, _HEX, c.choice((8, 17))),
    "acct": lambda c: str(c.randint(10**11, 10**12 - 1)),
    "region": lambda c: c.choice(_REGIONS),
    "az": lambda c: c.choice(_REGIONS) + c.choice("abc"),
    "uuid": lambda c: "-".join(_some(c, _HEX, n) for n in (8, 4, 4, 4, 12)),
    "ulid": lambda c: "01" + _some(c, "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24),
    "sha1": lambda c: _some(c, _HEX, 40),
    "sha256": lambda c: _some(c, _HEX, 64),
    "hex16": lambda c: _some(c, _HEX, 16),
    "hex32": lambda c: _some(c, _HEX, 32),
    "hexup14": lambda c: _some(c, _HEX, 14).upper(),
    "hash10": lambda c: _some(c, "bcdfghjklmnpqrstvwxz2456789", 10),
    "b64sha": lambda c: _some(c, _BASE64, 43) + "=",
    "b64fp": lambda c: _some(c, _BASE64, 43),
    "b64long": lambda c: "AQEB" + _some(c, _BASE64, 120) + "==",
    "alnum9": lambda c: _some(c, _ALNUM, 9),
    "alnum14": lambda c: _some(c, _ALNUM, 14),
    "alnum24": lambda c: _some(c, _ALNUM, 24),
    "alnumup6": lambda c: _some(c, _UPPER, 6),
    "alnumup13": lambda c: _some(c, _UPPER, 13),
    "alnumup26": lambda c: _some(c, _UPPER, 26),
    "aida": lambda c: "AIDA" + _some(c, _UPPER, 17),
    "aroa": lambda c: "AROA" + _some(c, _UPPER, 17),
    "ts": lambda c: (
        f"2025-{c.randint(1, 12):02}-{c.randint(1, 28):02}T{c.randint(0, 23):02}:{c.randint(0, 59):02}:{c.randint(0, 59):02}Z"
    ),
    "tslog": lambda c: (
        f"2025-{c.randint(1, 12):02}-{c.randint(1, 28):02} {c.randint(0, 23):02}:{c.randint(0, 59):02}:{c.randint(0, 59):02},{c.randint(0, 999):03}"
    ),
    "epoch": lambda c: str(c.randint(1740000000000, 1763000000000)),
    "ip": lambda c: f"10.{c.randint(0, 254)}.{c.randint(0, 254)}.{c.randint(1, 254)}",
    "ns": lambda c: c.choice(_SPACES),
    "bucket": lambda c: c.choice(_BUCKETS),
    "pod": lambda c: (
        f"intake-api-{_some(c, 'bcdfghjklmnpqrstvwxz2456789', 10)}-{_some(c, 'bcdfghjklmnpqrstvwxz2456789', 5)}"
    ),
    "image": lambda c: (
        f"{c.randint(10**11, 10**12 - 1)}.dkr.ecr.{c.choice(_REGIONS)}.amazonaws.com/checkout:{_semver(c)}"
    ),
    "semver": lambda c: _semver(c),
    **{f"num{n}": (lambda c, n=n: str(c.randint(10 ** (n - 1), 10**n - 1))) for n in range(1, 9)},  # type: ignore[misc]
}


def documents(half: str, seed: int, each: int) -> Iterator[Document]:
    """Every template of a half (dev.yaml, heldout.yaml), filled `each` times."""
    names: dict[str, list[str]] = json.loads((HERE / "people.json").read_text(encoding="utf-8"))
    templates: list[dict[str, Any]] = yaml.safe_load((HERE / f"{half}.yaml").read_text(encoding="utf-8"))
    for template in templates:
        for number in range(each):
            chance = random.Random(f"{seed}/{template['id']}/{number}")  # noqa: S311 - test data
            fill = _Filler(chance, names)
            if "text" in template:
                text, spans = fill(template["text"])
                yield Document(f"{template['id']}/{number}", text, {(): spans})
            else:
                found: dict[Path_, tuple[Span, ...]] = {}
                content = fill.all(template["json"], (), found)
                yield Document(f"{template['id']}/{number}", content, found)


class _Filler:
    """Fills one document: the same two people throughout, everything else anew."""

    def __init__(self, chance: random.Random, names: dict[str, list[str]]) -> None:
        self._chance = chance
        self._people = {"": Person(chance, names), "2": Person(chance, names)}

    def __call__(self, template: str) -> tuple[str, tuple[Span, ...]]:
        written, at, spans = "", 0, []
        for slot in _SLOT.finditer(template):
            written += template[at : slot.start()]
            value, label, required = self._value(slot[1])
            if label:
                spans.append(Span(len(written), len(written) + len(value), label, required))
            written += value
            at = slot.end()
        return written + template[at:], merged(spans)

    def all(self, value: Any, path: Path_, found: dict[Path_, tuple[Span, ...]]) -> Any:
        """A JSON template filled, its spans put into `found`."""
        if isinstance(value, dict):
            return {key: self.all(item, (*path, key), found) for key, item in value.items()}
        if isinstance(value, list):
            return [self.all(item, (*path, at), found) for at, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        text, spans = self(value)
        if spans:
            found[path] = spans
        return text

    def _value(self, name: str) -> tuple[str, str, bool]:
        second = name.removesuffix("2")
        if second in PERSONAL:
            return getattr(self._people["2" if second != name else ""], second), PERSONAL[second], True
        if name in PLANTED or name in OPTIONAL:
            label, make = (PLANTED | OPTIONAL)[name]
            return make(self._chance), label, name in PLANTED
        return MADE[name](self._chance), "", False


def _some(chance: random.Random, letters: str, count: int) -> str:
    return "".join(chance.choice(letters) for _ in range(count))


def _semver(chance: random.Random) -> str:
    return f"v{chance.randint(1, 9)}.{chance.randint(0, 40)}.{chance.randint(0, 9)}"


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _card(chance: random.Random) -> str:
    digits = [4, *(chance.randint(0, 9) for _ in range(14))]
    doubled = [d if at % 2 else (2 * d - 9 if d > 4 else 2 * d) for at, d in enumerate(digits)]
    number = "".join(map(str, digits)) + str(-sum(doubled) % 10)
    return chance.choice((number, " ".join(number[at : at + 4] for at in range(0, 16, 4))))


def used(template: dict[str, Any]) -> set[str]:
    """The slots of a template."""
    texts = (
        [template["text"]]
        if "text" in template
        else [leaf for _, leaf in leaves(template["json"]) if isinstance(leaf, str)]
    )
    return {slot for text in texts for slot in _SLOT.findall(text)}
