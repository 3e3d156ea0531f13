"""Two texts that differ look different."""

import pytest

from sallyport.domain.display import exact, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("on call", "on call"),
        ("on  call", r"on \u{20}call"),
        ("[URL-1]", r"\u{5b}URL-1]"),
        ("[a, b]", "[a, b]"),
        ("café", "café"),
        ("cafe\u0301", r"cafe\u{301}"),
        ("ﬁle", r"\u{fb01}le"),
        ("ｐrod", r"\u{ff50}rod"),
        ("аpple", r"\u{430}pple"),
        ("東京", "東京"),
        ("pay\u202eout", r"pay\u{202e}out"),
        ("a\u2800b", r"a\u{2800}b"),
        (r"\u{202e}", r"\u{5c}u{202e}"),
    ],
)
def test_what_takes_effect_is_told_from_what_looks_like_it(text: str, shown: str) -> None:
    assert exact(text) == shown


def test_context_is_spelled_out_only_where_it_cannot_be_seen() -> None:
    assert visible("on  call, café, ｐrod, [URL-1]") == "on  call, café, ｐrod, [URL-1]"
