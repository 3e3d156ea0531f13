"""The word lists: what is compiled is what the lists say, and a table finds its words and nothing else."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bench.masking_lexicon.compiled import LEXICON, compiled
from sallyport.masking.lexicon.table import Table, pack

ROOT = Path(__file__).parents[3]
WORDS = st.dictionaries(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1), st.integers(0, 0x3FFF))


def test_what_is_loaded_is_compiled_from_the_lists_as_they_are() -> None:
    current = compiled(ROOT / LEXICON) == (ROOT / LEXICON / "compiled.bin").read_bytes()
    assert current, "the lists have changed: `make lexicon`"


@given(WORDS, st.text())
def test_a_table_knows_its_words_with_their_flags_and_no_others(words: dict[str, int], other: str) -> None:
    table = Table(pack(words))
    assert {word: table.get(word, -1) for word in words} == words
    assert table.get(other, -1) == words.get(other, -1)
    assert (other in table) == (other in words)


def test_a_text_that_spells_the_inside_of_a_table_is_no_word_of_it() -> None:
    table = Table(pack({"ada": 1, "eve": 2, "adam": 3}))
    for text in ("", "\n", "\t", "ad", "dam", "ada\t", "\nada", "ada\t\x80\x81\neve", "\x80", "ada\udcff"):
        assert text not in table


def test_tables_are_the_same_bytes_whatever_the_order_of_the_words() -> None:
    assert pack({"ada": 1, "eve": 2}) == pack({"eve": 2, "ada": 1})
