"""The commands that README and the pages for operators print exist, with the options that they are given."""

import re
import shlex
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from sallyport_cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/agents.md", "docs/deploy.md", "docs/auditors.md")
# Of the aws program itself, and one command that is no operation of the service.
GLOBAL = {"--query", "--output", "--region", "--profile"}
# What the aws program calls otherwise than the service does.
RENAMED = {("sns", "subscribe"): {"--notification-endpoint"}}
DEPLOY = {"--template-file", "--stack-name", "--capabilities", "--parameter-overrides"}
SAM = {"build": set(), "deploy": {"--guided", "--config-env"}}
GIT = {("pull",), ("switch", "--detach")}


def commands() -> list[str]:
    blocks = [b for page in PAGES for b in re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)]
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    return sorted({part.strip() for line in lines if line for part in line.split("&&")})


@pytest.mark.parametrize("command", commands())
def test_a_command_of_a_page_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *words = shlex.split(command)
    options = {word for word in words if word.startswith("--")}
    match program.removeprefix(".venv/bin/"):
        case "aws":
            assert options <= known_to_aws(words[0], words[1]) | GLOBAL
        case "sallyport":
            until = next((i for i, word in enumerate(words) if word.startswith("--")), len(words))
            with pytest.raises(SystemExit, match="0"):
                main([*words[:until], "--help"])
            explained = capsys.readouterr().out
            assert [option for option in options if option not in explained] == []
        case "sam":
            assert options <= SAM[words[0]]
        case "make":
            targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            assert set(words) <= set(targets)
        case "git":
            assert any(tuple(words[: len(known)]) == known for known in GIT) or words[0] == "clone"
        case "claude":
            assert words[:2] == ["mcp", "add"]
        case "cd":
            pass
        case other:
            pytest.fail(f"what is {other}?")


def known_to_aws(service: str, command: str) -> set[str]:
    """The options of an operation, as the aws program spells the members of its input."""
    if (service, command) == ("cloudformation", "deploy"):
        return DEPLOY
    model = botocore.session.get_session().get_service_model(service)
    (operation,) = [n for n in model.operation_names if xform_name(n, "-") == command]
    shape = model.operation_model(operation).input_shape
    members = shape.members if shape else {}
    plain = {f"--{xform_name(name, '-')}" for name in members}
    switched = {f"--no-{xform_name(n, '-')}" for n, member in members.items() if member.type_name == "boolean"}
    return plain | switched | RENAMED.get((service, command), set())


def test_pages_lead_to_each_other_and_to_what_there_is() -> None:
    for page in (*PAGES, "docs/runbook.md", "docs/cost.md", "docs/scaling.md", "docs/security-findings.md"):
        at = ROOT / page
        for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", at.read_text()):
            assert (at.parent / link).exists(), (page, link)


def test_the_first_step_is_to_ask_for_concurrency() -> None:
    first = (ROOT / "docs/deploy.md").read_text().partition("```sh\n")[2].partition("\n")[0].strip()
    assert first.startswith("aws service-quotas request-service-quota-increase --service-code lambda")
    runbook = (ROOT / "docs/runbook.md").read_text()
    assert "quota" in runbook.partition("\n1. ")[2].partition("\n2. ")[0]
