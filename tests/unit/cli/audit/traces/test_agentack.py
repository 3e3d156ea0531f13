"""Traces, judged by AgentAck itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from agentack import evaluate_events
from agentack.models import EvaluationReport
from agentack.parser import read_jsonl

from sallyport_cli.main import main
from tests.support.evidence import Item, World, furnished, items_of, rehashed, write_export
from tests.support.story import SKIPS_APPROVAL, Story, submission

type Edit = Callable[[list[Item]], list[Item]]


def judged(folder: Path, items: list[Item], *ids: str) -> EvaluationReport:
    """What AgentAck says of one trace of this export."""
    out = folder / "trace.jsonl"
    export = write_export(folder / "export", items)
    assert main(["audit", "trace", str(export), *ids, "--format", "agentack", "--out", str(out)]) == 0
    return evaluate_events(read_jsonl(out))


def rules(report: EvaluationReport) -> set[str]:
    return set(report.rule_counts)


def traced(folder: Path, items: list[Item], request_id: str) -> list[dict[str, object]]:
    assert judged(folder, items, request_id).status == "PASS"
    return [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]


def edited(items: list[Item], request_id: str, edit: Edit) -> list[Item]:
    """The set with this request's chain changed, its places counted anew."""
    pk = f"REQ#{request_id}"
    chain = edit([item for item in items if item["pk"] == pk])
    placed = [
        {**rehashed(item, seq=seq, request_id=request_id), "pk": pk, "sk": f"{seq:010d}"}
        for seq, item in enumerate(chain)
    ]
    return [item for item in items if item["pk"] != pk] + placed


def type_of(item: Item) -> str:
    return str(json.loads(item["event"])["type"])


def without(*kinds: str) -> Edit:
    return lambda chain: [item for item in chain if type_of(item) not in kinds]


def saying(kind: str, **changes: object) -> Edit:
    return lambda chain: [rehashed(item, **changes) if type_of(item) == kind else item for item in chain]


def repeated(kind: str, behind: str) -> Edit:
    """The chain's event of this type once more, behind the one of another type."""
    return lambda chain: [
        again
        for item in chain
        for again in (item, *(other for other in chain if type_of(other) == kind and type_of(item) == behind))
    ]


def taken(items: list[Item], request_id: str, kind: str, behind: str) -> Edit:
    """Another request's event of this type, behind the chain's own of the second type."""
    other = next(i for i in items if i["pk"] == f"REQ#{request_id}" and type_of(i) == kind)
    return lambda chain: [each for item in chain for each in ((item, other) if type_of(item) == behind else (item,))]


def test_everything_that_can_happen_to_a_request_passes(tmp_path: Path) -> None:
    items, names = furnished()
    report = judged(tmp_path, items)
    assert (report.status, report.findings) == ("PASS", ())
    told = {json.loads(line).get("action_id") for line in (tmp_path / "trace.jsonl").read_text().splitlines()}
    assert told - {None} == set(names.values())


def test_agentacks_own_command_exits_0_for_a_sound_trace_and_1_for_a_tampered_one(tmp_path: Path) -> None:
    items, names = furnished()
    for name, edit, code in (("sound", list, 0), ("tampered", without("decision.recorded"), 1)):
        judged(tmp_path / name, edited(items, names["redeemed"], edit))
        command = [sys.executable, "-m", "agentack", "check", str(tmp_path / name / "trace.jsonl")]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code


@pytest.mark.parametrize(
    ("name", "edit", "found"),
    [
        ("redeemed", without("decision.recorded"), {"ACK001", "ACK009"}),
        ("executed", without("decision.recorded"), {"ACK001", "ACK009"}),
        ("redeemed", without("request.masked"), {"ACK003"}),
        ("redeemed", without("request.masked", "approval.requested"), {"ACK009"}),
        ("redeemed", without("request.submitted"), {"ACK009"}),
        ("denied", without("request.masked", "approval.requested"), {"ACK009"}),
        ("redeemed", saying("credentials.issued", action_digest="f" * 64), {"ACK003"}),
        ("redeemed", saying("credentials.issued", action="iam.create_user"), {"ACK003"}),
        ("redeemed", saying("decision.recorded", presented_digest="f" * 64), {"ACK003"}),
        ("redeemed", repeated("credentials.issued", "credentials.issued"), {"ACK004"}),
        ("redeemed", saying("grant.redeemed", at="2026-11-02T23:00:00.000Z"), {"ACK005"}),
        ("executed", saying("action.executed", action="ecs.delete_service"), {"ACK003"}),
    ],
)
def test_a_tampered_request_is_refused(tmp_path: Path, name: str, edit: Edit, found: set[str]) -> None:
    items, names = furnished()
    report = judged(tmp_path, edited(items, names[name], edit))
    assert rules(report) == found
    assert {finding.action_id for finding in report.findings} == {names[name]}


@pytest.mark.parametrize(
    ("name", "behind", "found"),
    [
        ("denied", "request.denied", {"ACK002", "ACK003", "ACK006"}),
        ("cancelled", "request.cancelled", {"ACK001", "ACK006"}),
        ("expired", "request.expired", {"ACK001", "ACK006"}),
        ("void", "grant.revoked", {"ACK003", "ACK006"}),
    ],
)
def test_a_credential_for_a_request_that_got_none_is_refused(
    tmp_path: Path, name: str, behind: str, found: set[str]
) -> None:
    items, names = furnished()
    edit = taken(items, names["redeemed"], "credentials.issued", behind)
    assert rules(judged(tmp_path, edited(items, names[name], edit))) == found


