"""`sallyport policy`: what it prints, and exit codes that scripts can trust."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sallyport_cli.main import main
from sallyport_cli.policy.layer import PACKAGE

ROOT = Path(__file__).parents[3]
VIEW = {
    "request_id": "req-000000000000000000000001",
    "status": "approved",
    "action": "s3.export",
    "agent": "export-bot",
    "on_behalf_of": "quinn.approver",
    "masked": {"parameters": {"bucket": "sallyport-sample-data", "prefix": "patients/2025/"}},
    "created_at": "2026-11-02T10:00:00.000Z",
    "expires_at": "2026-11-02T11:00:00.000Z",
    "decisions": [
        {"by": "petra.approver", "decision": "approve", "at": "2026-11-02T10:01:00.000Z", "channel": "slack"},
        {"by": "sam.operator", "decision": "approve", "at": "2026-11-02T10:02:00.000Z", "channel": "api"},
    ],
    "quorum": {"needed": 1, "have": 1},
    "policy_digest": "0" * 64,
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "layers/policy", tmp_path / "layers/policy")
    shutil.copy(ROOT / "template.yaml", tmp_path)
    return tmp_path


def edit(path: Path, change: Callable[[Any], object]) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(yaml.safe_dump(json.loads(json.dumps(document))), encoding="utf-8")


def action(checkout: Path, name: str) -> Path:
    return checkout / PACKAGE / "actions" / f"{name}.yaml"


def codes(checkout: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    code = main(["policy", "validate", "--json", "--layer", str(checkout)])
    said = json.loads(capsys.readouterr().out)
    assert code == (0 if said["ok"] else 1)
    return {finding["code"] for finding in said["findings"]}


@pytest.mark.parametrize("command", [[], ["policy"], ["policy", "nothing"], ["policy", "diff", "HEAD"]])
def test_wrong_usage_is_exit_code_2(command: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(command)
    assert left.value.code == 2


@pytest.mark.parametrize("name", ["validate", "test", "explain", "diff", "access-review"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["policy", name, "--help"])
    assert left.value.code == 0
    assert len(capsys.readouterr().out) > 300


@pytest.mark.parametrize(
    "command",
    [
        ["validate", "--layer", "/nowhere"],
        ["test", "--layer", "/nowhere"],
        ["diff", "no-such-ref", "."],
        ["diff", "--", "--output=/tmp/x", "."],
        ["explain", "no-such-file"],
        ["explain", "req-000000000000000000000001", "--stack", "/nowhere"],
    ],
)
def test_what_is_not_there_is_exit_code_2(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", *command]) == 2
    assert capsys.readouterr().err.startswith("sallyport: ")


def test_the_shipped_policy_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "validate"]) == 0
    assert "13 actions" in capsys.readouterr().out


def put(document: Any, value: object, *path: str) -> None:
    for name in path[:-1]:
        document = document[name]
    document[path[-1]] = value


LADDER, REDEMPTION = "ladder", "redemption_seconds"
BREAKAGES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "schema": ("ec2.reboot", lambda d: put(d, "x", "title")),
    "invalid": ("ec2.reboot", lambda d: d["bound_by"].pop("instance_id")),
    "invalid: harmless": ("ec2.reboot", lambda d: put(d, {"instance_id": "(?!x).*"}, "harmless")),
    "bound_by": ("ec2.reboot", lambda d: put(d, "resource of ec2:StopInstances", "bound_by", "instance_id")),
    "pattern": ("ec2.reboot", lambda d: put(d["parameters"]["properties"]["instance_id"], "^i-[*\\w]{17}$", "pattern")),
    "example": ("ec2.reboot", lambda d: put(d, "i-1", "example", "instance_id")),
    "duration": ("ec2.reboot", lambda d: put(d, 30 * 60, "duration_seconds", "default")),
    "parameter": ("ec2.reboot", lambda d: d["parameters"]["required"].append("nothing")),
    "targets": ("ec2.reboot", lambda d: put(d["session_policy"][0], "ec2:StopInstances", "Action")),
    "empty_group": ("ec2.reboot", lambda d: put(d["approval"], [{"seconds": 60, "groups": ["nobody"]}], "ladder")),
    "quorum": ("ec2.reboot", lambda d: put(d["approval"], 5, "quorum")),
    "execute": ("ssm.put_parameter", lambda d: put(d, "{version", "execute", "result", "pick")),
    "timeouts": ("ec2.reboot", lambda d: put(d["approval"], [{"seconds": 604800, "groups": ["security"]}] * 5, LADDER)),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(BREAKAGES))
def test_each_fault_of_an_action_is_named(checkout: Path, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, change = BREAKAGES[code]
    edit(action(checkout, name), change)
    assert code.partition(":")[0] in codes(checkout, capsys)


@pytest.mark.parametrize(
    "masking",
    [
        {"columns": [{"name": "Instance_ID", "treat": "mask"}]},
        {"fields": [{"path": "$.parameters", "treat": "mask"}]},
    ],
)
def test_a_parameter_that_would_be_neither_shown_nor_declared_hidden_is_named(
    checkout: Path, masking: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    edit(checkout / PACKAGE / "masking.yaml", lambda d: d.update(masking))
    assert "hidden" in codes(checkout, capsys)


def test_a_parameter_that_the_file_masks_without_a_word_is_refused(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(action(checkout, "ssm.put_parameter"), lambda d: put(d, {"value": "VALUE"}, "mask"))
    assert codes(checkout, capsys) == {"invalid"}


DAY = 86_400


@pytest.mark.parametrize(
    ("ladder", "redemption", "vault", "fits"),
    [
        ([DAY - 600], 600, 3, True),
        ([DAY - 600], 601, 3, False),
        ([DAY // 2, DAY // 2 - 600], 601, 3, False),
        ([DAY], 600, 4, True),
        ([DAY - 600], 600, None, True),
        ([DAY - 600], 601, None, False),
        ([DAY], 600, "Ref", False),
    ],
    ids=str,
)
def test_ladder_and_redemption_fit_into_the_vaults_lifecycle(
    checkout: Path, ladder: list[int], redemption: int, vault: object, fits: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The template's own days where it says a number, else those of the shipped template."""
    file = checkout / "template.yaml"
    if vault is None:
        file.unlink()
    else:
        text, said = file.read_text(encoding="utf-8"), "ExpirationInDays: 3,"
        assert text.count(said) == 1
        days = "!Ref ViewRetentionDays" if vault == "Ref" else vault
        file.write_text(text.replace(said, f"ExpirationInDays: {days},"), encoding="utf-8")
    rungs = [{"seconds": seconds, "groups": ["security"]} for seconds in ladder]
    edit(action(checkout, "ec2.reboot"), lambda d: put(d["approval"], rungs, LADDER))
    edit(action(checkout, "ec2.reboot"), lambda d: put(d, redemption, REDEMPTION))
    assert ("timeouts" in codes(checkout, capsys)) is not fits


