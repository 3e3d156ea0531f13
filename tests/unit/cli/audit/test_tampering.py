"""What an export alone shows: every alteration of an event, a chain or a file is found and named."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sallyport.domain.events import EventType
from sallyport_cli.audit.rules.requests import RULES
from sallyport_cli.audit.verify import verify
from tests.support.evidence import (
    EXPORTED_AT,
    Item,
    furnished,
    line,
    md5,
    rehashed,
    write_data,
    write_export,
    write_manifest,
    write_manifests,
)

type Items = list[Item]
type Edit = Callable[[Items, dict[str, str]], tuple[Items, str | None, int | None]]


def at(items: Items, request: str, seq: int) -> int:
    return next(i for i, item in enumerate(items) if (item["pk"], int(item["sk"])) == (f"REQ#{request}", seq))


def event(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(item["event"])
    return found


def of_type(items: Items, request: str, kind: str) -> int:
    return next(i for i, item in enumerate(items) if item["pk"] == f"REQ#{request}" and event(item)["type"] == kind)


def rebuilt(items: Items, request: str) -> Items:
    """The chain with all numbers, hashes and links made new, as somebody does who can write the table."""
    before, seq, made = "0" * 64, 0, []
    for item in items:
        if item["pk"] != f"REQ#{request}":
            made.append(item)
            continue
        made.append({**rehashed(item, prev_hash=before, seq=seq), "sk": f"{seq:010d}"})
        before, seq = made[-1]["hash"], seq + 1
    return made


def altered_field(items: Items, names: dict[str, str]) -> Any:
    i = at(items, names["redeemed"], 3)
    items[i]["event"] = items[i]["event"].replace("petra.approver", "quinn.approver")
    return items, names["redeemed"], 3


def altered_hash(items: Items, names: dict[str, str]) -> Any:
    items[at(items, names["redeemed"], 2)]["hash"] = "f" * 64
    return items, names["redeemed"], 2


def altered_link(items: Items, names: dict[str, str]) -> Any:
    items[at(items, names["redeemed"], 2)]["prev_hash"] = "f" * 64
    return items, names["redeemed"], 2


def altered_and_rehashed(items: Items, names: dict[str, str]) -> Any:
    i = at(items, names["redeemed"], 3)
    items[i] = rehashed(items[i], actor={"kind": "person", "id": "quinn.approver", "channel": "slack"})
    return items, names["redeemed"], 3


def removed(seq: int) -> Edit:
    def edit(items: Items, names: dict[str, str]) -> Any:
        del items[at(items, names["redeemed"], seq)]
        return items, names["redeemed"], seq

    return edit


def renumbered(items: Items, names: dict[str, str]) -> Any:
    """An event is taken out and those behind it move up."""
    request, gone = names["denied"], 2
    del items[at(items, request, gone)]
    for item in items:
        if item["pk"] == f"REQ#{request}" and int(item["sk"]) > gone:
            item["sk"] = f"{int(item['sk']) - 1:010d}"
    return items, request, gone


def swapped(items: Items, names: dict[str, str]) -> Any:
    one, two = at(items, names["denied"], 1), at(items, names["denied"], 2)
    items[one]["sk"], items[two]["sk"] = items[two]["sk"], items[one]["sk"]
    return items, names["denied"], 1


def replayed(items: Items, names: dict[str, str]) -> Any:
    """Another request's approval, in the place of this one's decision."""
    items[at(items, names["denied"], 3)] |= {"event": items[at(items, names["redeemed"], 3)]["event"]}
    twin = items[at(items, names["redeemed"], 3)]
    items[at(items, names["denied"], 3)] |= {name: twin[name] for name in ("event", "hash", "prev_hash")}
    return items, names["denied"], 3


def duplicated(items: Items, names: dict[str, str]) -> Any:
    return [*items, dict(items[at(items, names["denied"], 1)])], names["denied"], 1


def two_in_one_place(items: Items, names: dict[str, str]) -> Any:
    i = at(items, names["denied"], 3)
    return [*items, rehashed(items[i], details={"decision": "approve"})], names["denied"], 3


def respaced(items: Items, names: dict[str, str]) -> Any:
    """The same value in another text."""
    i = at(items, names["pending"], 2)
    items[i]["event"] = json.dumps(event(items[i]), sort_keys=True)
    items[i]["hash"] = hashlib.sha256(items[i]["event"].encode()).hexdigest()
    return items, names["pending"], 2


def no_number(items: Items, names: dict[str, str]) -> Any:
    i = at(items, names["pending"], 2)
    items[i] = rehashed(items[i], details={"rung": float("nan"), "groups": []})
    return items, names["pending"], 2


def extra_attribute(items: Items, names: dict[str, str]) -> Any:
    items[at(items, names["pending"], 2)]["note"] = "added by somebody"
    return items, names["pending"], None


def forged(kind: str, details: dict[str, Any], actor: tuple[str, str] = ("system", "sallyport")) -> Edit:
    """One more event, linked and hashed as it should be."""

    def edit(items: Items, names: dict[str, str]) -> Any:
        request = names["pending"]
        last = max((i for i, item in enumerate(items) if item["pk"] == f"REQ#{request}"))
        seq = int(items[last]["sk"]) + 1
        who = {"kind": actor[0], "id": actor[1], "channel": "api"}
        one = rehashed(items[last], type=kind, details=details, actor=who, seq=seq, prev_hash=items[last]["hash"])
        return [*items, {**one, "sk": f"{seq:010d}"}], request, seq

    return edit


def rewritten(request: str, kind: str, change: Callable[[dict[str, Any]], dict[str, Any]], found_at: str) -> Edit:
    """The whole chain made anew, so that only what it tells is wrong."""

    def edit(items: Items, names: dict[str, str]) -> Any:
        i = of_type(items, names[request], kind)
        items[i] = rehashed(items[i], **change(event(items[i])))
        items = rebuilt(items, names[request])
        return items, names[request], int(items[of_type(items, names[request], found_at)]["sk"])

    return edit


def without(request: str, kind: str, found_at: str) -> Edit:
    def edit(items: Items, names: dict[str, str]) -> Any:
        del items[of_type(items, names[request], kind)]
        items = rebuilt(items, names[request])
        return items, names[request], int(items[of_type(items, names[request], found_at)]["sk"])

    return edit


def by(person: str, kind: str = "person") -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda e: {"actor": {**e["actor"], "id": person, "kind": kind}}


def told(**details: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda e: {"details": {**e["details"], **details}}


EVENTS: dict[str, tuple[Edit, str]] = {
    "altered field": (altered_field, "altered"),
    "altered hash": (altered_hash, "altered"),
    "altered link": (altered_link, "altered"),
    "altered and re-hashed": (altered_and_rehashed, "rewritten"),
    "removed first": (removed(0), "removed"),
    "removed middle": (removed(4), "removed"),
    "removed and renumbered": (renumbered, "misplaced"),
    "swapped": (swapped, "misplaced"),
    "replayed from another request": (replayed, "misplaced"),
    "duplicated": (duplicated, "duplicated"),
    "two events in one place": (two_in_one_place, "overwritten"),
    "the same value in another text": (respaced, "not_canonical"),
    "not a number": (no_number, "not_canonical"),
    "an attribute more": (extra_attribute, "unreadable"),
    "forged approval": (forged("request.approved", {"approvers": ["petra.approver"]}), "illegal"),
    "forged approval by policy": (forged("request.approved", {"approvers": ["policy"]}), "illegal"),
    "forged credential": (forged("credentials.issued", {"access_key_id": "A", "until": "z"}), "illegal"),
    "forged decision by the owner": (
        forged("decision.recorded", {"decision": "approve"}, ("person", "olive.owner")),
        "illegal",
    ),
    "forged decision by the agent": (
        forged("decision.recorded", {"decision": "approve"}, ("agent", "export-bot")),
        "illegal",
    ),
    "a denial explained that nobody made": (
        forged("decision.explained", {"comment": "Too wide"}, ("person", "petra.approver")),
        "illegal",
    ),
    "an event of no known type": (forged("request.blessed", {}), "illegal"),
    "approved by whom it is for": (
        rewritten("taken_back", "decision.recorded", by("olive.owner"), "decision.recorded"),
        "illegal",
    ),
    "approval left out, chain made anew": (without("redeemed", "decision.recorded", "request.approved"), "illegal"),
    "grant left out, chain made anew": (without("redeemed", "grant.issued", "grant.redeemed"), "illegal"),
    "redemption left out, chain made anew": (without("redeemed", "grant.redeemed", "credentials.issued"), "illegal"),
    "one approver named twice": (
        rewritten(
            "taken_back", "request.approved", told(approvers=["petra.approver", "petra.approver"]), "request.approved"
        ),
        "illegal",
    ),
    "an approver who said nothing": (
        rewritten("redeemed", "request.approved", told(approvers=["quinn.approver"]), "request.approved"),
        "illegal",
    ),
    "fewer than the quorum": (
        rewritten("redeemed", "request.submitted", told(quorum=2), "request.approved"),
        "illegal",
    ),
    "a policy that the deployment never noted": (
        rewritten("redeemed", "grant.redeemed", lambda e: {"judged_by": "c" * 64}, "grant.redeemed"),
        "policy_unnoted",
    ),
    "broken glass without a reason": (
        rewritten("glass", "decision.recorded", told(comment=" "), "decision.recorded"),
        "illegal",
    ),
    "broken glass reviewed by the one who broke it": (
        rewritten("glass", "break_glass.reviewed", by("rosa.security"), "break_glass.reviewed"),
        "illegal",
    ),
    "redeemed by another agent": (
        rewritten("redeemed", "grant.redeemed", by("triage-bot", "agent"), "grant.redeemed"),
        "illegal",
    ),
    "redeemed after its time": (
        rewritten("redeemed", "grant.redeemed", lambda e: {"at": "2026-11-02T11:54:00.000Z"}, "grant.redeemed"),
        "illegal",
    ),
    "another action on the way": (
        rewritten("redeemed", "grant.issued", lambda e: {"action": "rds.connect"}, "grant.issued"),
        "illegal",
    ),
    "another view on the way": (
        rewritten("redeemed", "decision.recorded", lambda e: {"presented_digest": "e" * 64}, "decision.recorded"),
        "illegal",
    ),
    "later than the export": (
        rewritten("pending", "approval.requested", lambda e: {"at": "2026-11-02T12:06:00.000Z"}, "approval.requested"),
        "manifest_altered",
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_manipulated_events_are_found_and_named(name: str, tmp_path: Path) -> None:
    edit, kind = EVENTS[name]
    items, names = furnished()
    edited, request, seq = edit(items, names)
    report = verify(write_export(tmp_path, edited))
    assert report.exit_code == 1
    found = [(f.kind.value, f.chain, f.seq) for f in report.findings]
    assert (kind, request, seq) in found
    assert {chain for _, chain, _ in found} == {request}, "somebody else was accused"


def home_of(folder: Path) -> Path:
    return next((folder / "AWSDynamoDB").iterdir())


def edited_summary(home: Path) -> None:
    path = home / "manifest-summary.json"
    path.write_text(path.read_text().replace('"itemCount"', '"itemcount"'))


def fewer_told(home: Path) -> None:
    write_manifests(home, 7)


def missing_file(home: Path) -> None:
    next((home / "data").iterdir()).unlink()


def exchanged_file(home: Path) -> None:
    next((home / "data").iterdir()).write_bytes(gzip.compress(b""))


def torn_file(home: Path) -> None:
    path = next((home / "data").iterdir())
    path.write_bytes(path.read_bytes()[:-20])


def added_file(home: Path) -> None:
    write_data(home, 99, [line(furnished()[0][0])])


def filtered(home: Path) -> None:
    total = json.loads((home / "manifest-summary.json").read_text())["itemCount"]
    write_manifests(home, total, filterSpecification={"KeyConditionExpression": "pk = :one"})


def line_left_out(home: Path) -> None:
    """A data file and the entry that it has in the manifest, but not the number in the summary."""
    path = home / "manifest-files.json"
    first, *rest = path.read_text().splitlines(keepends=True)
    Path(home / "data" / json.loads(first)["dataFileS3Key"].rsplit("/", 1)[-1]).unlink()
    write_manifest(home, "manifest-files", "".join(rest))


def earlier(home: Path) -> None:
    """The export claims to be from before what it has, so that what is missing would be later."""
    total = json.loads((home / "manifest-summary.json").read_text())["itemCount"]
    write_manifests(home, total, EXPORTED_AT.replace(hour=10, minute=0))


FILES: dict[str, tuple[Callable[[Path], None], str]] = {
    "edited manifest": (edited_summary, "manifest_altered"),
    "manifest that counts less": (fewer_told, "count_differs"),
    "missing manifest": (lambda home: (home / "manifest-summary.json").unlink(), "manifest_missing"),
    "missing list of files": (lambda home: (home / "manifest-files.json").unlink(), "manifest_missing"),
    "missing checksum": (lambda home: (home / "manifest-files.checksum").unlink(), "manifest_missing"),
    "missing data file": (missing_file, "file_missing"),
    "exchanged data file": (exchanged_file, "file_altered"),
    "torn data file": (torn_file, "file_altered"),
    "added data file": (added_file, "file_added"),
    "filtered export": (filtered, "filtered"),
    "file left out of the list": (line_left_out, "count_differs"),
    "earlier than its events": (earlier, "manifest_altered"),
}


@pytest.mark.parametrize("name", FILES)
def test_manipulated_files_are_found_and_named(name: str, tmp_path: Path) -> None:
    edit, kind = FILES[name]
    write_export(tmp_path, furnished()[0])
    edit(home_of(tmp_path))
    report = verify(tmp_path)
    assert report.exit_code == 1
    assert kind in {finding.kind.value for finding in report.findings}


def test_a_line_that_is_no_item_is_found(tmp_path: Path) -> None:
    report = verify(write_export(tmp_path, furnished()[0], lines=["{}"]))
    assert [finding.kind.value for finding in report.findings] == ["unreadable"]


def test_manifests_that_lead_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    home = home_of(write_export(tmp_path / "export", furnished()[0]))
    secret = tmp_path / "secret.gz"
    secret.write_bytes(gzip.compress(b""))
    entry = {"itemCount": 0, "md5Checksum": md5(secret.read_bytes()), "dataFileS3Key": "AWSDynamoDB/../../secret.gz"}
    write_manifest(home, "manifest-files", json.dumps(entry))
    kinds = {finding.kind.value for finding in verify(tmp_path / "export").findings}
    assert "manifest_altered" in kinds


def test_every_type_of_a_request_has_a_rule() -> None:
    others = {"request.refused", "policy.changed", "halted", "resumed"}
    assert set(RULES) | others == {each.value for each in EventType}