def of_two(world: World) -> str:
    """A request that two people approved, and whose credential was issued."""
    story = Story(world.ports).quorum(2).pending(submission(on_behalf_of="olive.owner"))
    story.decided("petra.approver").decided("quinn.approver").granted().redeemed()
    story.closed()
    return story.request_id


def test_a_quorum_of_two_stays_two_approvals(tmp_path: Path) -> None:
    world = World()
    request_id = of_two(world)
    records = traced(tmp_path, items_of(world.ports), request_id)
    people = [f"{request_id}/petra.approver", f"{request_id}/quinn.approver"]
    for kind in ("approval_requested", "approval_decision"):
        assert [record["approval_id"] for record in records if record["type"] == kind] == people
    (executed,) = [record for record in records if record["type"] == "action_executed"]
    assert executed["approval_id"] == people[-1]


def test_whoever_decides_before_the_card_is_posted_was_shown_the_view(tmp_path: Path) -> None:
    """Through the API the masked view can be read, and decided, as soon as it is there."""
    items, names = furnished()
    records = traced(tmp_path, edited(items, names["redeemed"], without("approval.requested")), names["redeemed"])
    kinds = ["action_proposed", "approval_requested", "approval_decision", "action_executed", "session_end"]
    assert [record["type"] for record in records] == kinds


def test_half_a_quorum_that_expires_is_no_fault(tmp_path: Path) -> None:
    world = World()
    story = Story(world.ports).quorum(2).pending(submission(on_behalf_of="olive.owner"))
    story.decided("petra.approver").closed("timed_out")
    records = traced(tmp_path, items_of(world.ports), story.request_id)
    decisions = [record["decision"] for record in records if record["type"] == "approval_decision"]
    assert decisions == ["allow", "deny"]
    assert records[-2]["type"] == "action_blocked"


def lone(chain: list[Item]) -> list[Item]:
    """Without the second approval."""
    votes = [item for item in chain if type_of(item) == "decision.recorded"]
    return [item for item in chain if item is not votes[-1]]


def same(chain: list[Item]) -> list[Item]:
    """Both approvals by the same person."""
    petra = {"kind": "person", "id": "petra.approver", "channel": "slack"}
    return saying("decision.recorded", actor=petra)(chain)


def hushed(chain: list[Item]) -> list[Item]:
    """Without the second approval, and without its trace in what came of it."""
    for kind in ("request.approved", "grant.issued"):
        details = next(json.loads(item["event"])["details"] for item in chain if type_of(item) == kind)
        chain = saying(kind, details={**details, "approvers": ["petra.approver"]})(chain)
    return lone(chain)


@pytest.mark.parametrize("edit", [lone, hushed, same])
def test_a_quorum_of_two_is_not_reached_by_one_person(tmp_path: Path, edit: Edit) -> None:
    world = World()
    request_id = of_two(world)
    report = judged(tmp_path, edited(items_of(world.ports), request_id, edit))
    assert report.status == "FAIL"
    assert rules(report) == {"ACK001", "ACK009"}


def test_an_approval_that_was_taken_back_allows_nothing(tmp_path: Path) -> None:
    items, names = furnished()
    records = traced(tmp_path, items, names["taken_back"])
    decisions = [(r["approval_id"], r["decision"]) for r in records if r["type"] == "approval_decision"]
    request_id = names["taken_back"]
    assert decisions == [
        (f"{request_id}/petra.approver/withdrawn-4", "deny"),
        (f"{request_id}/quinn.approver", "allow"),
        (f"{request_id}/petra.approver", "allow"),
    ]


def test_what_policy_allows_alone_claims_no_approval(tmp_path: Path) -> None:
    world = World()
    story = Story(world.ports).cedar(SKIPS_APPROVAL).submitted().masked().granted()
    story.redeemed()
    story.closed()
    records = traced(tmp_path, items_of(world.ports), story.request_id)
    assert [record["type"] for record in records] == ["action_proposed", "action_executed", "session_end"]
    assert "approval_id" not in records[1]


def test_a_revocation_in_a_trace_of_its_own_is_an_interrupt(tmp_path: Path) -> None:
    items, names = furnished()
    for name, edit, found in (
        ("sound", list, set()),
        ("tampered", repeated("credentials.issued", "grant.revoked"), {"ACK004", "ACK008"}),
    ):
        export = write_export(tmp_path / name, edited(items, names["revoked"], edit))
        out = tmp_path / f"{name}-traces"
        out.mkdir()
        assert main(["audit", "trace", str(export), "--format", "agentack", "--out", str(out)]) == 0
        reports = {path.stem: evaluate_events(read_jsonl(path)) for path in out.iterdir()}
        assert set(reports) == set(names.values())
        assert {request_id for request_id, report in reports.items() if report.status != "PASS"} == (
            {names["revoked"]} if found else set()
        )
        assert rules(reports[names["revoked"]]) == found


def test_what_cannot_be_judged_is_left_out_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.story("waiting")
    world.story("granted").decided().granted()
    Story(world.ports).submitted(submission(context={"ticket": "INC-9"})).closed("masking_failed")
    export = write_export(tmp_path, items_of(world.ports))
    assert main(["audit", "trace", str(export), "--format", "agentack"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "left out: 2 not settled yet, 1 ended before anybody was asked" in said.err


def test_an_answer_that_comes_late_is_no_execution_behind_a_block(tmp_path: Path) -> None:
    items, names = furnished()
    failed = taken(items, names["not_executed"], "action.failed", "grant.redeemed")
    records = traced(tmp_path, edited(items, names["executed"], failed), names["executed"])
    assert "action_blocked" not in {record["type"] for record in records}
