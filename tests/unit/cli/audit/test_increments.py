"""A full export and the incremental ones since, as the schedule leaves them in one folder."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sallyport_cli.audit.findings import CannotTell, Report
from sallyport_cli.audit.verify import verify
from tests.support.evidence import EXPORTED_AT, Item, furnished, md5, write_manifest
from tests.support.increments import at, changed, window, write_full, write_increment

FULL, FIRST, SECOND = (EXPORTED_AT.replace(hour=10, minute=minute) for minute in (7, 12, 20))
OVERLAP = timedelta(minutes=5)
WINDOWS = ((FULL - OVERLAP, FIRST), (FIRST - OVERLAP, SECOND), (SECOND - OVERLAP, EXPORTED_AT))


def write(
    folder: Path, items: Sequence[Item], windows: Sequence[tuple[datetime, datetime]] = WINDOWS
) -> tuple[Path, list[Path]]:
    """The folders of the full export and of the incremental ones."""
    full = write_full(folder, items, FULL)
    return full, [write_increment(folder, window(items, *times), *times) for times in windows]


def found(report: Report) -> set[tuple[str, str | None, int | None]]:
    return {(finding.kind.value, finding.chain, finding.seq) for finding in report.findings}


def names() -> tuple[list[Item], str]:
    items, named = furnished()
    return items, named["redeemed"]


def test_windows_have_something_in_them() -> None:
    """Otherwise nothing here would show anything."""
    items, _ = furnished()
    assert all(len(window(items, *times)) > 3 for times in WINDOWS)
    assert any(at(item) < WINDOWS[0][0].isoformat() for item in items)


def test_windows_that_overlap_are_one_whole_and_no_event_counts_twice(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items)
    report = verify(tmp_path)
    assert report.findings == (), report.words()
    assert report.facts["events"] == len(items)
    assert report.facts["export_time"] == "2026-11-02T12:00:00.000Z"
    assert len(report.facts["exports"]) == 4


def test_windows_that_touch_are_enough(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items, ((FULL, FIRST), (FIRST, SECOND), (SECOND, EXPORTED_AT)))
    assert verify(tmp_path).findings == ()


@pytest.mark.parametrize("missing", [0, 1])
def test_gap_between_windows_cannot_be_told_of(tmp_path: Path, missing: int) -> None:
    items, _ = furnished()
    windows = [(FULL, FIRST), (FIRST, SECOND), (SECOND, EXPORTED_AT)]
    since, until = windows.pop(missing)
    write(tmp_path, items, windows)
    said = f"from {since:%Y-%m-%dT%H:%M:%SZ} to {until:%Y-%m-%dT%H:%M:%SZ}"
    with pytest.raises(CannotTell, match=said):
        verify(tmp_path)


def test_without_the_newest_window_it_is_an_earlier_export(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items, WINDOWS[:2])
    report = verify(tmp_path)
    assert report.findings == (), report.words()
    assert report.facts["export_time"] == "2026-11-02T10:20:00.000Z"


def test_event_that_neither_has_is_found(tmp_path: Path) -> None:
    items, chain = names()
    gone = next(i for i, item in enumerate(items) if (item["pk"], item["sk"]) == (f"REQ#{chain}", "0000000002"))
    del items[gone]
    write(tmp_path, items)
    assert ("removed", chain, 2) in found(verify(tmp_path))


def test_event_that_was_written_over_between_two_exports_is_found(tmp_path: Path) -> None:
    items, chain = names()
    write(tmp_path, items, WINDOWS[:1])
    old = next(item for item in items if item["pk"] == f"REQ#{chain}")
    forged = {**old, "hash": "f" * 64}
    write_increment(tmp_path, [changed(forged, old), *window(items, *WINDOWS[1])], *WINDOWS[1])
    assert ("overwritten", chain, 0) in found(verify(tmp_path))


@pytest.mark.parametrize("view", ["NEW_AND_OLD_IMAGES", "NEW_IMAGE"])
def test_event_that_was_deleted_between_two_exports_is_found(tmp_path: Path, view: str) -> None:
    items, chain = names()
    write(tmp_path, items, WINDOWS[:1])
    gone = next(item for item in items if item["pk"] == f"REQ#{chain}")
    deleted = changed(gone, gone if view == "NEW_AND_OLD_IMAGES" else None, keys_alone=True)
    write_increment(tmp_path, [deleted, *window(items, *WINDOWS[1])], *WINDOWS[1], view=view)
    assert ("removed", chain, 0) in found(verify(tmp_path))


def test_export_that_failed_or_is_under_way_is_named_and_accuses_nobody(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items)
    begun = tmp_path / "AWSDynamoDB" / "01793600000000-0badbad0"
    begun.mkdir()
    (begun / "_started").write_bytes(b"")
    (tmp_path / "AWSDynamoDB" / "data" / "ofthefailedone.json.gz").write_bytes(b"half")
    report = verify(tmp_path)
    assert report.findings == (), report.words()
    assert any(said.startswith("what 1 further exports would have") for said in report.open)


def test_only_an_export_that_was_not_finished_is_nothing(tmp_path: Path) -> None:
    begun = tmp_path / "AWSDynamoDB" / "01793600000000-0badbad0"
    begun.mkdir(parents=True)
    (begun / "_started").write_bytes(b"")
    with pytest.raises(CannotTell, match="that was finished"):
        verify(tmp_path)


def test_window_whose_manifests_were_taken_away_is_a_gap(tmp_path: Path) -> None:
    items, _ = furnished()
    _, increments = write(tmp_path, items, ((FULL, FIRST), (FIRST, SECOND), (SECOND, EXPORTED_AT)))
    for path in increments[1].glob("manifest-*"):
        path.unlink()
    with pytest.raises(CannotTell, match="no export here has what was written"):
        verify(tmp_path)


def test_file_that_was_laid_beside_the_others_is_found(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items)
    data = tmp_path / "AWSDynamoDB" / "data"
    (data / "another.json.gz").write_bytes(next(data.glob("*.gz")).read_bytes())
    assert ("file_added", None, None) in found(verify(tmp_path))


def test_altered_or_missing_file_of_a_window_is_found(tmp_path: Path) -> None:
    items, _ = furnished()
    write(tmp_path, items)
    first, second, _ = sorted((tmp_path / "AWSDynamoDB" / "data").glob("*.gz"))
    first.write_bytes(second.read_bytes())
    second.unlink()
    assert {"file_altered", "file_missing"} <= {kind for kind, _, _ in found(verify(tmp_path))}


def test_filtered_window_is_found(tmp_path: Path) -> None:
    items, _ = furnished()
    _, increments = write(tmp_path, items)
    said = json.loads((increments[0] / "manifest-summary.json").read_text())
    write_manifest(increments[0], "manifest-summary", json.dumps({**said, "filterSpecification": {"x": 1}}))
    assert "filtered" in {kind for kind, _, _ in found(verify(tmp_path))}


def test_manifest_with_another_window_than_its_checksum_was_made_of_is_found(tmp_path: Path) -> None:
    """Whoever closes a gap by editing has to make the checksum again, which the bucket's versions show."""
    items, _ = furnished()
    _, increments = write(tmp_path, items, (WINDOWS[0], (SECOND, EXPORTED_AT)))
    path = increments[1] / "manifest-summary.json"
    text = json.dumps({**json.loads(path.read_text()), "exportFromTime": "2026-11-02T10:00:00Z"})
    path.write_text(text)
    assert "manifest_altered" in {kind for kind, _, _ in found(verify(tmp_path))}
    (increments[1] / "manifest-summary.checksum").write_text(md5(text.encode()))
    report = verify(tmp_path)
    assert {kind for kind, _, _ in found(report)} == {"removed"}
