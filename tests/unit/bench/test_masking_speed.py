"""bench.masking_speed times two checkouts in turns, on the same documents."""

import gzip
import json
from pathlib import Path

import pytest

from bench import masking_speed

# A masking that takes so much processor time for each document.
MASKING = """
import time
def mask_json(document):
    assert document in ("Ada came", {{"who": "Bob"}})
    end = time.process_time() + {seconds}
    while time.process_time() < end:
        pass
"""


def checkout(folder: Path, seconds: float) -> Path:
    package = folder / "layers" / "core" / "python" / "sallyport" / "masking"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MASKING.format(seconds=seconds), encoding="utf-8")
    return folder


def test_the_faster_checkout_is_told_with_its_ratio(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = tmp_path / "few.dev.jsonl.gz"
    with gzip.open(corpus, "wt", encoding="utf-8") as out:
        documents = [{"text": "Ada came"}, {"json": {"who": "Bob"}}, {"text": "never read"}]
        out.writelines(f"{json.dumps(document)}\n" for document in documents)
    sides = ["--before", str(checkout(tmp_path / "a", 0.02)), "--after", str(checkout(tmp_path / "b", 0.005))]

    masking_speed.main([*sides, "--corpora", str(corpus), "--documents", "2", "--rounds", "3"])

    name, before, after, best, medians = capsys.readouterr().out.splitlines()[1].split()
    assert name == "few"
    assert float(before) <= float(after)
    assert 3 < float(best) < 5
    assert 3 < float(medians) < 5
