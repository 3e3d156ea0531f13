"""Nobody is accused for how a table is exported, nor for what people write."""

import gzip
import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sallyport.domain.clock import instant, stamp
from sallyport_cli.audit.canonical import NotCanonical, parsed
from sallyport_cli.audit.verify import verify
from tests.support.evidence import (
    EXPORTED_AT,
    Item,
    World,
    furnished,
    items_of,
    line,
    write_data,
    write_export,
    write_manifests,
)

type Items = list[Item]


def clean(folder: Path) -> dict[str, Any]:
    report = verify(folder)
    assert report.findings == (), report.words()
    return report.as_json()


def home_of(folder: Path) -> Path:
    return next((folder / "AWSDynamoDB").iterdir())


def as_written(folder: Path, items: Items) -> None:
    write_export(folder, items)


def one_file(folder: Path, items: Items) -> None:
    write_export(folder, items, files=1)


def more_files_than_items(folder: Path, items: Items) -> None:
    """Empty partitions make empty files."""
    write_export(folder, items, files=len(items) + 20)


def any_order(folder: Path, items: Items) -> None:
    random.Random(1).shuffle(items)
    write_export(folder, items)


def last_lines_end_missing(folder: Path, items: Items) -> None:
    home = home_of(write_export(folder, items, files=1))
    path = next((home / "data").iterdir())
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).rstrip(b"\n")))
    write_manifests(home, len(items))


def spaces_in_lines(folder: Path, items: Items) -> None:
    home = home_of(write_export(folder, [], files=0))
    write_data(home, 0, [json.dumps(json.loads(line(item)), indent=None, separators=(", ", " : ")) for item in items])
    write_manifests(home, len(items))


def escaped_lines(folder: Path, items: Items) -> None:
    """The line's own JSON may write characters as it likes; the event's text is what it means."""
    home = home_of(write_export(folder, [], files=0))
    write_data(home, 0, [json.dumps(json.loads(line(item)), ensure_ascii=True) for item in items])
    write_manifests(home, len(items))


def hexadecimal_checksums(folder: Path, items: Items) -> None:
    import hashlib

    home = home_of(write_export(folder, items))
    for name in ("manifest-summary", "manifest-files"):
        (home / f"{name}.checksum").unlink()
        (home / f"{name}.md5").write_text(hashlib.md5((home / f"{name}.json").read_bytes()).hexdigest() + "\n")


def copied_alone(folder: Path, items: Items) -> None:
    """The export's own folder without those above it."""
    home_of(write_export(folder / "whole", items)).rename(folder / "evidence")


def below_a_prefix(folder: Path, items: Items) -> None:
    write_export(folder / "audit" / "2026" / "11" / "02", items)


def without_manifests(folder: Path, items: Items) -> None:
    """As moto writes them."""
    home = home_of(write_export(folder, items))
    for path in [*home.glob("manifest-*"), home / "_started"]:
        path.unlink()


def members_of_tomorrow(folder: Path, items: Items) -> None:
    write_manifests(
        home_of(write_export(folder, items)), len(items), exportType="FULL_EXPORT", filterSpecification=None, more=[1]
    )


def in_the_middle_of_a_transaction(folder: Path, items: Items) -> None:
    """Of two events written together the export has the second one."""
    names = furnished()[1]
    torn = max(i for i, item in enumerate(items) if item["pk"] == f"REQ#{names['halted']}") - 1
    when = instant(json.loads(items[torn]["event"])["at"])
    del items[torn]
    write_export(folder, [i for i in items if json.loads(i["event"])["at"] <= stamp(when)], at=when)


def cut_at_an_instant(folder: Path, items: Items) -> None:
    """What happened after the export is not in it."""
    when = EXPORTED_AT.replace(hour=10, minute=7)
    write_export(folder, [i for i in items if json.loads(i["event"])["at"] <= stamp(when)], at=when)


def a_minute_off(folder: Path, items: Items) -> None:
    newest = max(instant(json.loads(item["event"])["at"]) for item in items)
    write_export(folder, items, at=newest - timedelta(seconds=59))


def empty_table(folder: Path, items: Items) -> None:
    write_export(folder, [], files=4)


def no_data_file(folder: Path, items: Items) -> None:
    write_export(folder, [], files=0)


def one_request(folder: Path, items: Items) -> None:
    names = furnished()[1]
    keep = {f"REQ#{names['redeemed']}", "REQ#deployment"}
    write_export(folder, [item for item in items if item["pk"] in keep])


