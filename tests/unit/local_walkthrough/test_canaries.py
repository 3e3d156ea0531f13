"""A search that cannot find anything would pass for ever: each form is planted, and found."""

import base64
import gzip
import html
import json
import quopri
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.canaries import Hit, scan

CANARIES = {
    "name": "Zoë Brändlemoor",
    "mrn": "48211973",
    "phone": "(415) 555-0142",
    "key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "email": "zoe+clinic@mail.example",
    "odd": 'O"Quill & <Söns> \U0001d5e6',
}

FORMS: dict[str, Callable[[str], str | bytes]] = {
    "plain": lambda value: f"before {value} after",
    "plain, folded": lambda value: value.upper(),
    "bytes": lambda value: value.encode(),
    "gzip": lambda value: gzip.compress(f"line\n{value}\n".encode()),
    "json": lambda value: json.dumps({"a": value}),
    "json in json": lambda value: json.dumps({"body": json.dumps({"a": value})}),
    "json in json in json": lambda value: json.dumps([json.dumps([json.dumps([value])])]),
    "json, every character": lambda value: "".join(
        f"\\u{int.from_bytes(unit, 'big'):04x}" for c in value for unit in _units(c)
    ),
    "url": lambda value: f"https://x.example/?a={quote(value, safe='')}&b=1",
    "url, form": lambda value: f"payload={quote_plus(value)}",
    "url twice": lambda value: quote(quote(value, safe=""), safe=""),
    "html": html.escape,
    "html, numbered": lambda value: "".join(f"&#{ord(c)};" for c in value),
    "json in a form": lambda value: "payload=" + quote_plus(json.dumps({"text": html.escape(value)})),
    "base64": lambda value: base64.b64encode(value.encode()),
    "base64, after 1": lambda value: base64.b64encode(b"x" + value.encode() + b"yy"),
    "base64, after 2": lambda value: base64.b64encode(b"xx" + value.encode() + b"y"),
    "base64, for URLs": lambda value: base64.urlsafe_b64encode(b"{" + value.encode() + b"}"),
    "base64 of JSON": lambda value: base64.b64encode(json.dumps({"a": value}).encode()),
    "base64 in a URL": lambda value: quote(base64.b64encode(value.encode()).decode(), safe=""),
    "base64, wrapped": lambda value: base64.encodebytes(b"." * 50 + value.encode() + b"." * 50),
    "base64, wrapped, in JSON": lambda value: json.dumps(base64.encodebytes(b"." * 50 + value.encode()).decode()),
    "base64, in the middle of a word": lambda value: f"abc{base64.b64encode(value.encode()).decode()}",
    "base64 of a form of JSON": lambda value: base64.b64encode(quote_plus(json.dumps([value])).encode()),
    "hex": lambda value: value.encode().hex(),
    "hex, upper": lambda value: value.encode().hex(":").upper(),
    "quoted-printable": lambda value: quopri.encodestring(value.encode()),
    "utf-16": lambda value: f"{value}".encode("utf-16-le") if value.isascii() else value,
}


def _units(character: str) -> list[bytes]:
    encoded = character.encode("utf-16-be")
    return [encoded[i : i + 2] for i in range(0, len(encoded), 2)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("canary", CANARIES)
def test_a_planted_value_is_found_in_every_form(canary: str, form: str) -> None:
    hits = scan([("a sink", FORMS[form](CANARIES[canary]))], CANARIES)
    assert {(hit.source, hit.canary) for hit in hits} == {("a sink", canary)}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_found_where_nothing_was_planted(form: str) -> None:
    assert scan([("a sink", FORMS[form]("Zoe Brandlemoor (415) 555-0143 48211974"))], CANARIES) == []


def test_a_hit_names_the_text_and_the_canary_and_never_shows_the_value() -> None:
    hits = scan([("clean", "nothing"), ("log", f"x{CANARIES['mrn']}x")], CANARIES)
    assert hits == [Hit("log", "mrn", "plain")]
    assert CANARIES["mrn"] not in repr(hits)


def test_a_value_that_would_be_found_by_chance_is_refused() -> None:
    with pytest.raises(ValueError, match="too short to search for: year"):
        scan([], {"year": "1957"})


def test_a_compressed_text_that_is_broken_is_still_searched() -> None:
    assert scan([("sink", b"\x1f\x8b" + CANARIES["mrn"].encode())], CANARIES) == [Hit("sink", "mrn", "plain")]


@given(before=st.binary(max_size=30), after=st.binary(max_size=30), value=st.text(min_size=8, max_size=40))
def test_base64_of_a_longer_text_cannot_hide_a_value(before: bytes, after: bytes, value: str) -> None:
    data = before + value.encode() + after
    assert scan([("sink", base64.b64encode(data))], {"value": value})
