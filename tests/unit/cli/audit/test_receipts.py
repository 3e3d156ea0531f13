"""Receipts: one request's evidence in one file, which verifies by itself; and what was done to one is found."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from moto import mock_aws

from sallyport.domain.events import Link
from sallyport.domain.notary import Change, Stored
from sallyport.usecases.notarize import notarize_changes, notarize_on_schedule
from sallyport_cli.main import main
from tests.fakes.notary import NotaryHouse
from tests.support.evidence import Item, furnished, rehashed, write_export
from tests.support.notary import Notary

type Told = dict[str, Any]


@dataclass
class Desk:
    """An auditor's folder: the WORM copy, the key, and receipts."""

    home: Path
    items: list[Item]
    names: dict[str, str]
    notary: Notary
    says: pytest.CaptureFixture[str]

    @property
    def key(self) -> str:
        return str(self.notary.key_file(self.home / "key.pem"))

    def receipt(self, name: str = "redeemed", *more: str, code: int = 0) -> Path:
        out = self.home / f"{name}.receipt.json"
        chain = self.names.get(name, name)
        wanted = ["audit", "receipt", chain, "--worm", str(self.notary.worm), "--key", self.key, "--out", str(out)]
        assert main([*wanted, *more]) == code
        return out

    def told(self, name: str = "redeemed") -> Told:
        found: Told = json.loads(self.receipt(name).read_text())
        return found

    def verified(self, told: Told | Path, *more: str, key: bool = True) -> tuple[int, Told]:
        path = told if isinstance(told, Path) else self.home / "changed.json"
        if not isinstance(told, Path):
            path.write_text(json.dumps(told))
        self.says.readouterr()
        code = main(["audit", "verify", str(path), "--json", *(["--key", self.key] if key else []), *more])
        return code, json.loads(self.says.readouterr().out)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    items, names = furnished()
    notary = Notary(tmp_path / "worm")
    notary.append(*(item["event"] for item in items))
    notary.sign()
    return Desk(tmp_path, items, names, notary, capsys)


