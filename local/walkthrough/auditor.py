"""What an auditor would be handed: the evidence exported, verified and reported on, and the access review.

Made by the commands that an auditor has, in separate processes, so that this shows what an auditor would see.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.digest import ROOT
from local.walkthrough.sinks import FOLDER
from local.walkthrough.timeline import DiffersError, holds
from local.walkthrough.world import World

# A stack may have been up for days, but a report on more of them would show nothing more.
_DAYS = 6
_SECONDS = 120
_PATH = os.pathsep.join(str(ROOT / part) for part in ("cli", "layers/core/python", "layers/policy/python"))


def make_pages(world: World) -> None:
    folder = world.folder / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # The review has nothing to do with the export, so it is worked out meanwhile.
    review = ("policy", "access-review", "--format", "html")
    with world.timeline.chapter("What an auditor is handed"), _started(*review) as reviewing:
        with world.timeline.step("j", "exported, verified, reported on") as remarks:
            remarks.append(_report(world, folder))
        with world.timeline.step("j", "access reviewed") as remarks:
            page = folder / "access-review.html"
            page.write_text(_ended(reviewing), encoding="utf-8")
            world.pages["who may ask and approve"] = page
            remarks.append(f"{page.stat().st_size / 1024:.0f} KiB")


def _report(world: World, folder: Path) -> str:
    evidence, report, today = folder / "export", folder / "report", datetime.now(UTC).date()
    of = ("--stack", str(world.folder / "stack.json"), "--as", "admin")
    _run("audit", "export", "--scan", "--out", str(evidence), *of)
    period = ("--from", str(today - timedelta(days=_DAYS)), "--to", str(today))
    told = _run("audit", "report", str(evidence), *period, "--out", str(report))
    page = report / "report.html"
    words = page.read_text(encoding="utf-8")
    holds("the report leaves out a request", all(request_id in words for request_id in world.requests.values()))
    world.pages["audit report"] = page
    return told.splitlines()[0]


def _started(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sallyport_cli", *command],
        env={**os.environ, "PYTHONPATH": _PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(*command: str) -> str:
    with _started(*command) as process:
        return _ended(process)


def _ended(process: subprocess.Popen[str]) -> str:
    """What the command printed. Raises DiffersError with the end of its output when it failed."""
    try:
        out, err = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise DiffersError(f"a command took longer than {_SECONDS} s") from None
    if process.returncode:
        raise DiffersError(f"exit code {process.returncode}: {(err or out).strip().splitlines()[-1:]}")
    return out
