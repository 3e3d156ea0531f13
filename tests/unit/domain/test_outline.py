"""Context as lines that people read: two documents that differ never give the same ones."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sallyport.domain.outline import outline, paragraphs

_MEAN = st.text(st.sampled_from('ab: -\n"│↪1{}[]\u200b'), max_size=5)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 30) | st.floats(allow_nan=False, width=16) | _MEAN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_MEAN, inner, max_size=3),
    max_leaves=6,
)


def test_documents_that_differ_are_told_apart() -> None:
    seen: dict[str, str] = {}

    @settings(max_examples=3000, deadline=None)
    @given(DOCUMENTS)
    def holds(document: Any) -> None:
        written = json.dumps(document)
        assert seen.setdefault("\n".join(outline(document)), written) == written

    holds()
    assert len(seen) > 1000


def test_an_outline_reads_as_people_write() -> None:
    document = {"patient": {"name": "[NAME-1]", "visits": [{"at": "ward-7", "n": 1}, {"at": "ward-8"}]}, "none": []}
    assert outline(document) == [
        "patient:",
        "  name: [NAME-1]",
        "  visits:",
        "    - at: ward-7",
        "      n: 1",
        "    - at: ward-8",
        "none: []",
    ]


def test_a_long_line_goes_on_with_a_mark() -> None:
    lines = paragraphs("a" * 2000)
    assert [line[0] for line in lines] == ["a", "↪", "↪"]
    assert "".join(lines).replace("↪ ", "") == "a" * 2000
