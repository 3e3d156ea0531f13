"""Have pydantic-ai, in an environment of its own, judge the catalogue's schemas: `make judge-tools`.

Exit 1 when it does not accept one as it stands.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sallyport.contracts.catalogue import entry_view
from sallyport.usecases.list_actions import list_actions
from tests.fakes.ports import FakePorts
from tests.support.story import agent_arn

JUDGE = Path(__file__).with_name("judge.py")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", help="the interpreter of the environment that has pydantic-ai")
    judged = _judged(parser.parse_args().python, tools())
    for name, faults in judged.items():
        for fault in faults:
            print(f"{name}: {fault}", file=sys.stderr)
    accepted = sum(not faults for faults in judged.values())
    print(f"{accepted} of {len(judged)} tools accepted in OpenAI's strict mode as they stand")
    return 0 if accepted == len(judged) else 1


def tools() -> dict[str, Any]:
    """Each tool's strict schema by its name."""
    views = [entry_view(entry, strict=True) for entry in list_actions(agent_arn("export-bot"), FakePorts())]
    return {view["tool_name"]: view["input_schema"] for view in views}


def _judged(python: str, schemas: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each."""
    done = subprocess.run([python, str(JUDGE)], input=json.dumps(schemas), capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
