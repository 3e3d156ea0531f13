"""Run tests on a copy of the tree in which one thing is changed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant

# An endless loop is noticed by whoever waits.
PATIENCE_SECONDS = 300


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "SURVIVED"
    BROKEN = "BROKEN"  # pytest found no tests, or could not run them: that proves nothing


@contextmanager
def copied() -> Iterator[Path]:
    """The tree as git knows it, with what is not committed yet, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder).resolve()
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, copy / name)
        yield copy


def preload() -> None:
    """Import what most tests need and no mutant changes, once: each run is a fork. No plugin of pytest's, which pytest
    must import itself."""
    import boto3  # noqa: F401
    import cedarpy  # noqa: F401
    import jsonschema  # noqa: F401
    import moto.dynamodb.models
    import moto.iam.models
    import moto.s3.models
    import moto.stepfunctions.models  # noqa: F401
    import pynamodb.models  # noqa: F401
    import pytest  # noqa: F401


def judged(mutant: Mutant, copy: Path) -> Verdict:
    """What the mutant's tests say of it."""
    file = copy / mutant.path
    text, stamp = file.read_text(encoding="utf-8"), file.stat().st_mtime
    try:
        file.write_text(mutant.applied(text), encoding="utf-8")
        # Python takes a cached module for the newest by its second and its size, and two mutants may share both.
        _touch(file)
        code = run(mutant.tests, copy)
    finally:
        file.write_text(text, encoding="utf-8")
        os.utime(file, (stamp, stamp))
    return {0: Verdict.SURVIVED, 1: Verdict.KILLED, 2: Verdict.KILLED}.get(code, Verdict.BROKEN)


_touched = 0


def _touch(file: Path) -> None:
    global _touched
    _touched += 1
    os.utime(file, (1_000_000_000 + _touched,) * 2)


def run(tests: Sequence[str], copy: Path, patience: float = PATIENCE_SECONDS) -> int:
    """Pytest's exit code: 0 passed, 1 failed, 2 could not even be collected. A run that hangs has failed."""
    child = os.fork()
    if child == 0:
        _be_pytest(tests, copy)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1


def _be_pytest(tests: Sequence[str], copy: Path) -> None:
    code = 3
    try:
        os.setpgid(0, 0)  # tests may start processes of their own
        os.chdir(copy)
        # Nothing of the tree that was not copied: this very module has been imported from there.
        sys.path[:] = [p for p in sys.path if not p or Path(p).resolve() != ROOT]
        for name in [n for n in sys.modules if n.split(".")[0] in ("tests", "sallyport", "sallyport_cli", "local")]:
            del sys.modules[name]
        out = os.open(copy / "pytest.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        import pytest

        code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", f"--rootdir={copy}", *tests]))
    except BaseException:  # noqa: BLE001 - this process ends here, and its parent reads why
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
