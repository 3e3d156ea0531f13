"""Reading an export chain by chain."""

from pathlib import Path

from sallyport_cli.audit.history import histories_in
from tests.support.evidence import furnished, write_export


def test_every_chain_of_the_export_is_told_in_order(tmp_path: Path) -> None:
    items, names = furnished()
    write_export(tmp_path, items[::-1], files=7)
    found = {history.chain: history for history in histories_in(tmp_path)}
    assert sum(len(history.events) for history in found.values()) == len(items)
    for history in found.values():
        assert [event.seq for event in history.events] == list(range(len(history.events)))
    assert {chain for chain, history in found.items() if history.is_request} == set(names.values())


def test_only_the_chains_that_are_named_are_read(tmp_path: Path) -> None:
    write_export(tmp_path, furnished()[0])
    assert [history.chain for history in histories_in(tmp_path, only=["deployment", "req-none"])] == ["deployment"]


def test_a_line_that_is_no_item_is_left_to_verify(tmp_path: Path) -> None:
    items, _ = furnished()
    write_export(tmp_path, items, lines=['{"Item": {"pk": {"S": "REQ#req-1"}}}', "{"])
    assert sum(len(history.events) for history in histories_in(tmp_path)) == len(items)
