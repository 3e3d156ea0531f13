"""Languages are files: each masks its sentences, and another one is added by what docs/masking.md says."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from bench.masking_lexicon.compiled import LEXICON, compiled
from sallyport.masking import mask_json

ROOT = Path(__file__).parents[3]
MASKING = ROOT / LEXICON.parent
SENTENCES = tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))
ROWS = [(language, said, shown) for language, rows in SENTENCES.items() for said, shown in rows.items()]


@pytest.mark.parametrize(("language", "said", "shown"), ROWS)
def test_a_language_masks_its_sentences(language: str, said: str, shown: str) -> None:
    assert mask_json(said) == shown


def test_every_language_that_has_dates_or_streets_has_sentences() -> None:
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / LEXICON).glob("*.toml")}
    assert {language for language, purposes in files.items() if {"dates", "places"} & set(purposes)} <= set(SENTENCES)


def test_a_language_is_added_as_the_documentation_says(tmp_path: Path) -> None:
    """The documentation's Esperanto, in a copy of the layer: one file and its sentences, and the compiled form."""
    section = (
        (ROOT / "docs" / "masking.md").read_text(encoding="utf-8").split("## Languages")[1].split("## Word lists")[0]
    )
    written, sentences = (textwrap.dedent(block) for block in re.findall(r"```toml\n(.*?)```", section, re.DOTALL))
    python = tmp_path / "python"
    shutil.copytree(MASKING, python / "sallyport" / "masking", ignore=shutil.ignore_patterns("__pycache__"))
    lexicon = python / "sallyport" / "masking" / "lexicon"
    (lexicon / "eo.toml").write_text(written, encoding="utf-8")
    (lexicon / "compiled.bin").write_bytes(compiled(lexicon))
    rows: dict[str, str] = tomllib.loads(sentences)["eo"]
    assert masked(python, list(rows)) == list(rows.values())
    assert masked(ROOT / "layers" / "core" / "python", list(rows)) != list(rows.values())


def masked(layer: Path, sentences: list[str]) -> list[str]:
    """`sentences` as the masking of a layer shows them, in an interpreter of its own."""
    script = (
        "import sys; from sallyport.masking import mask_json; [print(mask_json(line.strip())) for line in sys.stdin]"
    )
    environment = {"PYTHONPATH": str(layer), "PATH": os.defpath, "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=environment, input="\n".join(sentences), capture_output=True, text=True,
        check=True, encoding="utf-8",
    )  # fmt: skip
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ('[dates]\nmonth = "januaro"', "dates.month is no purpose"),
        ('[dates]\nmonths = "Januaro"', "months has capitals"),
    ],
)
def test_a_purpose_that_nobody_asks_for_and_a_capital_are_refused(tmp_path: Path, written: str, complaint: str) -> None:
    lexicon = tmp_path / "lexicon"
    shutil.copytree(ROOT / LEXICON, lexicon, ignore=shutil.ignore_patterns("__pycache__", "compiled.bin"))
    (lexicon / "eo.toml").write_text(written, encoding="utf-8")
    with pytest.raises(SystemExit, match=complaint):
        compiled(lexicon)


def test_every_purpose_of_english_is_asked_for_and_every_one_asked_for_is_there() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in MASKING.rglob("*.py"))
    asked = set(re.findall(r"""\btopic\(["']([a-z_.]+)""", code))
    english = tomllib.loads((ROOT / LEXICON / "en.toml").read_text(encoding="utf-8"))
    assert asked == {f"{group}.{name}" for group, purposes in english.items() for name in purposes}


def test_no_month_stands_in_the_code() -> None:
    for path in MASKING.rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"februar|\bfeb\|", text), path
