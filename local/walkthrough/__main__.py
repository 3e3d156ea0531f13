"""`python -m local.walkthrough`: the main job on the local stack, told as it happens.

Exits with 0 when every step is as it should be. Brings the stack up first if none is running; writes `.local/run.json`.
"""

import argparse
import sys
import time
from pathlib import Path

from local import stack as local_stack
from local.clients import Stack
from local.console import complain, say
from local.processes import write_record
from local.stack import STATE
from local.walkthrough import auditor, evidence, export, others
from local.walkthrough.report import NOT_SHOWN, as_record
from local.walkthrough.timeline import Timeline
from local.walkthrough.world import World


def main(arguments: list[str] | None = None) -> int:
    """Run the walk-through; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.walkthrough", description=__doc__)
    parser.add_argument(
        "--stack", type=Path, metavar="FILE", help="stack.json of a stack that is up (default: this checkout's own)"
    )
    file: Path | None = parser.parse_args(arguments).stack
    try:
        if file is None:
            file = _own_stack()
        world = World(Stack.read(file), file.parent, Timeline(say))
    except (*local_stack.EXPECTED, OSError, ValueError) as problem:
        complain(f"{problem}")
        return 1
    began = time.perf_counter()
    play(world)
    seconds = time.perf_counter() - began
    _conclude(world, seconds)
    write_record(file.with_name("run.json"), as_record(world, seconds))
    say(f"  What was done, for tools: {file.with_name('run.json')}")
    for name, page in world.pages.items():
        say(f"  For an auditor, {name}: {page.resolve().as_uri()}")
    return 0 if world.timeline.good else 1


def play(world: World) -> None:
    """All parts, in the order in which they are shown."""
    others.leave_unanswered(world)
    export.play(world)
    others.deny(world)
    others.read(world)
    others.expire(world)
    evidence.verify_chains(world)
    auditor.make_pages(world)
    evidence.search_sinks(world)


def _own_stack() -> Path:
    """This checkout's stack, brought up unless it is running."""
    file = STATE / "stack.json"
    if not (file.is_file() and local_stack.status()):
        local_stack.up()
    return file


def _conclude(world: World, seconds: float) -> None:
    say("\nNot shown by an emulator (asserted on the template or in tests instead)")
    for line in NOT_SHOWN:
        say(f"  - {line}")
    differing = [stage.name for stage in world.timeline.stages if not stage.good]
    say("")
    if world.timeline.good:
        say(f"  ✓ {len(world.timeline.stages)} steps as they should be, in {seconds:.1f} s")
    else:
        say(f"  ✗ {len(differing)} of {len(world.timeline.stages)} steps differ: {', '.join(differing)}")
    say(f"  Slack, with the cards: {world.stack.document['slack']['workspace_url']}")


if __name__ == "__main__":
    sys.exit(main())
