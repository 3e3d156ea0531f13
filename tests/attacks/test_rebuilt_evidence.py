"""Threat 19, as the auditor meets it: evidence is cut off, cut out or made anew, and is exported afterwards.

Whoever does it may write the table as they like, and make numbers, hashes and links fit. The export is the command
line's, the log that of the product's own notary; the auditor has the notary's public key from elsewhere.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sallyport.domain.canonical import canonical
from sallyport.domain.checkpoints import read
from sallyport.runtime import wiring
from sallyport_cli.audit import export
from sallyport_cli.audit.verify import Against, verify
from tests.support.house import House
from tests.support.stream import Stream

type Item = dict[str, Any]
type Chain = list[Item]


_signed = count(1)


class Auditor:
    """Exports the table and verifies it. The clock is an hour on, so that nothing counts as being written just now."""

    def __init__(self, house: House, home: Path) -> None:
        self.house, self.home, self.exports = house, home, 0
        self.kept: dict[tuple[str, str], Item] = {}
        public = Ed25519PublicKey.from_public_bytes(wiring.wiring().log_signer.public_key())
        self.key = home / "notary.pem"
        self.key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def found(self, *, log: bool = True) -> set[tuple[str | None, str]]:
        """Chain and kind of each finding."""
        self.exports += 1
        out = self.home / f"export{self.exports}"
        source = export.Source("audit", self.house.client("dynamodb"), self.house.client("s3"))
        export.scan(source, out, lambda: datetime.now(UTC) + timedelta(hours=1), lambda _: None)
        report = verify(out, Against("s3://worm", self.key) if log else None)
        return {(finding.chain, finding.kind.value) for finding in report.findings}

    def notarized(self) -> tuple[str, Stream]:
        """A request that was granted and redeemed, all of it in the log and under a checkpoint."""
        stream = Stream(self.house)
        request_id = self.house.granted()
        assert self.house.redeem(request_id)[0] == 200
        self.house.ended(request_id)
        stream.tell()
        # A second has one checkpoint at most; a test is quicker than that.
        later = datetime.now(UTC) + timedelta(seconds=2 * next(_signed))
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(self.house.handlers["notarize_audit"].__globals__, "_now", lambda: later)
            self.house.invoke("notarize_audit", {"source": "aws.events"})
        checkpoint = self.house.client("s3").get_object(Bucket="worm", Key="checkpoint")["Body"].read()
        assert read(checkpoint).size == sum(path.startswith("index/") for path in stream.log())
        self.kept = stream.seen
        return request_id, stream

    def put_back(self) -> None:
        """The house checks all its chains at the end."""
        table = self.house.client("dynamodb")
        for pk, sk in Stream(self.house).tables().keys() - self.kept.keys():
            table.delete_item(TableName="audit", Key={"pk": {"S": pk}, "sk": {"S": sk}})
        for item in self.kept.values():
            table.put_item(TableName="audit", Item=item)


@pytest.fixture
def auditor(house: House, tmp_path: Path) -> Iterator[Auditor]:
    made = Auditor(house, tmp_path)
    yield made
    if made.kept:
        made.put_back()


def rebuilt(chain: Chain) -> Chain:
    """Numbers, links and hashes made to fit."""
    made: Chain = []
    before = "0" * 64
    for seq, item in enumerate(chain):
        event = json.loads(item["event"]["S"]) | {"seq": seq, "prev_hash": before}
        text = canonical(event).decode()
        digest = hashlib.sha256(text.encode()).hexdigest()
        fields = {"sk": f"{seq:010d}", "event": text, "hash": digest, "prev_hash": before}
        made.append({**item, **{name: {"S": value} for name, value in fields.items()}})
        before = digest
    return made


def by_another(chain: Chain) -> Chain:
    """Who approved is somebody else, wherever it is told."""
    return rebuilt([{**i, "event": {"S": i["event"]["S"].replace("petra.approver", "otto.owner")}} for i in chain])


ATTACKS: dict[str, tuple[Callable[[Chain], Chain], bool, str]] = {
    # What is done to the chain, whether the export alone shows it, and what the log calls it.
    "tail removed": (lambda chain: chain[:-2], False, "removed"),
    "middle removed": (lambda chain: [*chain[:3], *chain[5:]], True, "removed"),
    "middle removed and the rest renumbered": (
        lambda chain: rebuilt([*chain[:1], *chain[2:]]),
        True,
        "differs_from_log",
    ),
    "all of it removed": (lambda chain: [], False, "request_removed"),
    "all of it made anew, with another approver": (by_another, False, "differs_from_log"),
    "its end made anew": (
        lambda chain: [*chain[:-1], *rebuilt([*chain[:-1], chain[-2]])[-1:]],
        True,
        "differs_from_log",
    ),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_19_evidence_that_was_cut_or_made_anew_is_found_and_named(house: House, auditor: Auditor, what: str) -> None:
    request_id, stream = auditor.notarized()
    attack, shows_alone, kind = ATTACKS[what]
    table, pk = house.client("dynamodb"), f"REQ#{request_id}"
    chain = [item for (of, _), item in sorted(stream.tables().items()) if of == pk]
    for item in chain:
        table.delete_item(TableName="audit", Key={name: item[name] for name in ("pk", "sk")})
    for item in attack(chain):
        table.put_item(TableName="audit", Item=item)
    assert bool(auditor.found(log=False)) is shows_alone
    found = auditor.found()
    assert (request_id, kind) in found
    assert {chain for chain, _ in found} == {request_id}, "nobody else is accused"
    assert "audit_tampered" in stream.tell(), "and it rang when it was done"


def test_19_evidence_that_nobody_touched_is_clean(auditor: Auditor) -> None:
    auditor.notarized()
    assert auditor.found() == set()


def test_19_the_whole_table_emptied_is_found(house: House, auditor: Auditor) -> None:
    request_id, stream = auditor.notarized()
    table = house.client("dynamodb")
    for pk, sk in stream.tables():
        table.delete_item(TableName="audit", Key={"pk": {"S": pk}, "sk": {"S": sk}})
    assert auditor.found(log=False) == set(), "an empty export has nothing wrong in it"
    assert (request_id, "request_removed") in auditor.found()


def test_19_log_that_was_made_to_fit_is_found_too(house: House, auditor: Auditor) -> None:
    """Object Lock keeps what was there: who writes over it leaves two versions, and the first one counts."""
    request_id, _ = auditor.notarized()
    s3 = house.client("s3")
    bundles = [path for path in house.objects("worm") if path.startswith("tile/entries/")]
    newest = max(bundles)
    content = s3.get_object(Bucket="worm", Key=newest)["Body"].read()
    s3.put_object(Bucket="worm", Key=newest, Body=content.replace(b"petra.approver", b"quinn.approver"))
    try:
        assert {kind for _, kind in auditor.found()} == {"version_overwritten"}
    finally:
        versions = s3.list_object_versions(Bucket="worm", Prefix=newest)["Versions"]
        (latest,) = [v["VersionId"] for v in versions if v["IsLatest"] and v["Key"] == newest]
        s3.delete_object(Bucket="worm", Key=newest, VersionId=latest, BypassGovernanceRetention=True)
    assert house.broken_at(request_id) is None
