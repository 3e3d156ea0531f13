"""Reads files at a named commit from local clones; a clone is `DIR/<owner>+<name>/repo` or `DIR/<owner>/<name>`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.operations.documents import digest


class Clone:
    """One repository at one commit, bare or with a work tree. Nothing in it is run."""

    def __init__(self, clones: Path, repository: str, commit: str) -> None:
        owner, _, name = repository.partition("/")
        places = (clones / f"{owner}+{name}" / "repo", clones / owner / name)
        found = next((place for place in places if place.exists()), None)
        if found is None:
            raise SystemExit(f"no clone of {repository} in {clones}")
        self._git = ["git", "--git-dir", str(found / ".git" if (found / ".git").exists() else found)]
        self._commit = commit

    def chosen(self, pattern: str, most: int) -> Iterator[tuple[str, str]]:
        """The paths that match, in an order that only their names give, with what the files hold, at most `most`."""
        listed = self._run("ls-tree", "-r", "--name-only", "-z", self._commit).split("\0")
        wanted = re.compile(pattern)
        for path in sorted(filter(wanted.search, listed), key=digest)[:most]:
            if body := self._run("show", f"{self._commit}:{path}", check=False):  # a snapshot may lack large files
                yield path, body

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run([*self._git, *command], check=check, capture_output=True, timeout=60)
        return done.stdout.decode("utf-8", "replace")
