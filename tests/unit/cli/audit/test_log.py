"""The export beside the log: what was removed, made anew or put back shows, and so does a log that was touched."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from moto import mock_aws

from sallyport_cli.audit.findings import CannotTell, Report
from sallyport_cli.audit.verify import Against, verify
from tests.support.evidence import Item, furnished, rehashed, write_export
from tests.support.notary import Notary
from tests.unit.cli.audit.test_tampering import at, forged, rebuilt


@dataclass
class Evidence:
    """The house's items, and a log of them with a checkpoint after 30 events, one after 100 and one after all."""

    home: Path
    items: list[Item]
    names: dict[str, str]
    notary: Notary
    seen: Path

    @property
    def request(self) -> str:
        return self.names["redeemed"]

    def verified(self, *, seen: bool = False, key: bool = True, worm: str | None = None) -> Report:
        export = write_export(self.home / "export", self.items)
        pem = self.home / "key.pem"
        if not pem.exists():
            self.notary.key_file(pem)
        against = Against(worm or str(self.notary.worm), pem if key else None, self.seen if seen else None)
        return verify(export, against)


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    items, names = furnished()
    notary = Notary(tmp_path / "worm")
    made = Evidence(tmp_path, items, names, notary, tmp_path / "seen")
    notary.key_file(tmp_path / "key.pem")
    for upto in (30, 100, len(items)):
        notary.append(*(item["event"] for item in items[len(notary.entries) : upto]))
        made.seen.write_bytes(notary.sign())
    return made


def rewritten_and_rebuilt(e: Evidence) -> None:
    i = at(e.items, e.request, 3)
    e.items[i] = rehashed(e.items[i], actor={"kind": "person", "id": "petra.approver", "channel": "api"})
    e.items = rebuilt(e.items, e.request)


def last_rehashed(e: Evidence) -> None:
    i = max(i for i, item in enumerate(e.items) if item["pk"] == f"REQ#{e.request}")
    e.items[i] = rehashed(e.items[i], details={"access_key_id": "OTHER", "until": "2026-11-02T10:15:00.000Z"})


def tail_removed(e: Evidence) -> None:
    e.items = [item for item in e.items if item["pk"] != f"REQ#{e.request}" or int(item["sk"]) < 6]


def request_removed(e: Evidence) -> None:
    e.items = [item for item in e.items if item["pk"] != f"REQ#{e.request}"]


def table_truncated(e: Evidence) -> None:
    e.items = []


def forged_and_notarized_never(e: Evidence) -> None:
    """An event put in by hand long ago, which no notary has seen."""
    e.items, _, _ = forged("decision.refused", {"code": "not_an_approver"})(e.items, e.names)
    for _ in range(3):
        e.notary.now = e.notary.now.replace(day=e.notary.now.day + 1)
    e.notary.sign()


EVENTS: dict[Callable[[Evidence], None], tuple[str, str, int]] = {
    rewritten_and_rebuilt: ("differs_from_log", "redeemed", 3),
    last_rehashed: ("differs_from_log", "redeemed", 7),
    tail_removed: ("removed", "redeemed", 6),
    request_removed: ("request_removed", "redeemed", 0),
    table_truncated: ("request_removed", "denied", 0),
    forged_and_notarized_never: ("not_in_log", "pending", 5),
}


@pytest.mark.parametrize("edit", EVENTS, ids=lambda edit: edit.__name__)
def test_what_a_chain_alone_cannot_show_is_found_beside_the_log(
    evidence: Evidence, edit: Callable[[Evidence], None]
) -> None:
    edit(evidence)
    report = evidence.verified()
    kind, name, seq = EVENTS[edit]
    assert (kind, evidence.names[name], seq) in [(f.kind.value, f.chain, f.seq) for f in report.findings]


def only(worm: Path, pattern: str) -> Path:
    return min(worm.glob(pattern))


def tree_rebuilt(e: Evidence) -> None:
    """All tiles made anew over another event; the checkpoints stay, since the key is not to be had."""
    e.notary.entries = [entry.replace(b"petra.approver", b"quinn.approver") for entry in e.notary.entries]
    e.notary._write_tiles()


def signed_by_another(e: Evidence) -> None:
    e.notary.key = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    e.notary.sign()


def older_put_back(e: Evidence) -> None:
    (e.notary.worm / "checkpoint").write_bytes(only(e.notary.worm, "checkpoints/*").read_bytes())


def middle_checkpoint_removed(e: Evidence) -> None:
    sorted((e.notary.worm / "checkpoints").iterdir())[1].unlink()


def first_checkpoint_removed(e: Evidence) -> None:
    only(e.notary.worm, "checkpoints/*").unlink()


def pointer_removed(e: Evidence) -> None:
    (e.notary.worm / "checkpoint").unlink()


def checkpoint_edited(e: Evidence) -> None:
    path = only(e.notary.worm, "checkpoints/*")
    path.write_bytes(path.read_bytes().replace(b"\n30\n", b"\n29\n"))


def checkpoint_garbled(e: Evidence) -> None:
    only(e.notary.worm, "checkpoints/*").write_bytes(b"nothing")


def entries_removed(e: Evidence) -> None:
    for path in (e.notary.worm / "tile" / "entries").rglob("*"):
        if path.is_file() and path.name == str(len(e.items)):
            path.unlink()


def hashes_edited(e: Evidence) -> None:
    path = e.notary.worm / "tile" / "0" / "000.p" / str(len(e.items))
    path.write_bytes(b"\x00" * 32 + path.read_bytes()[32:])


