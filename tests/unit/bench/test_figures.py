"""The tables in docs/masking.md: what they say is what was measured."""

import json
from pathlib import Path

import pytest

from bench import masking_compare
from bench.documents import between, named
from bench.operations import altered, figures


def scores(leak: float, over: float, clean: float | None = None) -> dict[str, object]:
    return {"docs": 1200, "leak": leak, "over": over, "clean_docs": 0 if clean is None else 3, "clean_untouched": clean}


def test_what_got_worse_stands_out() -> None:
    before = {"a": scores(0.01, 0.5, 0.25), "b": scores(0.02, 0.1)}
    after = {"a": scores(0.02, 0.1, 0.75), "b": scores(0.02, 0.1)}
    rows = masking_compare.table(before, after).splitlines()[2:]
    assert rows == [
        "| a | 1,200 | 1.00 | **2.00** | 50.00 | 10.00 | 25.00 | 75.00 |",
        "| b | 1,200 | 2.00 | 2.00 | 10.00 | 10.00 | – | – |",
    ]


def test_a_machines_name_that_is_altered_is_counted_by_kind_and_by_what_did_it() -> None:
    said = "Ask kim@example.org about vpc-a01106c2 and 203.0.113.7"
    document = {"text": said, "spans": [{"start": 4, "end": 19, "label": "EMAIL", "text": "", "required": True}]}
    counted = altered.measure([document])
    assert counted.outside == sum(map(str.isalnum, said)) - len("kimexampleorg")
    assert counted.kinds_seen["resource id"] == len("vpca01106c2")
    assert counted.by_kind["resource id"] == 0
    # A public address in prose may be somebody's.
    assert counted.by_kind["address"] == counted.by_detector["IP", "ip"] == len("20301137")


def test_tables_name_each_detector_once_with_its_share() -> None:
    result = {"outside": 1000, "by": [["IP", "ip", 30], ["NAME", "name", 5]], "kinds": {"address": [30, 60]}}
    lines = figures.tables({"botocore": result, "others": {"outside": 500, "by": [], "kinds": {}}}).splitlines()
    assert "| address | 50.00 of 60 | – |" in lines
    assert [line.split("|")[2].strip() for line in lines if line.startswith("| IP (ip)")] == ["3.00"]
    assert "| all | 3.50 | 0.00 | |" in lines


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("asq_phi.dev.jsonl.gz", "asq_phi"),
        ("others.heldout.jsonl.gz", "others.heldout"),
        ("botocore.jsonl.gz", "botocore"),
    ],
)
def test_a_corpus_is_called_by_its_file_and_the_unseen_half_keeps_its_name(file: str, name: str) -> None:
    assert named(file) == name


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("head\n<!-- x -->\nold\n<!-- /x -->\ntail\n", encoding="utf-8")
    between(document, "x", "new\n")
    assert document.read_text(encoding="utf-8") == "head\n<!-- x -->\nnew\n<!-- /x -->\ntail\n"
    with pytest.raises(SystemExit):
        between(document, "y", "new\n")


def test_everything_that_masking_alters_in_operations_is_argued() -> None:
    root = Path(figures.__file__).parents[2]
    measured = json.loads((root / "bench" / "results" / "masking.json").read_text(encoding="utf-8"))["operations"]
    rows = [line.split("|") for line in figures.tables(measured).splitlines() if line.startswith("| ")]
    argued = [row for row in rows if row[1].strip().endswith(")")]
    assert argued
    assert [row[1].strip() for row in argued if not row[-2].strip()] == []