def test_an_action_that_nobody_may_request_is_named(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cedar = checkout / PACKAGE / "authorization.cedar"
    rule = '@id("closed") forbid (principal, action == Action::"request", resource == Operation::"ec2.reboot");'
    cedar.write_text(cedar.read_text(encoding="utf-8") + rule, encoding="utf-8")
    assert "never_requested" in codes(checkout, capsys)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ('@id("dead") permit (principal, action == Action::"halt", resource) when { false };', "dead_rule"),
        ('permit (principal, action == Action::"halt", resource);', "rule_id"),
        ('@id("four-eyes") permit (principal, action == Action::"halt", resource);', "rule_id"),
        ('@id("typo") permit (principal == Agent::"exprot-bot", action == Action::"request", resource);',
         "unknown_entity"),
        ('@id("shape") permit (principal, action == Action::"request", resource) when { context.hours > 3 };', "cedar"),
        ("permit (", "cedar"),
    ],
)  # fmt: skip
def test_each_fault_of_a_rule_is_named(
    checkout: Path, rule: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cedar = checkout / PACKAGE / "authorization.cedar"
    cedar.write_text(cedar.read_text(encoding="utf-8") + rule, encoding="utf-8")
    assert code in codes(checkout, capsys)


def test_a_failing_case_is_exit_code_1(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(checkout / PACKAGE / "directory.yaml", lambda d: d["groups"]["data-approvers"].remove("petra.approver"))
    assert main(["policy", "test", "--layer", str(checkout)]) == 1
    assert "approvers: expected" in capsys.readouterr().out


def test_the_comparison_names_who_gains_and_loses(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(checkout / PACKAGE / "directory.yaml", lambda d: d["groups"]["data-approvers"].remove("petra.approver"))
    edit(action(checkout, "s3.export"), lambda d: put(d, {"quorum": 2}, "approval"))
    edit(action(checkout, "s3.export"), lambda d: d["session_policy"][0].update(Action="s3:GetObjectVersion"))
    assert main(["policy", "diff", str(ROOT), str(checkout), "--json"]) == 1
    changes = [(c["subject"], c["kind"], c["what"]) for c in json.loads(capsys.readouterr().out)["changes"]]
    assert ("petra.approver", "loses", "deciding dynamodb.read_items asked by export-bot") in changes
    assert ("petra.approver", "changes", "groups") in changes
    assert ("s3.export", "changes", "quorum") in changes
    assert ("s3.export", "changes", "session policy") in changes
    assert not [change for change in changes if change[1] == "gains"]


def test_an_explanation_says_why_and_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    view = tmp_path / "view.json"
    view.write_text(json.dumps(VIEW), encoding="utf-8")
    assert main(["policy", "explain", str(view), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "approval"
    assert said["requests"]["determined_by"] == ["agents-request"]
    people = {person["person"]: person for person in said["people"]}
    assert people["petra.approver"]["may_decide"]
    assert people["rosa.security"]["after_seconds"] == 1800
    assert "owner of export-bot" in people["olive.owner"]["because"]
    assert "on their behalf" in people["quinn.approver"]["because"]
    assert [d["by_this_policy"] for d in said["decisions"]] == [True, False]
    assert main(["policy", "explain", str(view)]) == 0
    words = capsys.readouterr().out
    assert "sam.operator: never, stands behind the request: operator of export-bot" in words
    assert "stamped with policy 000000000000" in words


@pytest.mark.parametrize("text", ["{}", "[", *(json.dumps({**VIEW, name: "other"}) for name in ("action", "agent"))])
def test_what_cannot_be_explained_is_exit_code_2(tmp_path: Path, text: str) -> None:
    (tmp_path / "view.json").write_text(text, encoding="utf-8")
    assert main(["policy", "explain", str(tmp_path / "view.json")]) == 2


def test_the_access_review_has_the_same_rows_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "access-review", "--format", "csv", "--account", "111122223333"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert main(["policy", "access-review", "--account", "111122223333"]) == 0
    markdown = capsys.readouterr().out
    assert main(["policy", "access-review", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    allowed = [row for row in document["access"] if row["verdicts"] != ["deny"]]
    assert len(rows) == len(allowed)
    assert all(f"| {row['action']} | {row['risk']} | {row['agent']} |" in markdown for row in rows)
    export = next(row for row in rows if row["action"] == "s3.export" and row["on_behalf_of"] == "")
    assert export["decides"] == "otto.owner petra.approver"
    assert export["decides_after_escalation"] == "rosa.security"
    assert "arn:aws:iam::111122223333:user/sallyport-person-petra.approver" in markdown
    assert document["people"]["rosa.security"]["may_halt"]
    assert not document["people"]["olive.owner"]["may_halt"]


def test_the_access_review_page_says_who_could_never_approve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "access-review", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert main(["policy", "access-review", "--format", "html", "--account", "111122223333"]) == 0
    page = capsys.readouterr().out
    allowed = [row for row in document["access"] if row["verdicts"] != ["deny"]]
    assert page.count('data-head="Acting for"') == len(allowed)
    behind = re.findall(r'data-head="Can never approve"(.*?)</td></tr>', page.partition("Action by action")[2])
    assert len(behind) == len(allowed)
    for row, cell in zip(allowed, behind, strict=True):
        agent, may = document["agents"][row["agent"]], {person for rung in row["deciders"] for person in rung}
        assert f"{agent['owner']} (owner" in cell
        # Nobody stands in both columns.
        assert [person for person in may if f"{person} (" in cell] == []
    # Who may approve nothing is said to be able to approve nothing.
    sam = page.partition("<b>sam.operator</b>")[2].partition("</tr>")[0]
    assert "<b>anything</b>" in sam
    assert page.count("<b>anything</b>") == 1
    assert "arn:aws:iam::111122223333:user/sallyport-person-petra.approver" in page


def route(checkout: Path, *rules: dict[str, Any]) -> None:
    edit(checkout / PACKAGE / "channels.yaml", lambda document: document.update(routes=list(rules)))


def cases(checkout: Path, expect: dict[str, Any], **asked: Any) -> None:
    case = {"name": "where it is asked", "agent": "export-bot", "action": "s3.export", "expect": expect, **asked}
    path = checkout / "layers/policy/tests/routes.yaml"
    path.write_text(yaml.safe_dump({"cases": [case]}), encoding="utf-8")


@pytest.mark.parametrize(
    ("rules", "dead"),
    [
        ([{"group": "security", "slack": "C0SECURITY"}], 0),
        ([{"slack": "C0ALL"}, {"group": "security", "slack": "C0SECURITY"}], 1),
        ([{"action": "s3.export", "slack": "C1AB"}, {"action": "s3.export", "slack": "C1AB"}], 1),
        ([{"action": "s3.export", "group": "security", "slack": "C1AB"}, {"action": "s3.export", "slack": "C2AB"}], 0),
        ([{"group": "auditors", "slack": "C1AB"}], 1),  # no action asks them
        ([{"action": "secretsmanager.read", "group": "security", "slack": "C1AB"}, {"direct_messages": True}], 0),
    ],
)
def test_a_rule_that_never_counts_is_a_finding(
    checkout: Path, capsys: pytest.CaptureFixture[str], rules: list[dict[str, Any]], dead: int
) -> None:
    route(checkout, *rules)
    assert codes(checkout, capsys) - {"targets"} == ({"dead_rule"} if dead else set())  # of which there is no copy


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"group": "securty", "slack": "C0SECURITY"}, "rule 1: there is no group 'securty'"),
        ({"action": "s3.exprt", "slack": "C0SECURITY"}, "rule 1: there is no action 's3.exprt'"),
        ({"account": "prod", "slack": "C0SECURITY"}, "rule 1: there is no account 'prod'"),
        ({"group": ["security"], "slack": "C0SECURITY"}, "rule 1: there is no group"),
        ({"group": "security", "slack": "#security"}, "rule 1: `slack` is a channel's id"),
        ({"group": "security", "slack": 7}, "rule 1: `slack` is a channel's id"),
        ({"group": "security", "slack": "D0SOMEBODY"}, "rule 1: `slack` is a channel's id"),
        ({"group": "security"}, "rule 1: says neither a channel"),
        ({"group": "security", "channel": "C0SECURITY"}, "rule 1: `channel` is none of"),
        ({"direct_messages": "yes"}, "rule 1: `direct_messages` is true or false"),
        ("C0SECURITY", "rule 1: is not a mapping"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named_with_the_reason(
    checkout: Path, capsys: pytest.CaptureFixture[str], rule: Any, why: str
) -> None:
    route(checkout, rule)
    assert main(["policy", "validate", "--layer", str(checkout)]) == 1
    assert f"channels.yaml: {why}" in capsys.readouterr().out


def test_cases_say_where_cards_go_and_who_is_written_to(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    route(checkout, {"group": "security", "slack": "C0SECURITY"}, {"action": "s3.export", "direct_messages": True})
    cases(
        checkout,
        {
            "verdict": "approval",
            "channels": ["SlackChannelId", "C0SECURITY"],
            "direct_messages": ["otto.owner", "petra.approver"],
        },
    )
    assert main(["policy", "test", "--layer", str(checkout)]) == 0
    cases(checkout, {"verdict": "approval", "channels": ["C0SECURITY", "SlackChannelId"], "direct_messages": []})
    capsys.readouterr()
    assert main(["policy", "test", "--layer", str(checkout)]) == 1
    said = capsys.readouterr().out
    assert "channels: expected" in said
    assert "direct_messages: expected" in said


def test_a_difference_says_where_cards_go_now(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    route(checkout, {"action": "s3.export", "group": "security", "slack": "C0SECURITY", "direct_messages": True})
    assert main(["policy", "diff", str(ROOT), str(checkout)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        '~ s3.export changes where its cards go: ["SlackChannelId","SlackChannelId"] -> '
        '["SlackChannelId","C0SECURITY and direct messages"]'
    )
    assert not any("cards go" in line for line in said[1:])


def explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str, **changed: Any
) -> tuple[list[tuple[Any, Any]], str]:
    """The channel and direct messages of each step, and the explanation in words."""
    view = tmp_path / "view.json"
    view.write_text(json.dumps({**VIEW, **changed}), encoding="utf-8")
    command = ["policy", "explain", str(view), "--layer", str(tmp_path), *options]
    assert main([*command, "--json"]) == 0
    ladder = json.loads(capsys.readouterr().out)["ladder"]
    assert main(command) == 0
    return [(step["channel"], step["direct_messages"]) for step in ladder], capsys.readouterr().out


def test_an_explanation_says_where_the_card_of_each_step_goes(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    route(checkout, {"group": "security", "slack": "C0SECURITY", "direct_messages": True})
    steps, words = explained(checkout, capsys)
    assert steps == [("SlackChannelId", False), ("C0SECURITY", True)]
    assert "  at once: data-approvers, in SlackChannelId\n" in words
    assert "  after 1800 s: security, in C0SECURITY and direct messages\n" in words
    assert "depends on the account" not in words


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        ('@id("skips") permit (principal, action == Action::"skip_approval", resource);', "allow"),
        ('@id("closed") forbid (principal, action == Action::"request", resource);', "deny"),
    ],
)
def test_an_explanation_names_no_channel_where_nobody_is_asked(
    checkout: Path, capsys: pytest.CaptureFixture[str], rule: str, verdict: str
) -> None:
    cedar = checkout / PACKAGE / "authorization.cedar"
    cedar.write_text(cedar.read_text(encoding="utf-8") + rule, encoding="utf-8")
    accounts(checkout)
    _, words = explained(checkout, capsys)
    assert f"verdict: {verdict}\n" in words
    assert "C0SECURITY" not in words
    assert "account is not known" not in words


def accounts(checkout: Path) -> None:
    """Two accounts, of which one has a channel of its own."""
    listed = {
        "clinic-prod": {"id": "111122223333", "regions": ["us-east-1"]},
        "clinic-test": {"id": "222233334444", "regions": ["us-east-1"]},
    }
    edit(checkout / PACKAGE / "accounts.yaml", lambda document: put(document, listed, "accounts"))
    route(checkout, {"group": "security", "slack": "C0SECURITY"}, {"account": "clinic-prod", "slack": "C0CLINIC"})


@pytest.mark.parametrize(
    ("options", "channel"),
    [
        ([], None),
        (["--account", "111122223333"], "C0CLINIC"),
        (["--account", "444455556666"], "SlackChannelId"),
    ],
)
def test_an_explanation_does_not_guess_which_account_the_gate_is_in(
    checkout: Path, capsys: pytest.CaptureFixture[str], options: list[str], channel: str | None
) -> None:
    accounts(checkout)
    steps, words = explained(checkout, capsys, *options)
    assert steps == [(channel, False if channel else None), ("C0SECURITY", False)]
    assert ("in a channel that depends on the account" in words) is (channel is None)
    assert ("this account is not known" in words) is (channel is None)


@pytest.mark.parametrize(
    ("masked", "channel"),
    [
        ({"parameters": {"account": "clinic-prod"}}, "C0CLINIC"),
        ({"parameters": {"account": "clinic-test"}}, "SlackChannelId"),
        (None, None),
    ],
)
def test_an_explanation_knows_a_chosen_account_only_from_the_masked_view(
    checkout: Path, capsys: pytest.CaptureFixture[str], masked: Any, channel: str | None
) -> None:
    accounts(checkout)
    edit(action(checkout, "s3.export"), lambda document: put(document, ["account"], "places"))
    # The gate's own account is another question: what the agent chose counts.
    steps, _ = explained(checkout, capsys, "--account", "111122223333", masked=masked)
    assert [step[0] for step in steps] == [channel, "C0SECURITY"]