def tree_shorter(e: Evidence) -> None:
    """The key's holder signs an older size once more, as the newest."""
    del e.notary.entries[40:]
    e.notary.sign()


LOGS: dict[Callable[[Evidence], None], str] = {
    tree_rebuilt: "tree_differs",
    signed_by_another: "bad_signature",
    older_put_back: "rolled_back",
    middle_checkpoint_removed: "checkpoint_chain",
    first_checkpoint_removed: "checkpoint_chain",
    pointer_removed: "log_incomplete",
    checkpoint_edited: "bad_signature",
    checkpoint_garbled: "checkpoint_malformed",
    entries_removed: "log_incomplete",
    hashes_edited: "tile_altered",
    tree_shorter: "rolled_back",
}


@pytest.mark.parametrize("edit", LOGS, ids=lambda edit: edit.__name__)
def test_a_log_that_was_touched_is_found(evidence: Evidence, edit: Callable[[Evidence], None]) -> None:
    edit(evidence)
    assert LOGS[edit] in {finding.kind.value for finding in evidence.verified().findings}


def test_log_that_its_own_key_rolled_back_or_forked_is_found_by_a_kept_checkpoint(tmp_path: Path) -> None:
    items, names = furnished()
    notary = Notary(tmp_path / "one")
    notary.append(*(item["event"] for item in items))
    seen = tmp_path / "seen"
    seen.write_bytes(notary.sign())
    for name, upto, kind in (("rolled", 40, "rolled_back"), ("forked", len(items), "forked")):
        other = Notary(tmp_path / name)
        other.append(*(item["event"] for item in reversed(items[:upto])))
        other.sign()
        made = Evidence(tmp_path / f"{name}-export", items[:upto], names, other, seen)
        made.home.mkdir()
        assert kind in {finding.kind.value for finding in made.verified(seen=True).findings}


def test_everything_is_in_the_log(evidence: Evidence) -> None:
    report = evidence.verified(seen=True)
    assert (report.findings, report.open) == ((), ())
    assert report.facts["checkpoint"]["size"] == report.facts["events"] == len(evidence.items)
    assert (report.facts["checkpoints"], report.facts["pending"]) == (3, 0)


def test_tail_behind_the_newest_checkpoint_is_pending(evidence: Evidence, tmp_path: Path) -> None:
    late = Notary(tmp_path / "late")
    late.append(*(item["event"] for item in evidence.items[:120]))
    late.sign()
    evidence.notary = late
    report = evidence.verified()
    assert report.findings == ()
    assert report.facts["pending"] == len(evidence.items) - 120


def test_empty_checkpoints_and_a_log_in_another_order_are_clean(evidence: Evidence, tmp_path: Path) -> None:
    other = Notary(tmp_path / "other")
    other.sign()
    other.append(*(item["event"] for item in sorted(evidence.items, key=lambda item: item["hash"])))
    other.sign()
    other.sign()
    evidence.notary = other
    assert evidence.verified().findings == ()


def test_more_than_one_tile_is_clean(evidence: Evidence, tmp_path: Path) -> None:
    """The same events notarized twice over: a stream may repeat itself."""
    other = Notary(tmp_path / "other")
    for _ in range(5):
        other.append(*(item["event"] for item in evidence.items))
        other.sign()
    evidence.notary = other
    assert evidence.verified().findings == ()


def test_events_newer_than_the_export_are_not_missed(evidence: Evidence) -> None:
    """The log went on after the export was taken."""
    last = evidence.items[at(evidence.items, evidence.names["pending"], 4)]
    late = rehashed(last, seq=5, prev_hash=last["hash"], at="2026-11-02T12:04:00.000Z")
    evidence.notary.append(late["event"])
    evidence.notary.sign()
    report = evidence.verified()
    assert (report.findings, report.facts["newer_than_export"]) == ((), 1)


def test_without_the_key_what_is_open_is_said(evidence: Evidence) -> None:
    report = evidence.verified(key=False)
    assert report.findings == ()
    assert report.open == ("that the checkpoints are the notary's own (--key shows it)",)


def test_key_as_one_line(evidence: Evidence) -> None:
    (evidence.home / "key.pem").write_text(evidence.notary.vkey() + "\n")
    assert evidence.verified().findings == ()


def test_key_that_is_none_cannot_tell(evidence: Evidence) -> None:
    (evidence.home / "key.pem").write_text("nothing")
    with pytest.raises(CannotTell, match="no Ed25519 public key"):
        evidence.verified()


def test_versions_that_were_written_over_or_deleted_in_the_bucket_are_found(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="worm")
        s3.put_bucket_versioning(Bucket="worm", VersioningConfiguration={"Status": "Enabled"})
        for path in sorted(p for p in evidence.notary.worm.rglob("*") if p.is_file()):
            s3.put_object(Bucket="worm", Key=f"log/{path.relative_to(evidence.notary.worm)}", Body=path.read_bytes())
        assert evidence.verified(worm="s3://worm/log").findings == ()
        name = f"log/{only(evidence.notary.worm, 'checkpoints/*').relative_to(evidence.notary.worm)}"
        s3.delete_object(Bucket="worm", Key=name)
        s3.put_object(Bucket="worm", Key=f"log/tile/0/000.p/{len(evidence.items)}", Body=b"other")
        evidence.home = evidence.home / "again"
        evidence.home.mkdir()
        found = {finding.kind.value for finding in evidence.verified(worm="s3://worm/log").findings}
        assert found == {"version_deleted", "version_overwritten"}