def words_of_the_world(folder: Path, items: Items) -> None:
    world = World()
    words = [
        '\u0001\t\b\f\r\n"\\/',
        "\u2028\u2029\ufeff",
        "é e\u0301",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🏥",
        "אבג عربي",
        "\x7f",
        "REQ#",
        '"pk":{"S":"REQ#x"}',
    ]
    for number, said in enumerate(words):
        world.story(str(number)).decided(reason=said).granted().redeemed()
    write_export(folder, items_of(world.ports))


def many_refusals(folder: Path, items: Items) -> None:
    world = World()
    world.ports.limits = type(world.ports.limits)(per_hour=1000, pending=1000)
    for number in range(40):
        world.story(str(number))
    write_export(folder, items_of(world.ports), files=7)


def with_its_changes(folder: Path, items: Items) -> None:
    """The full export of yesterday, and the incremental one since, which repeats what lies on the border."""
    when = EXPORTED_AT.replace(hour=10, minute=7)
    before = [i for i in items if json.loads(i["event"])["at"] <= stamp(when)]
    write_export(folder, before, at=when)
    since = folder / "AWSDynamoDB" / "01730000000001-ffffffff"
    (since / "data").mkdir(parents=True)
    changed = [i for i in items if i not in before[:-3]]
    lines = [
        json.dumps(
            {
                "Metadata": {"WriteTimestampMicros": {"N": "1"}},
                "Keys": {"pk": {"S": item["pk"]}, "sk": {"S": item["sk"]}},
                "NewImage": {name: {"S": value} for name, value in item.items()},
            }
        )
        for item in changed
    ]
    write_data(since, 0, lines)
    told: Any = {"exportType": "INCREMENTAL_EXPORT", "exportToTime": stamp(EXPORTED_AT), "exportFromTime": stamp(when)}
    write_manifests(since, len(changed), **told)


VARIANTS: list[Callable[[Path, Items], None]] = [
    as_written,
    one_file,
    more_files_than_items,
    any_order,
    last_lines_end_missing,
    spaces_in_lines,
    escaped_lines,
    hexadecimal_checksums,
    copied_alone,
    below_a_prefix,
    without_manifests,
    members_of_tomorrow,
    in_the_middle_of_a_transaction,
    cut_at_an_instant,
    a_minute_off,
    empty_table,
    no_data_file,
    one_request,
    words_of_the_world,
    many_refusals,
    with_its_changes,
]


@pytest.mark.parametrize("write", VARIANTS, ids=lambda write: write.__name__)
def test_clean_exports_are_clean(write: Callable[[Path, Items], None], tmp_path: Path) -> None:
    write(tmp_path, furnished()[0])
    clean(tmp_path)


def test_all_events_and_chains_are_counted(tmp_path: Path) -> None:
    items, _ = furnished()
    said = clean(write_export(tmp_path, items))
    assert (said["events"], said["chains"]) == (len(items), len({item["pk"] for item in items}))
    assert said["verdict"] == "clean"
    assert "no whole request is missing" in said["leaves_open"][0]


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    items = furnished()[0]
    del items[3]
    alone, together = (verify(write_export(tmp_path / str(n), items), processes=n) for n in (1, 2))
    assert [str(f) for f in alone.findings] == [str(f) for f in together.findings] != []
    assert alone.facts["events"] == together.facts["events"] == len(items)


@pytest.mark.parametrize(
    "text",
    ['{"a":9007199254740992}',
     '{"a":-0.5}', '{"a":1e+21}', '{"a":1e-7}', '{"a":0.000001}', '{"a":123456789012345680000}',
     '{"\U0001f600":1,"\ufb33":2}', '["\\u0000\\b\\u001f\x7f"]', "null", '{"a":4.35,"b":[true,false]}'],
)  # fmt: skip
def test_rfc_8785_forms_are_taken(text: str) -> None:
    parsed(text)


@pytest.mark.parametrize(
    "text",
    ['{"a":9007199254740993}',
     '{"a":1.0}', '{"a":1E2}', '{"a":-0}', '{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '["\\u0041"]',
     '{"\ufb33":2,"\U0001f600":1}', '{"a":NaN}', '{"a":-Infinity}', '["\\ud800"]', '["\\/"]', "", "[" * 100_000,
     '{"a":1}\n', '{"a":1e400}', '["\\n\\u000a"]'],
)  # fmt: skip
def test_other_forms_are_not(text: str) -> None:
    with pytest.raises(NotCanonical):
        parsed(text)