def changed(text: str, **changes: Any) -> str:
    return json.dumps({**json.loads(text), **changes}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def proof_line(told: Told, seq: int, line: int, text: str | None) -> None:
    lines = told["events"][seq]["proof"].split("\n")
    lines[line : line + 1] = [text] if text is not None else []
    told["events"][seq]["proof"] = "\n".join(lines)


def everywhere(told: Told, note: str) -> None:
    """Another checkpoint, in all its places."""
    for each in told["events"]:
        each["proof"] = each["proof"].replace(told["checkpoint"], note)
    told["checkpoint"] = note


def event_altered(told: Told, desk: Desk) -> None:
    each = told["events"][3]
    each["event"] = each["event"].replace("petra.approver", "quinn.approver")


def events_altered_and_linked_again(told: Told, desk: Desk) -> None:
    """Every hash of the chain is right again: only the tree tells."""
    told["events"][6]["event"] = text = changed(told["events"][6]["event"], actor=AGENT_ELSEWHERE)
    item = {"pk": "", "sk": "", "event": text, "hash": "", "prev_hash": json.loads(text)["prev_hash"]}
    before = rehashed(item)["hash"]
    told["events"][7]["event"] = changed(told["events"][7]["event"], prev_hash=before)


AGENT_ELSEWHERE = {"kind": "agent", "id": "export-bot", "channel": "slack"}


def last_event_altered(told: Told, desk: Desk) -> None:
    told["events"][-1]["event"] = told["events"][-1]["event"].replace("ASIAFAKE", "ASIAREAL")


def event_respaced(told: Told, desk: Desk) -> None:
    told["events"][3]["event"] = json.dumps(json.loads(told["events"][3]["event"]))


def event_garbled(told: Told, desk: Desk) -> None:
    told["events"][3]["event"] = "nothing"


def first_dropped(told: Told, desk: Desk) -> None:
    del told["events"][0]


def middle_dropped(told: Told, desk: Desk) -> None:
    del told["events"][3]


def order_swapped(told: Told, desk: Desk) -> None:
    told["events"][2], told["events"][3] = told["events"][3], told["events"][2]


def event_twice(told: Told, desk: Desk) -> None:
    told["events"].insert(3, told["events"][3])


def event_of_another_request(told: Told, desk: Desk) -> None:
    told["events"][3] = desk.told("executed")["events"][3]


def renamed(told: Told, desk: Desk) -> None:
    told["request"] = desk.names["executed"]


def proof_of_another_event(told: Told, desk: Desk) -> None:
    told["events"][3]["proof"] = told["events"][2]["proof"]


def wrong_index(told: Told, desk: Desk) -> None:
    index = int(told["events"][3]["proof"].split("\n")[1].removeprefix("index "))
    proof_line(told, 3, 1, f"index {index ^ 1}")


def index_past_the_end(told: Told, desk: Desk) -> None:
    proof_line(told, 3, 1, "index 1000000")


def proof_truncated(told: Told, desk: Desk) -> None:
    proof_line(told, 3, 4, None)


def proof_with_one_more_hash(told: Told, desk: Desk) -> None:
    proof_line(told, 3, 2, f"{'A' * 43}=\n{'A' * 43}=")


def proof_hash_altered(told: Told, desk: Desk) -> None:
    proof_line(told, 3, 3, f"{'A' * 43}=")


def proof_hashes_swapped(told: Told, desk: Desk) -> None:
    lines = told["events"][3]["proof"].split("\n")
    lines[2], lines[3] = lines[3], lines[2]
    told["events"][3]["proof"] = "\n".join(lines)


def proof_emptied(told: Told, desk: Desk) -> None:
    told["events"][3]["proof"] = ""


def proof_of_another_checkpoint(told: Told, desk: Desk) -> None:
    note = desk.notary.sign().decode()
    told["events"][3]["proof"] = told["events"][3]["proof"].replace(told["checkpoint"], note)


def checkpoint_of_another_size(told: Told, desk: Desk) -> None:
    """An older one of the same key, put in everywhere."""
    older = Notary(desk.home / "older", entries=desk.notary.entries[:50])
    everywhere(told, older.sign().decode())


def root_altered(told: Told, desk: Desk) -> None:
    lines = told["checkpoint"].split("\n")
    lines[2] = base64.b64encode(b"r" * 32).decode()
    everywhere(told, "\n".join(lines))


def time_altered(told: Told, desk: Desk) -> None:
    everywhere(told, told["checkpoint"].replace("time 2026-11-02", "time 2026-11-01"))


def foreign_signature(told: Told, desk: Desk) -> None:
    """A log of the forger's own, with the same events."""
    key = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    everywhere(told, Notary(desk.home / "own", key, desk.notary.entries).sign().decode())


def signature_dropped(told: Told, desk: Desk) -> None:
    everywhere(told, told["checkpoint"].partition("\n\n")[0] + "\n\n")


def checkpoint_garbled(told: Told, desk: Desk) -> None:
    everywhere(told, "nothing\n")


MANIPULATIONS: dict[Callable[[Told, Desk], None], set[tuple[str, int | None]]] = {
    event_altered: {("illegal", 3), ("rewritten", 3), ("not_in_log", 3)},
    events_altered_and_linked_again: {("not_in_log", 6), ("not_in_log", 7)},
    last_event_altered: {("not_in_log", 7)},
    event_respaced: {("not_canonical", 3), ("not_in_log", 3), ("rewritten", 3)},
    event_garbled: {("not_canonical", 3), ("not_in_log", 3), ("rewritten", 3)},
    first_dropped: {("removed", 0)},
    middle_dropped: {("removed", 3)},
    order_swapped: {("misplaced", 2)},
    event_twice: {("duplicated", 3)},
    event_of_another_request: {("rewritten", 2), ("misplaced", 3), ("rewritten", 3)},
    renamed: {("misplaced", seq) for seq in range(8)},
    proof_of_another_event: {("not_in_log", 3)},
    wrong_index: {("not_in_log", 3)},
    index_past_the_end: {("proof_malformed", 3)},
    proof_truncated: {("proof_malformed", 3)},
    proof_with_one_more_hash: {("proof_malformed", 3)},
    proof_hash_altered: {("not_in_log", 3)},
    proof_hashes_swapped: {("not_in_log", 3)},
    proof_emptied: {("proof_malformed", 3)},
    proof_of_another_checkpoint: {("proof_malformed", 3)},
    checkpoint_of_another_size: {("proof_malformed", seq) for seq in range(8)},
    root_altered: {("bad_signature", None), *(("not_in_log", seq) for seq in range(8))},
    time_altered: {("bad_signature", None)},
    foreign_signature: {("bad_signature", None)},
    signature_dropped: {("bad_signature", None)},
    checkpoint_garbled: {("checkpoint_malformed", None)},
}


@pytest.mark.parametrize("edit", MANIPULATIONS, ids=lambda edit: edit.__name__)
def test_receipt_that_was_manipulated_is_found_out(desk: Desk, edit: Callable[[Told, Desk], None]) -> None:
    told = desk.told()
    edit(told, desk)
    code, said = desk.verified(told)
    assert {(f["kind"], f["sequence"]) for f in said["findings"]} == MANIPULATIONS[edit]
    assert {f["request"] for f in said["findings"]} == {told["request"]}
    assert (code, said["verdict"]) == (1, "tampered")


def test_receipt_whose_last_events_were_cut_off_says_what_it_leaves_open_and_the_log_tells(desk: Desk) -> None:
    """A chain's beginning is sound in itself: nothing in the file can tell that there was more."""
    told = desk.told("denied")
    gone = told["events"].pop()
    code, said = desk.verified(told)
    assert (code, said["verdict"]) == (0, "clean")
    assert "decision.recorded, which is not its end (--worm shows what was notarized)" in said["leaves_open"][0]
    code, said = desk.verified(told, "--worm", str(desk.notary.worm))
    assert code == 1
    assert [(f["kind"], f["sequence"]) for f in said["findings"]] == [("removed", json.loads(gone["event"])["seq"])]


def test_receipt_that_its_own_key_signed_beside_the_log_is_found_by_the_log(desk: Desk) -> None:
    told = desk.told()
    forked = Notary(desk.home / "fork", desk.notary.key, desk.notary.entries)
    forked.previous = "f" * 64
    everywhere(told, forked.sign().decode())
    assert desk.verified(told)[0] == 0
    code, said = desk.verified(told, "--worm", str(desk.notary.worm))
    assert (code, [f["kind"] for f in said["findings"]]) == (1, ["checkpoint_chain"])


def test_every_chain_has_a_receipt_that_verifies(desk: Desk) -> None:
    chains = {item["pk"].removeprefix("REQ#") for item in desk.items}
    for chain in sorted(chains):
        path = desk.receipt(chain)
        code, said = desk.verified(path, "--worm", str(desk.notary.worm))
        assert (code, said["findings"]) == (0, [])
        assert said["events"] == sum(item["pk"] == f"REQ#{chain}" for item in desk.items)


def test_receipt_holds_the_exact_texts_and_proofs_that_stand_alone(desk: Desk) -> None:
    told = desk.told("unicode")
    texts = [item["event"] for item in desk.items if item["pk"] == f"REQ#{desk.names['unicode']}"]
    assert [each["event"] for each in told["events"]] == texts
    assert any("東京 🏥" in text for text in texts)
    for each in told["events"]:
        header, index, *_ = each["proof"].split("\n")
        assert header == "c2sp.org/tlog-proof@v1"
        assert desk.notary.entries[int(index.removeprefix("index "))] == each["event"].encode()
        assert each["proof"].endswith(f"\n\n{told['checkpoint']}")
    assert told["checkpoint"].encode() == (desk.notary.worm / "checkpoint").read_bytes()


@pytest.mark.parametrize("size", [1, 2, 64, 115, 256, 257, 300])
def test_receipt_from_a_log_of_any_size_verifies(desk: Desk, size: int) -> None:
    """One entry, powers of two, partial tiles, more than one tile: a log whose first entries are a request's."""
    first = [item["event"] for item in desk.items if item["pk"] == f"REQ#{desk.names['redeemed']}"]
    others = (json.dumps({"request_id": f"req-{i}", "seq": 0}) for i in range(size))
    desk.notary = Notary(desk.home / "sized")
    desk.notary.append(*[*first, *others][:size])
    desk.notary.sign()
    code, said = desk.verified(desk.receipt())
    assert (code, said["events"], said["checkpoint"]["size"]) == (0, min(size, len(first)), size)


def test_receipt_made_earlier_still_verifies_when_the_log_has_grown(desk: Desk) -> None:
    early = Notary(desk.home / "early")
    early.append(*(item["event"] for item in desk.items[:10]))
    early.sign()
    desk.notary = early
    path = desk.receipt()
    early.append(*(item["event"] for item in desk.items[10:]))
    early.sign()
    code, said = desk.verified(path, "--worm", str(early.worm))
    assert (code, said["findings"], said["checkpoint"]["size"]) == (0, [], 10)


def test_events_that_no_checkpoint_covers_are_told_and_left_out(desk: Desk) -> None:
    desk.notary = Notary(desk.home / "early")
    desk.notary.append(*(item["event"] for item in desk.items[:10]))
    desk.notary.sign()
    note = (desk.notary.worm / "checkpoint").read_bytes()
    desk.notary.append(*(item["event"] for item in desk.items[10:]))
    desk.notary.sign()
    (desk.notary.worm / "checkpoint").write_bytes(note)
    path = desk.receipt()
    assert "newer than the checkpoint: 4 events" in desk.says.readouterr().err
    assert desk.verified(path)[1]["events"] == 4
    desk.receipt("denied", code=2)
    assert "wait for the next one" in desk.says.readouterr().err


def test_without_the_key_the_signature_is_left_open(desk: Desk) -> None:
    code, said = desk.verified(desk.receipt(), key=False)
    assert (code, said["signatures_checked"]) == (0, False)
    assert said["leaves_open"][0] == "that the checkpoint is the notary's own (--key shows it)"


def test_verdict_in_words(desk: Desk) -> None:
    path = desk.receipt()
    desk.says.readouterr()
    assert main(["audit", "verify", str(path), "--key", desk.key]) == 0
    lines = desk.says.readouterr().out.splitlines()
    assert lines[0] == f"receipt of {desk.names['redeemed']}: 8 events"
    assert lines[1].startswith(
        f"checkpoint of sallyport/gate/000000000000: {len(desk.items)} events at 2026-11-02T12:05"
    )
    assert (len(lines), lines[-1]) == (4, "clean")


def test_a_receipt_cannot_speak_to_the_terminal(desk: Desk) -> None:
    told = desk.told()
    told["events"][-1]["event"] = changed(told["events"][-1]["event"], type="x\x1b[2J\u202e")
    path = desk.home / "changed.json"
    path.write_text(json.dumps(told))
    desk.says.readouterr()
    assert main(["audit", "verify", str(path)]) == 1
    said = desk.says.readouterr().out
    assert all(line.isprintable() for line in said.splitlines())
    assert "x\\x1b[2J\\u202e" in said


@pytest.mark.parametrize(
    "text", ["", "nothing", "[]", '{"format": "sallyport/receipt@v1"}', '{"format": "x", "format": "y"}']
)
def test_file_that_is_no_receipt_cannot_be_told(desk: Desk, text: str) -> None:
    path = desk.home / "some.json"
    path.write_text(text)
    code, said = desk.verified(path)
    assert (code, said["verdict"]) == (2, "cannot_tell")


@pytest.mark.parametrize("edit", ["no_events", "more_members", "number", "member_twice"])
def test_receipt_of_another_form_cannot_be_told(desk: Desk, edit: str) -> None:
    told = desk.told()
    if edit == "no_events":
        told["events"] = []
    elif edit == "more_members":
        told["events"][0]["note"] = "x"
    elif edit == "number":
        told["events"][0]["event"] = 1
    text = json.dumps(told)
    path = desk.home / "other.json"
    path.write_text(text.replace("{", '{"request": "req-0",', 1) if edit == "member_twice" else text)
    assert desk.verified(path)[0] == 2


# -- making one: nothing that the copy says is believed


def lying_index(desk: Desk) -> None:
    (desk.notary.worm / "index" / desk.names["redeemed"] / "0000000003").write_bytes((3).to_bytes(8))


def other_entries(desk: Desk) -> None:
    bundle = desk.notary.worm / "tile" / "entries" / "000.p" / str(len(desk.items))
    bundle.write_bytes(bundle.read_bytes().replace(b"petra.approver", b"quinn.approver"))


def other_hashes(desk: Desk) -> None:
    tile = desk.notary.worm / "tile" / "0" / "000.p" / str(len(desk.items))
    tile.write_bytes(b"\x00" * 32 + tile.read_bytes()[32:])


def tiles_gone(desk: Desk) -> None:
    (desk.notary.worm / "tile" / "0" / "000.p" / str(len(desk.items))).unlink()


def other_key(desk: Desk) -> None:
    desk.notary.key = Ed25519PrivateKey.from_private_bytes(b"x" * 32)


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lying_index, "log_altered"),
        (other_entries, "not_in_log"),
        (other_hashes, "not_in_log"),
        (tiles_gone, "log_incomplete"),
        (other_key, "bad_signature"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_copy_that_contradicts_itself_gives_no_receipt(desk: Desk, edit: Callable[[Desk], None], kind: str) -> None:
    edit(desk)
    path = desk.receipt(code=1)
    assert not path.exists()
    said = desk.says.readouterr().err
    assert f": {kind}: " in said
    assert said.endswith("no receipt was written\n")


def test_export_is_compared(desk: Desk) -> None:
    write_export(desk.home / "export", desk.items)
    desk.receipt("redeemed", "--export", str(desk.home / "export"))
    i = next(i for i, item in enumerate(desk.items) if "ASIAFAKE00000001" in item["event"])
    desk.items[i] = rehashed(desk.items[i], details={"access_key_id": "OTHER", "until": "2026-11-02T10:15:00.000Z"})
    write_export(desk.home / "other", desk.items)
    desk.says.readouterr()
    desk.receipt("redeemed", "--export", str(desk.home / "other"), code=1)
    assert f"{desk.names['redeemed']} 7: differs_from_log: " in desk.says.readouterr().err


@pytest.mark.parametrize("chain", ["req-none", "../redeemed", ""])
def test_unknown_request_exits_2(desk: Desk, chain: str) -> None:
    assert main(["audit", "receipt", chain, "--worm", str(desk.notary.worm), "--out", str(desk.home / "x")]) == 2


def test_receipt_from_a_bucket(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    here = desk.receipt().read_text()
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="worm")
        s3.put_bucket_versioning(Bucket="worm", VersioningConfiguration={"Status": "Enabled"})
        for path in sorted(p for p in desk.notary.worm.rglob("*") if p.is_file()):
            s3.put_object(Bucket="worm", Key=f"log/{path.relative_to(desk.notary.worm)}", Body=path.read_bytes())
        path = desk.home / "there.json"
        wanted = ["audit", "receipt", desk.names["redeemed"], "--worm", "s3://worm/log", "--out", str(path)]
        assert main(wanted) == 0
        assert path.read_text() == here
        assert desk.verified(path, "--worm", "s3://worm/log")[0] == 0
        assert main([*wanted[:4], "s3://worm/nowhere", "--out", str(path)]) == 2


def test_receipt_from_the_copy_that_the_notary_writes(desk: Desk) -> None:
    """Writer and reader share nothing but the documented layout; here they meet."""
    house = NotaryHouse()
    stored = [
        Stored(item["pk"].removeprefix("REQ#"), Link(item["sk"], item["event"], item["hash"], item["prev_hash"]))
        for item in desk.items
    ]
    for start in range(0, len(stored), 7):
        part = stored[start : start + 7]
        changes = [Change(f"{i.chain}-{i.link.place}", i.chain, i.link.place, None, i, None, i.link.hash) for i in part]
        notarize_changes(changes, house, house.run())
        house.clock.pass_(300)
        notarize_on_schedule(house, house.run())
    worm = desk.home / "written"
    for name, versions in house.worm.versions.items():
        path = worm / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(versions[-1])
    desk.notary.worm, desk.notary.key = worm, house.log_signer.key
    for name in desk.names:
        code, said = desk.verified(desk.receipt(name), "--worm", str(worm))
        assert (code, said["findings"], said["signatures_checked"]) == (0, [], True)


def test_the_verifier_in_the_documentation_accepts_a_receipt_and_no_other_event(desk: Desk) -> None:
    page = (Path(__file__).parents[4] / "docs" / "audit-format.md").read_text()
    (block,) = [part for part in page.split("```python\n")[1:] if "def root(" in part.partition("```")[0]]
    written: dict[str, Any] = {}
    exec(block.partition("```")[0], written)
    for name in desk.names:
        told = desk.told(name)
        _, size, root, *_ = told["checkpoint"].split("\n")
        for each in told["events"]:
            assert base64.b64encode(written["root"](each["event"], each["proof"], int(size))).decode() == root
            assert written["root"](each["event"] + " ", each["proof"], int(size)) != base64.b64decode(root)
