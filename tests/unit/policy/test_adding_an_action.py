"""docs/policy.md is followed to the letter: one more action takes one YAML file and one test file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sallyport_cli.main import main
from sallyport_cli.policy.cases import run_cases
from sallyport_cli.policy.layer import PACKAGE, layer_at, open_layer

ROOT = Path(__file__).parents[3]
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TEXT = (ROOT / "docs/policy.md").read_text(encoding="utf-8")
FILES = {path: body for language, path, body in _BLOCK.findall(TEXT) if path}
COMMANDS = [
    line.removeprefix("$ sallyport ")
    for language, _, body in _BLOCK.findall(TEXT)
    if language == "console"
    for line in body.splitlines()
]
RENDER = "targets render"
assert RENDER in COMMANDS


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "layers/policy", tmp_path / "layers/policy")
    shutil.copytree(ROOT / "targets", tmp_path / "targets")
    shutil.copy(ROOT / "template.yaml", tmp_path)
    return tmp_path


def follow(checkout: Path, *, without: str = "") -> None:
    """Write the text's files and render the roles, without one of them."""
    for path, body in FILES.items():
        if path != without:
            (checkout / path).write_text(body)
    if without != RENDER:
        assert main([*RENDER.split(), "--layer", str(checkout)]) == 0


def test_the_text_adds_two_files_and_no_python(checkout: Path) -> None:
    assert sorted(Path(path).suffix for path in FILES) == [".yaml"] * 2
    follow(checkout)
    assert main(["policy", "validate", "--layer", str(checkout)]) == 0
    assert main(["policy", "test", "--layer", str(checkout)]) == 0
    assert "sqs.purge_queue" in open_layer(checkout / PACKAGE).policy.actions
    assert "sqs:PurgeQueue" in (checkout / "targets/template.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("forgotten", [*sorted(FILES), RENDER])
def test_each_step_is_missed(checkout: Path, forgotten: str, capsys: pytest.CaptureFixture[str]) -> None:
    follow(checkout, without=forgotten)
    assert main(["policy", "validate", "--layer", str(checkout)]) == 1
    assert ("targets" if forgotten == RENDER else "sqs") in capsys.readouterr().out


def test_the_new_action_is_what_the_comparison_names(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(checkout)
    assert main(["policy", "diff", str(ROOT), str(checkout)]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if "targets/template.yaml" not in line]
    assert "~ sqs.purge_queue changes action added" in said
    assert "+ export-bot gains requesting sqs.purge_queue" in said
    assert all("sqs.purge_queue" in line for line in said)


def test_a_new_policy_is_a_new_digest(checkout: Path) -> None:
    with layer_at(str(checkout)) as before:
        digest = before.policy.digest
    follow(checkout)
    with layer_at(str(checkout)) as after:
        assert after.policy.digest != digest


@pytest.mark.parametrize("command", [c for c in COMMANDS if "diff HEAD" not in c])
def test_every_command_of_the_text_runs(command: str) -> None:
    assert main(command.split()) == 0


def test_comparing_the_checkout_with_itself_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "policy diff HEAD ." in COMMANDS
    assert main(["policy", "diff", str(ROOT), str(ROOT)]) == 0
    assert capsys.readouterr().out == "no difference in effect\n"


def test_the_rule_of_the_text_skips_approval_on_weekdays_and_shipped_cases_notice(checkout: Path) -> None:
    rule = next(body for language, _, body in _BLOCK.findall(TEXT) if language == "cedar")
    cedar = checkout / PACKAGE / "authorization.cedar"
    cedar.write_text(cedar.read_text(encoding="utf-8") + rule, encoding="utf-8")
    layer = open_layer(checkout / PACKAGE)
    noticed = run_cases(layer, layer.tests)
    assert {finding.where.partition(":")[0] for finding in noticed.findings} == {"dynamodb.query_masked.yaml"}
    cases = checkout / "cases"
    cases.mkdir()
    (cases / "weekdays.yaml").write_text(WEEKDAYS, encoding="utf-8")
    outcome = run_cases(layer, cases)
    assert outcome.findings == []
    assert "triage-reads-masked-rows-on-weekdays" in outcome.determined


WEEKDAYS = """
cases:
  - name: on a Friday nobody is asked
    agent: triage-bot
    action: dynamodb.query_masked
    at: "2026-01-09T12:00:00Z"
    expect: {verdict: allow, quorum: 0, determined_by: [agents-request, triage-reads-masked-rows-on-weekdays]}
  - name: on a Saturday somebody is
    agent: triage-bot
    action: dynamodb.query_masked
    at: "2026-01-10T12:00:00Z"
    expect: {verdict: approval, quorum: 1}
"""
