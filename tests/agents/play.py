"""Runs an example with a scripted model, in the environment of the frameworks: play.py EXAMPLE MODEL SCRIPT JSON.

Prints what the agent answered in the end (`told`), and everything that its model was shown by tools (`heard`).
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys

from tests.agents import models, scripts

TASK = "Copy the patient bundles of 2025 for the readmission study"


def main(example: str, model: str, script: str, given: str) -> None:
    player = scripts.Player(getattr(scripts, script)(json.loads(given)))
    done = runpy.run_path(example)["work"](TASK, getattr(models, model)(player))
    told = asyncio.run(done) if asyncio.iscoroutine(done) else done
    print(json.dumps({"told": told, "heard": player.heard}))


if __name__ == "__main__":
    main(*sys.argv[1:])
