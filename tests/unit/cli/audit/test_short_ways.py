"""What is checked fast is what the slow way would say: each short way is tempted to take what the long one refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sallyport_cli.audit import chains, events, json_lines, log, spool
from sallyport_cli.audit import verify as verifying
from sallyport_cli.audit.canonical import NotCanonical, parsed
from sallyport_cli.audit.chains import Item, NoItem, item_of
from sallyport_cli.audit.events import Event, Illegal, read_event
from sallyport_cli.audit.tree import Tree, levels_over, perfect_roots
from sallyport_cli.audit.verify import Against, verify
from tests.support import evidence
from tests.support.evidence import furnished, rehashed, write_export
from tests.support.notary import Notary, root_of
from tests.unit.cli.audit.test_tampering import EVENTS

TEXTS = [item["event"] for item in furnished()[0]]
LINES = [evidence.line(item) for item in furnished()[0]]
PIECES = st.sampled_from(
    ['"', "\\", "{", "}", "[", "]", ",", ":", "-", ".", "0", "1", "9" * 17, "e5", "E1", ".0", " ", "\n", "\t", "null",
     "\\u0041", "\\ud800", "\\ud83d\\ude00", "\\/", "\\u0008", "\\b", "\x7f", "\x00", "é", "😀", "\ufb33", "true",
     '"a":1,', '"S":"x",', '"seq":1,', '"pk":{"S":"REQ#x"},', ',"v":1', '"\\u0070k":{"S":"REQ#y"},', "\ud800"]
)  # fmt: skip
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def edited(draw: st.DrawFn, texts: list[str]) -> str:
    """A text with up to three of its stretches exchanged for something else."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 3))
        text = text[:start] + draw(PIECES) + text[end:]
    return text


def changed(changes: Any, *, ascii_only: bool = True) -> str:
    """An event whose members are changed, written as many a library does."""
    said = {**json.loads(TEXTS[3]), **changes}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_only)


def slowly(text: str) -> Event | None:
    try:
        return events._slowly(text)
    except (NotCanonical, Illegal):
        return None


