"""`sallyport audit timeline`: one request, told to somebody who has never seen the word grant."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from sallyport.domain.events import EventType
from sallyport_cli.audit.history import Event
from sallyport_cli.audit.sentences import _SENTENCES, length, sentence
from sallyport_cli.main import main
from tests.fakes.ports import FakePorts
from tests.support.evidence import furnished, items_of, rehashed, write_export
from tests.support.notary import Notary
from tests.support.story import Story

type Tell = Callable[..., tuple[int, str]]

# What only those know who built this. `Sallyport` itself is in every report's title.
_JARGON = re.compile(r"\b(grants?|digests?|redeem(ed)?|rungs?|chain|verdict|masked?|break.glass)\b", re.IGNORECASE)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_export(tmp_path / "export", furnished()[0])


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    def told(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = main(["audit", "timeline", *words])
        return code, capsys.readouterr().out

    return told


def slow_story(tmp_path: Path) -> tuple[str, Path]:
    """Asked for at 10:00, approved four and a half minutes later, used at once, over ten minutes after that."""
    ports = FakePorts()
    story = Story(ports).pending()
    story.later(270).decided(reason="For the auditors").later(1.5).granted().later(0.25).redeemed()
    story.later(600).closed()
    return story.request_id, write_export(tmp_path / "slow", items_of(ports))


def test_a_request_is_told_from_beginning_to_end(tell: Tell, tmp_path: Path) -> None:
    request, export = slow_story(tmp_path)
    code, out = tell(request, "--export", str(export))
    assert code == 0
    steps = re.sub(r"\n {39}", " ", out).split("\n\n")
    assert steps[0].splitlines() == [
        f"Request {request}: s3.export, asked for by the agent export-bot",
        "Outcome: approved, and a temporary credential issued",
        "Settled after 4 min 30 s, by petra.approver",
    ]
    told = [(" ".join(line[:39].split()[1:]), line[39:]) for line in steps[1].splitlines()[1:]]
    asked = "The agent export-bot, which olive.owner answers for, asked to run s3.export (high risk). "
    searched = "Sallyport searched the request for personal data before showing it to anybody, and found none."
    permitted = "Sallyport issued a permission for exactly this action, to be used once, by 2026-11-02 10:19:31 UTC."
    credential = "the temporary credential ASIAFAKE00000001"
    role = "arn:aws:iam::000000000000:role/sallyport/target/sallyport-target-s3-export"
    assert told == [
        ("10:00:00.000", asked + "1 person has to approve it by 2026-11-02 11:00:00 UTC."),
        ("10:00:00.000 +0 s", searched),
        ("10:00:00.000 +0 s", "Sallyport asked for approval. May decide: data-approvers."),
        ("10:04:30.000 +4 min 30 s", "petra.approver approved the request in Slack and wrote: “For the auditors”."),
        ("10:04:30.000 +0 s", "With that the request was approved, by petra.approver."),
        ("10:04:31.500 +1.5 s", permitted),
        ("10:04:31.750 +0.2 s", f"The agent export-bot used the permission to get a credential, for the role {role}."),
        ("10:04:31.750 +0 s", f"AWS issued {credential}, which worked until 2026-11-02 10:19:31 UTC."),
        ("10:14:31.750 +10 min", "The request is over: the permission was used."),
    ]


def test_every_kind_of_request_is_told_without_words_of_the_trade(tell: Tell, export: Path) -> None:
    for chain in {item["pk"].removeprefix("REQ#") for item in furnished()[0]}:
        code, out = tell(chain, "--export", str(export), "--json")
        said = json.loads(out)
        assert (code, said["request"], said["findings"]) == (0, chain, [])
        for step in said["steps"]:
            words = re.sub(r"\([a-z_]+\)", "", step["what"])  # codes stand in brackets, behind what they mean
            assert not _JARGON.search(words.replace(str(step["details"].get("role")), "")), words
            assert "." not in step["type"] or step["type"] not in words


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("denied", "petra.approver denied the request in Slack and wrote: “Not this quarter”."),
        ("taken_back", "petra.approver took back their approval of the request in Slack."),
        (
            "glass",
            "rosa.security approved alone through the API, as an emergency, with the reason “The quarter closes”.",
        ),
        ("glass", "petra.approver reviewed the emergency through the API, found it right and wrote: “Right under"),
        ("refusing", "was refused: nobody may approve what they asked for or stand behind (self_approval)."),
        ("revoked", "rosa.security ended the credential early through the API."),
        ("void", "rosa.security withdrew the permission before it was used."),
        ("done", "The agent export-bot said that it was done, and the credential stopped working."),
        ("no_credential", "No credential could be issued: AWS refused the credentials (sts_refused)."),
        ("executed", "Sallyport carried the action out (ok)."),
        ("unicode", "東京 🏥"),
    ],
)
def test_what_people_and_agents_did_is_said_in_a_sentence(tell: Tell, export: Path, name: str, said: str) -> None:
    steps = json.loads(tell(furnished()[1][name], "--export", str(export), "--json")[1])["steps"]
    assert any(said in step["what"] for step in steps)


@pytest.mark.parametrize(
    ("name", "outcome", "by"),
    [
        ("redeemed", "credential_issued", ["petra.approver"]),
        ("denied", "denied", ["petra.approver"]),
        ("expired", "expired", []),
        ("cancelled", "cancelled", []),
        ("unicode", "never_used", ["petra.approver"]),
        ("taken_back", "credential_issued", ["quinn.approver", "petra.approver"]),
        ("void", "revoked", ["petra.approver"]),
        ("executed", "executed", ["petra.approver"]),
        ("not_executed", "failed", ["petra.approver"]),
        ("no_credential", "failed", ["petra.approver"]),
    ],
)
def test_outcome_is_told(tell: Tell, export: Path, name: str, outcome: str, by: list[str]) -> None:
    said = json.loads(tell(furnished()[1][name], "--export", str(export), "--json")[1])
    assert (said["outcome"], said["decided_by"]) == (outcome, by)


def test_every_type_of_event_has_a_sentence() -> None:
    assert _SENTENCES.keys() == {kind.value for kind in EventType}


def test_event_without_its_facts_is_told_by_its_type() -> None:
    said: dict[str, Any] = {
        "type": "grant.issued",
        "actor": {"kind": "system", "id": "s", "channel": "x"},
        "details": {},
    }
    assert sentence(Event("", "", said)) == "Sallyport: grant.issued."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (0.25, "0.2 s"), (59.9, "59.9 s"), (60, "1 min"), (3599, "59 min 59 s"), (7500, "2 h 5 min")],
)
def test_lengths(seconds: float, said: str) -> None:
    assert length(timedelta(seconds=seconds)) == said


def test_tampered_request_is_told_and_named(tell: Tell, tmp_path: Path) -> None:
    items, names = furnished()
    i = next(i for i, item in enumerate(items) if item["pk"] == f"REQ#{names['denied']}" and item["sk"].endswith("3"))
    items[i] = rehashed(items[i], details={"decision": "approve"})
    export = write_export(tmp_path / "export", items)
    code, out = tell(names["denied"], "--export", str(export))
    assert code == 1
    assert "petra.approver approved the request" in out
    assert f"{names['denied']} 3: rewritten: " in out
    assert out.splitlines()[-1].startswith("TAMPERED: ")


def test_from_a_receipt(tell: Tell, export: Path, tmp_path: Path) -> None:
    items, names = furnished()
    notary = Notary(tmp_path / "worm")
    notary.append(*(item["event"] for item in items))
    notary.sign()
    path = tmp_path / "receipt.json"
    assert main(["audit", "receipt", names["glass"], "--worm", str(notary.worm), "--out", str(path)]) == 0
    code, out = tell(names["glass"], "--receipt", str(path))
    assert code == 0
    assert out.split("\n\n")[:2] == tell(names["glass"], "--export", str(export))[1].split("\n\n")[:2]
    assert tell(names["denied"], "--receipt", str(path))[0] == 2
    path.write_text(path.read_text().replace("The quarter closes", "The quarter opens"))
    code, out = tell(names["glass"], "--receipt", str(path))
    assert (code, "not_in_log" in out) == (1, True)


def test_from_the_table(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    items, names = furnished()
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName="audit",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        for item in items:
            dynamodb.put_item(TableName="audit", Item={name: {"S": value} for name, value in item.items()})
        code, out = tell(names["redeemed"], "--table", "audit", "--json")
        assert (code, len(json.loads(out)["steps"])) == (0, 8)
        assert tell("req-none", "--table", "audit")[0] == 2
        assert tell(names["redeemed"], "--table", "other")[0] == 2


def test_that_there_is_no_such_request_exits_2(tell: Tell, export: Path, tmp_path: Path) -> None:
    assert tell("req-none", "--export", str(export))[0] == 2
    assert tell("req-none", "--export", str(tmp_path))[0] == 2
    assert tell("req-none")[0] == 2


def test_event_of_another_form_exits_2(tell: Tell, tmp_path: Path) -> None:
    items, _ = furnished()
    items[6] = rehashed(items[6], at="yesterday")
    export = write_export(tmp_path / "export", items)
    assert tell(json.loads(items[6]["event"])["request_id"], "--export", str(export))[0] == 2
