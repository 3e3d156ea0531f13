"""What pages for people outside are made of."""

from datetime import date

import pytest

from sallyport_cli.pages.charts import bars, columns, histogram, quantile
from sallyport_cli.pages.render import duration, moment, visible
from sallyport_cli.pages.sheets import cell


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\u00a0="])
def test_no_cell_begins_a_formula(begins: str) -> None:
    assert cell(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("character", ["\t", "\r", "\n", "\x00", "\u202e", "\u200b", "\ufeff", "\u2028", "\ud800"])
def test_what_cannot_be_seen_is_spelled_out(character: str) -> None:
    assert visible(f"a{character}=b") == f"a\\u{ord(character):04x}=b"
    # Before a formula it is text like any other.
    assert cell(f"{character}=1") == f"\\u{ord(character):04x}=1"


def test_a_cell_is_text_of_its_value() -> None:
    assert [cell(value) for value in (None, True, 7, ("a", "b"), "Łódź 🏥")] == ["", "yes", "7", "a b", "Łódź 🏥"]


def test_bars_are_sorted_and_the_rest_is_added_up() -> None:
    counted = {f"agent-{number:02}": number for number in range(1, 21)}
    made = bars(counted)
    assert [bar.value for bar in made[:3]] == [20, 19, 18]
    assert len(made) == 12
    assert made[-1].label == "9 others"
    assert sum(bar.value for bar in made) == sum(counted.values())
    assert (made[-1].share, made[0].share) == (100.0, 44.44)


def test_a_long_period_has_columns_of_several_days() -> None:
    days = {date(2026, 1, 1): 2, date(2026, 12, 31): 3, date(2027, 1, 1): 5}
    made = columns(days, date(2026, 1, 1), date(2026, 12, 31))
    assert len(made) <= 40
    assert (made[0].value, made[-1].value, sum(column.value for column in made)) == (2, 3, 5)
    assert made[-1].last == date(2026, 12, 31)
    assert [column.share for column in columns({}, date(2026, 1, 1), date(2026, 1, 1))] == [0.0]


def test_quantiles_and_histograms_count_every_value_once() -> None:
    seconds = {10: 5, 100: 4, 100_000: 1}
    assert [quantile(seconds, share) for share in (0.5, 0.9, 0.95)] == [10, 100, 100_000]
    assert quantile({}, 0.5) is None
    made = histogram(seconds, ((60, "minute"), (3_600, "hour"), (86_400, "more")))
    assert [(bar.label, bar.value) for bar in made] == [("minute", 5), ("hour", 4), ("more", 1)]


def test_times_are_told_in_utc_and_in_two_units() -> None:
    assert moment("2026-11-02T10:00:00.500+02:00") == "2026-11-02 08:00:00"
    assert moment("none") == "none"
    assert [duration(seconds) for seconds in (0, 59, 61, 7_260, 90_000)] == [
        "0 s",
        "59 s",
        "1 min 1 s",
        "2 h 1 min",
        "1 d 1 h",
    ]
