"""docs/agents.md says what the code says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from sallyport.adapters.policy_layer import load_policy
from sallyport.domain import refusals
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import RequestStatus
from sallyport.domain.submissions import Outcome

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "agents.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[str]:
    """The lines of the section's table, without its head."""
    return [line for line in section(title).splitlines() if line.startswith("| `")]


def problems() -> Iterator[str]:
    """One line for each refusal, in the order in which their files have them."""
    for refusal in vars(refusals).values():
        if isinstance(refusal, type) and issubclass(refusal, Refusal) and refusal is not Refusal:
            seconds = f"yes, after {refusal.retry_after} s" if refusal.retry_after else "yes"
            retryable = seconds if refusal.retryable else "no"
            yield f"| `{refusal.code}` | {refusal.http_status} | {retryable} | {refusal.next_step} |"


def test_every_problem_is_in_the_table_as_the_code_has_it() -> None:
    assert rows("Problems") == sorted(problems()), "\n".join(sorted(problems()))


def test_every_status_is_in_the_table() -> None:
    named = [re.match(r"\| `(\w+)`", row) for row in rows("Statuses")]
    assert [found[1] for found in named if found] == [*RequestStatus]


def test_the_proxys_configuration_names_the_route_and_the_header_that_are_read() -> None:
    (written,) = re.findall(r"```json\n(.*?)```", section("Tools without an installation"), re.DOTALL)
    words = json.loads(written)["mcpServers"]["sallyport"]["args"]
    options = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[1].endswith("/live/v1/mcp")
    assert options["--service"] == "execute-api"
    header, _, person = options["--header"].partition("=")
    handler = (Path(__file__).resolve().parents[3] / "functions" / "mcp" / "app.py").read_text(encoding="utf-8")
    assert f'"{header.lower()}"' in handler
    directory = load_policy("000000000000").directory
    assert person in directory.agents[options["--profile"]].may_act_for


def test_outcomes_of_the_page_exist() -> None:
    assert set(re.findall(r'"outcome": "(\w+)"', PAGE)) <= set(Outcome)