def agree(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    quick = events._quickly(data)
    assert quick is None or quick == slowly(text)


def test_the_quick_way_takes_what_sallyport_writes() -> None:
    """Otherwise nothing here would show anything."""
    quick = [events._quickly(text.encode()) for text in TEXTS]
    assert quick.count(None) <= sum(not text.isascii() for text in TEXTS) < 5
    assert [e for e in quick if e] == [slowly(text) for text, e in zip(TEXTS, quick, strict=True) if e]


@settings(max_examples=400, deadline=None)
@given(edited(TEXTS))
def test_an_edited_event_is_taken_by_both_ways_or_by_the_slow_one_alone(text: str) -> None:
    agree(text)


@settings(max_examples=300, deadline=None)
@given(JSONS, st.booleans())
def test_any_details_are_taken_by_both_ways_or_by_the_slow_one_alone(value: Any, ascii_only: bool) -> None:
    agree(changed({"details": {"of": value}}, ascii_only=ascii_only))


NOT_CANONICAL: dict[str, Callable[[str], str]] = {
    "fraction": lambda text: text.replace('"details":{', '"details":{"a":1.0,'),
    "exponent": lambda text: text.replace('"details":{', '"details":{"a":1e2,'),
    "fraction in a list": lambda text: text.replace('"details":{', '"details":{"a":[1.0],'),
    "fraction deep inside": lambda text: text.replace('"details":{', '"details":{"a":{"b":[[1.0]]},'),
    "integer that no double has": lambda text: text.replace('"details":{', '"details":{"a":9007199254740993,'),
    "integer past 64 bits": lambda text: text.replace('"details":{', '"details":{"a":123456789012345678901234567890,'),
    "minus zero": lambda text: text.replace('"details":{', '"details":{"a":-0,'),
    "minus zero with a fraction": lambda text: text.replace('"details":{', '"details":{"a":-0.0,'),
    "place with a fraction": lambda text: text.replace('"seq":3', '"seq":3.0'),
    "escape of a letter": lambda text: text.replace('"details":{', '"details":{"a":"\\u0041",'),
    "long escape": lambda text: text.replace('"details":{', '"details":{"a":"\\u0008",'),
    "capital escape": lambda text: text.replace('"details":{', '"details":{"a":"\\u000B",'),
    "escaped slash": lambda text: text.replace('"details":{', '"details":{"a":"\\/",'),
    "escaped pair": lambda text: text.replace('"details":{', '"details":{"a":"\\ud83d\\ude00",'),
    "lone surrogate": lambda text: text.replace('"details":{', '"details":{"a":"\\ud800",'),
    "details out of order": lambda text: text.replace('"details":{', '"details":{"z":1,'),
    "details deep inside out of order": lambda text: text.replace('"details":{', '"details":{"a":{"c":1,"b":1},'),
    "details twice": lambda text: text.replace('"details":{', '"details":{"a":1,"a":1,'),
    "member twice": lambda text: text.replace(',"v":1}', ',"v":1,"v":1}'),
    "actor's member twice": lambda text: text.replace('"actor":{', '"actor":{"channel":"x",'),
    "members out of order": lambda text: '{"v":1,' + text[1:].replace(',"v":1}', "}"),
    "blank": lambda text: text.replace(":", ": ", 1),
    "blank before": lambda text: " " + text,
    "line end": lambda text: text + "\n",
    "order of code points": lambda _: changed({"details": {"\ufb33": 1, "😀": 1}}, ascii_only=False),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_CANONICAL)
def test_what_is_not_canonical_passes_by_no_way(name: str) -> None:
    text = NOT_CANONICAL[name](TEXTS[3])
    assert text != TEXTS[3]
    assert json.loads(text)["request_id"]
    with pytest.raises(NotCanonical):
        read_event(text, text.encode("utf-8", "surrogatepass"))


OTHER_FORMS: dict[str, Any] = {
    "another member": {"more": 1},
    "no view, but its member": {"presented_digest": None},
    "version that is true": {"v": True},
    "version that is later": {"v": 2},
    "place that is a text": {"seq": "3"},
    "place that is true": {"seq": True},
    "time that is a number": {"at": 5},
    "policy that is a list": {"judged_by": ["a"]},
    "policy of no name": {"judged_by": ""},
    "actor that is a text": {"actor": "petra.approver"},
    "actor of no known kind": {"actor": {"channel": "api", "id": "x", "kind": "robot"}},
    "actor whose kind is a list": {"actor": {"channel": "api", "id": "x", "kind": []}},
    "actor without an id": {"actor": {"channel": "api", "kind": "person"}},
    "actor whose id is a number": {"actor": {"channel": "api", "id": 1, "kind": "person"}},
    "details that are a list": {"details": []},
}


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_an_event_of_another_form_passes_by_no_way(name: str) -> None:
    text = changed(OTHER_FORMS[name])
    parsed(text)  # it is canonical
    with pytest.raises(Illegal):
        read_event(text, text.encode())


def test_every_ascii_character_is_written_as_rfc_8785_has_it() -> None:
    for code in range(128):
        written = events._ENCODE({"a": chr(code)})
        assert parsed(written.decode()) == {"a": chr(code)}


def line_of(line: bytes, read: Callable[[bytes], Item]) -> Item | None:
    try:
        return read(line)
    except NoItem:
        return None


@settings(max_examples=400, deadline=None)
@given(edited(LINES))
@example(LINES[0].replace('"pk": {"S"', '"pk": {"N": "1", "S"'))
@example(LINES[0].replace('{"Item"', '{"More": 1, "Item"'))
@example(LINES[0].replace('"Item": {', '"Item": {"more": {"S": "x"}, '))
@example(LINES[0].replace("REQ#", "RES#", 1))
@example("[" * 100_000)
def test_a_line_is_the_same_item_by_both_ways(line: str) -> None:
    data = line.encode("utf-8", "surrogatepass")
    assert line_of(data, item_of) == line_of(data, chains._slowly)


@settings(max_examples=200, deadline=None)
@given(edited(LINES))
def test_json_is_read_as_the_standard_library_does(text: str) -> None:
    def told(read: Callable[[bytes], Any]) -> Any:
        try:
            return repr(read(text.encode("utf-8", "surrogatepass")))
        except ValueError:
            return None

    assert told(json_lines.read) == told(json.loads)


def test_json_with_a_lone_surrogate_survives() -> None:
    assert json_lines.read(json_lines.write(["\ud800", 2**70])) == ["\ud800", 2**70]


# What a chain shows by the short way is shown by the long one.

type Items = list[evidence.Item]


def in_one_file(folder: Path, items: Items) -> Path:
    """Chain by chain, as a table is read; what stands first and last never goes the short way."""
    return write_export(folder, items, files=1)


def both_ways(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is found, the same by both ways."""
    short = verify(folder)
    with monkeypatch.context() as patched:
        patched.setattr(verifying, "_at_sight", lambda *_: None)
        long = verify(folder)
    assert short == long
    return [str(finding) for finding in short.findings]


@pytest.fixture
def no_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the long way")

    monkeypatch.setattr(verifying, "_at_length", never)


@pytest.mark.usefixtures("no_long_way")
def test_a_table_read_chain_by_chain_goes_the_short_way(tmp_path: Path) -> None:
    items = furnished()[0]
    report = verify(in_one_file(tmp_path, items))
    assert (report.findings, report.facts["events"]) == ((), len(items))
    assert report.facts["chains"] == len({item["pk"] for item in items})


@pytest.mark.usefixtures("no_long_way")
def test_chains_that_go_on_in_the_next_file_go_the_short_way(tmp_path: Path) -> None:
    items = furnished()[0]
    home = next((write_export(tmp_path, [], files=0) / "AWSDynamoDB").iterdir())
    for number, start in enumerate(range(0, len(items), 25)):
        evidence.write_data(home, number, [evidence.line(item) for item in items[start : start + 25]])
    evidence.write_manifests(home, len(items))
    report = verify(tmp_path)
    assert (report.findings, report.facts["events"]) == ((), len(items))


@pytest.mark.parametrize("name", EVENTS)
def test_manipulated_events_are_found_by_both_ways(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items, request, _ = EVENTS[name][0](*furnished())
    assert any(str(request) in found for found in both_ways(in_one_file(tmp_path, items), monkeypatch))


def twice(items: Items, chain: Items) -> Items:
    return [*items, *chain]


def twice_in_the_middle(items: Items, chain: Items) -> Items:
    """Each of the two lies whole, and would be clean alone."""
    return [*items[:6], *chain, *items[6:]]


def one_event_twice(items: Items, chain: Items) -> Items:
    return [*items, chain[2]]


def another_event(items: Items, chain: Items) -> Items:
    """In the same place, far from the chain that lies whole."""
    return [*items, rehashed(chain[2], at="2026-11-02T10:00:01.000Z")]


def another_beginning(items: Items, chain: Items) -> Items:
    """As sound in itself as the whole chain."""
    return [*items[:6], rehashed(chain[0], at="2026-11-02T10:00:00.001Z"), *items[6:]]


ELSEWHERE = [twice, twice_in_the_middle, one_event_twice, another_event, another_beginning]


@pytest.mark.parametrize("edit", ELSEWHERE, ids=lambda edit: edit.__name__)
def test_a_chain_that_lies_whole_in_one_place_is_not_clean_for_what_lies_elsewhere(
    edit: Callable[[Items, Items], Items], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, names = furnished()
    chain = [item for item in items if item["pk"] == f"REQ#{names['taken_back']}"]
    found = both_ways(in_one_file(tmp_path, edit(items, chain)), monkeypatch)
    assert found
    assert all(names["taken_back"] in each for each in found)


def test_a_table_in_another_order_is_given_up_early_and_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = sorted(furnished()[0], key=lambda item: item["sk"])
    assert both_ways(in_one_file(tmp_path, items), monkeypatch) == []


@pytest.mark.parametrize("last", [True, False])
def test_a_key_that_is_there_twice_is_the_last_one_by_both_ways(
    last: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As JSON's readers take it; and its line comes to the bucket of that chain."""
    monkeypatch.setattr(spool, "buckets_for", lambda _: 7)
    items, names = furnished()
    mine = names["taken_back"]
    lines = [evidence.line(item) for item in items]
    number = next(i for i, item in enumerate(items) if item["pk"] == f"REQ#{mine}")
    key, other = '"pk": {"S": "REQ#req-other"}, ', lines[number].index('"sk"')
    place = lines[number].index('"pk"') if last else other
    lines[number] = lines[number][:place] + key + lines[number][place:]
    found = both_ways(lines_in_one_file(tmp_path, lines), monkeypatch)
    assert (found == []) is last
    assert last or any(mine in each for each in found)


@pytest.mark.parametrize("broken", [True, False])
@pytest.mark.parametrize("between", ["", " ", "\t"])
def test_two_items_on_a_line_are_not_read_by_either_way(
    between: str, broken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where another item is on two lines, so that the numbers agree."""
    lines = [evidence.line(item) for item in furnished()[0]]
    lines[40:42] = [f"{lines[40]}{between}{lines[41]}"]
    if broken:
        lines[60] = lines[60].replace('{"Item": ', '{"Item":\n')
    found = both_ways(lines_in_one_file(tmp_path, lines), monkeypatch)
    assert any("unreadable" in each for each in found)


def test_other_line_ends_are_read_by_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [evidence.line(item) + "\r" * (number % 3 == 0) for number, item in enumerate(furnished()[0])]
    assert both_ways(lines_in_one_file(tmp_path, lines), monkeypatch) == []


def lines_in_one_file(folder: Path, lines: list[str]) -> Path:
    home = next((write_export(folder, [], files=0) / "AWSDynamoDB").iterdir())
    evidence.write_data(home, 0, lines)
    evidence.write_manifests(home, sum(line.count("\n") + 1 for line in lines))
    return folder


def test_the_log_is_read_the_same_by_one_process_and_by_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what stands behind a bundle that is not there does not count, though another process has laid it out."""
    monkeypatch.setattr(log, "_STRETCH", 1)
    items = furnished()[0]
    notary = Notary(tmp_path / "worm")
    for _ in range(6):
        notary.append(*(item["event"] for item in items[:-3]))
        notary.sign()
    notary.append(*(item["event"] for item in items[-3:]))
    notary.sign()
    export, against = in_one_file(tmp_path / "export", items), Against(str(notary.worm))
    whole = [verify(export, against, processes) for processes in (1, 2)]
    assert whole[0] == whole[1]
    assert (whole[0].findings, whole[0].facts["pending"]) == ((), 0)
    (notary.worm / "tile" / "entries" / "001").unlink()
    torn = [verify(export, against, processes) for processes in (1, 2)]
    assert torn[0] == torn[1]
    assert [finding.kind.value for finding in torn[0].findings].count("log_incomplete") == 1
    assert torn[0].facts["pending"] == 3


@given(st.integers(0, 700), st.integers(0, 256))
@settings(max_examples=60, deadline=None)
def test_roots_are_those_of_rfc_6962(before: int, more: int) -> None:
    before -= before % 256
    leaves = [bytes([n % 251]) * 32 for n in range(before + more)]
    tree = Tree()
    for start in range(0, before, 256):
        (root,) = perfect_roots(levels_over(leaves[start : start + 256]), 256)
        tree.add(root, 256)
    assert tree.root_with(perfect_roots(levels_over(leaves[before:]), more)) == root_of(leaves)
