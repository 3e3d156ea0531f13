"""Instants, block ids, and text as a person must see it."""

import re
import sys
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.domain.cards import block_id, digests_of
from sallyport.domain.clock import instant, stamp, stamp_seconds
from sallyport.domain.display import visible

# Unicode's Default_Ignorable_Code_Point as far as they are no control or format characters, and the blank braille
# pattern.
BLANK = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180D, 0x180F, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFFA0]
BLANK += [0xE0100, 0xE01EF, 0xE0041, 0xE007F]


def test_instants_are_utc_with_milliseconds() -> None:
    at = datetime(2026, 11, 2, 12, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(at) == "2026-11-02T10:00:00.123Z"
    assert stamp_seconds(at) == "2026-11-02T10:00:00Z"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - made aware
def test_instants_read_back(at: datetime) -> None:
    assert abs(instant(stamp(at)) - at) < timedelta(milliseconds=1)


def test_block_id_carries_both_digests_within_slacks_limit() -> None:
    made = block_id("aa" * 32, "bb" * 32)
    assert len(made) <= 255
    assert digests_of(made) == ("aa" * 32, "bb" * 32)


@pytest.mark.parametrize("text", ["", "x", "other:a:b", "sallyport:a", "sallyport:a:b:c"])
def test_a_block_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        digests_of(text)


def test_text_that_turns_the_line_around_is_spelled_out() -> None:
    assert visible("file\u202egpj.exe") == "file\\u{202e}gpj.exe"
    assert visible("a\u200bb\u00adc\ufeff") == "a\\u{200b}b\\u{ad}c\\u{feff}"
    assert visible("a\x00\x1b[31m\x7f") == "a\\u{0}\\u{1b}[31m\\u{7f}"


def test_plain_text_in_any_language_is_left_alone() -> None:
    text = "Grüße, 日本語, مرحبا, e\u0301\n\tindented"
    assert visible(text) == text


@pytest.mark.parametrize("code", BLANK)
def test_characters_that_show_nothing_are_spelled_out(code: int) -> None:
    assert visible(f"a{chr(code)}b") == f"a\\u{{{code:x}}}b"


def test_no_control_format_or_odd_space_character_gets_through() -> None:
    odd = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
    codes = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in odd]
    assert len(codes) > 900_000
    shown = visible("é".join(codes)).split("é")
    assert {code for code, seen in zip(codes, shown, strict=True) if code in seen} == {"\n", "\t", " "}


@given(st.text())
def test_two_texts_that_differ_also_look_different(text: str) -> None:
    shown = visible(text)
    assert re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), shown) == text


def test_an_escape_that_somebody_typed_does_not_pass_for_ours() -> None:
    assert visible("\\u{202e}") != visible("\u202e")
