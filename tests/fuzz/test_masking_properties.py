"""What masking must hold for whatever input; `fuzz_masking.py` beside it looks for counterexamples with coverage."""

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sallyport.masking import mask_json
from tests.support import disguises

RELAXED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

WORDS = st.sampled_from(
    [
        "the",
        "patient",
        "John",
        "Smith",
        "Mercy",
        "Hospital",
        "MRN",
        "SSN",
        "phone",
        "on",
        "at",
        "of",
        "in",
        "Dr.",
        "May",
        "Will",
        "12",
        "555",
        "2023-01-02",
        "[NAME-1]",
        "'x'",
        "key=\n",
        "Apt",
        "St.",
        "Parkinson",
        "disease",
        "token",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "|",
        "^",
        "~",
        "\\",
        '"',
        "PID",
        "MSH",
        "INSERT",
        "INTO",
        "VALUES",
        "(",
        ")",
        "#",
        "@",
        "%",
        "&",
        ";",
        "\u200b",
        "а",
        "１",
        "�",
    ]
)
TEXT = st.one_of(
    st.text(max_size=80), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)
)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), TEXT)
KEY = st.one_of(
    TEXT, st.sampled_from(["name", "ssn", "dob", "notes", "resourceType", "value", "rows", "columns", "address", "id"])
)
DOCUMENT = st.recursive(
    SCALAR, lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(KEY, inner, max_size=5)), max_leaves=20
)

IDENTIFIERS = {
    "ssn": "987-65-4321",
    "phone": "(202) 555-0143",
    "email": "jane.doe@example.org",
    "card": "4111 1111 1111 1111",
    "name": "Katherine Johnson",
    "mrn": "MRN-4471882",
    "date": "March 14, 1987",
    "ip": "203.0.113.77",
    "key": "AKIAQYLPMN5HHHFPZAM2",
}
TEMPLATES = (
    "{}",
    "Seen today: {}.",
    "Patient {} was admitted, please export the record.",
    "reason: follow-up for {} (urgent)",
    "{}\n",
    "a; b; {}; c",
)
DISGUISES: dict[str, Callable[[str], str]] = disguises.DISGUISES | {
    "plain": lambda value: value,
    "percent": urllib.parse.quote,
    "entities": lambda value: "".join(f"&#{ord(char)};" for char in value),
    "full width": lambda value: "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in value),
    "zero width": "\u200b".join,
    "json": lambda value: json.dumps({"q": value}),
    "json in json": lambda value: json.dumps({"body": json.dumps({"q": value})}),
    "base64": lambda value: base64.b64encode(f"note about {value} from the ward".encode()).decode(),
    "html": lambda value: html.escape(f"<p>{value}</p>"),
}


def shape(value: Any) -> Any:
    """Containers, their sizes and what is no text: all that masking may not change."""
    if isinstance(value, dict):
        return ["dict", *[shape(item) for item in value.values()]]
    if isinstance(value, list):
        return ["list", *[shape(item) for item in value]]
    return "null" if value is None else "bool" if isinstance(value, bool) else "leaf"


def visible(text: Any) -> str:
    return re.sub(r"\[[A-Z_0-9]+-\d+\]", " ", text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))


@RELAXED
@given(DOCUMENT)
def test_shape_stays_and_nothing_crashes(document: Any) -> None:
    assert shape(mask_json(document)) == shape(document)


@RELAXED
@given(DOCUMENT)
def test_masking_twice_changes_nothing(document: Any) -> None:
    once = mask_json(document)
    assert repr(mask_json(once)) == repr(once)


@RELAXED
@given(st.sampled_from(sorted(IDENTIFIERS)), st.sampled_from(TEMPLATES), st.sampled_from(sorted(DISGUISES)), DOCUMENT)
def test_a_planted_identifier_is_never_returned(kind: str, template: str, disguise: str, around: Any) -> None:
    value = IDENTIFIERS[kind]
    disguised = DISGUISES[disguise](value)
    masked = visible(
        mask_json(
            {
                "reason": template.format(disguised) if disguise in ("plain", "percent", "entities") else disguised,
                "context": [around],
            }
        )
    )
    assert value not in masked
    assert disguised not in masked


@RELAXED
@given(st.integers(1, 400), st.sampled_from(["[", '{"a":', "%25", "(", "\\u005c", "Aa ", "1-", "'", "\u202e"]))
def test_nesting_and_repetition_finish(times: int, piece: str) -> None:
    assert isinstance(mask_json({"reason": piece * times}), dict)
