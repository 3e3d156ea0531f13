"""Whether two checkouts mask alike: every document of the corpora, byte for byte.

    python -m bench.masking_same --before CHECKOUT [--after CHECKOUT] --corpora FOLDER [--operations FOLDER …] [--show]
    python -m bench.masking_same --commits A..B --corpora FOLDER [--operations FOLDER …] [--show]

For a change that is meant to change nothing. CHECKOUT is a folder of this repository (--after: this one); a FOLDER
holds `*.jsonl.gz` corpora, as bench.masking and bench.operations.build take and make them. Each checkout masks in an
interpreter of its own. Three things are compared of each document: the masked document, its findings (place, category
and count), and the categories that `fires` finds in its short strings. --commits makes a worktree for each commit
of A..B that touches masking, follows first parents, compares it with the one before, and removes the worktree.

Documents that differ are told by corpus and position; --show prints how they differ, masked, which in a document that
one side fails to mask is text of the corpus. The seconds of processor time of both sides are a hint, not a benchmark.

Exit status: 0 the same, 1 different, 2 cannot be compared.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
WORKER = Path(__file__).with_name("masking_digests.py")
CORE = Path("layers/core/python")
MASKING = CORE / "sallyport" / "masking"
SHOWN = 10  # differing documents that are named
PARTS = ("document", "findings", "scopes")

# A document: its corpus's file and its position there.
type Document = tuple[str, int]


class CannotCompareError(Exception):
    """Why there is nothing to compare, in a sentence."""


class Checkout(NamedTuple):
    """A checkout, and its name in the output."""

    name: str
    folder: Path


class Masked(NamedTuple):
    """What a checkout made of the corpora: digests of PARTS by document, processor seconds by corpus."""

    digests: dict[Document, tuple[str, ...]]
    seconds: Counter[str]


def worker(checkout: Checkout, files: Sequence[Path], *options: str) -> subprocess.Popen[str]:
    if not (checkout.folder / MASKING).is_dir():
        raise CannotCompareError(f"{checkout.folder} is no checkout: it has no {MASKING}")
    environment = {**os.environ, "PYTHONPATH": str(checkout.folder / CORE), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(WORKER), *map(str, files), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment)


def mask_all(checkout: Checkout, files: Sequence[Path]) -> Masked:
    """Every document of `files`, masked by `checkout`, with a line that tells how far it is."""
    masked = Masked({}, Counter())
    with worker(checkout, files) as process:
        assert process.stdout is not None
        for line in process.stdout:
            file, position, *digests, took = json.loads(line)
            masked.digests[file, position] = tuple(digests)
            masked.seconds[file] += took
            if sys.stderr.isatty():
                print(f"\r{checkout.name}: {len(masked.digests)} documents", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if process.returncode:
        raise CannotCompareError(f"{checkout.name} could not mask the corpora (exit status {process.returncode})")
    return masked


def differing(before: Masked, after: Masked) -> Iterator[tuple[Document, list[str]]]:
    """Documents that the two mask differently, in order, and which PARTS differ."""
    for document, digests in before.digests.items():
        others = after.digests.get(document, ("", "", ""))
        parts = [part for part, was, now in zip(PARTS, digests, others, strict=True) if was != now]
        if parts:
            yield document, parts


def in_full(checkout: Checkout, files: Sequence[Path], document: Document) -> list[str]:
    file = [path for path in files if path.name == document[0]]
    with worker(checkout, file, "--only", document[0], str(document[1])) as process:
        return process.communicate()[0].splitlines()


def compare(
    before: Checkout, after: Checkout, masked: tuple[Masked, Masked], files: Sequence[Path], *, show: bool
) -> bool:
    """Print whether both masked alike; answer it."""
    was, now = masked
    found = list(differing(was, now))
    for document, parts in found[:SHOWN]:
        print(f"{document[0]} #{document[1]}: {', '.join(parts)}")
        if show:
            one, other = (in_full(side, files, document) for side in (before, after))
            print("\n".join(difflib.unified_diff(one, other, before.name, after.name, n=2, lineterm="")))
    told = f"the first {SHOWN} are named" if len(found) > SHOWN else "all are named"
    seconds = f"{was.seconds.total():.1f} s and {now.seconds.total():.1f} s of masking"
    verdict = f"{len(found)} differ, {told}" if found else "the same"
    print(f"{before.name} and {after.name}: {len(was.digests)} documents, {verdict} ({seconds})", flush=True)
    return not found


def corpora(folders: Iterable[Path]) -> list[Path]:
    files = [file for folder in folders for file in sorted(folder.resolve().glob("*.jsonl.gz"))]
    if not files:
        raise CannotCompareError("no *.jsonl.gz in the folders of --corpora and --operations")
    if twice := [name for name, n in Counter(file.name for file in files).items() if n > 1]:
        raise CannotCompareError(f"two corpora have one name: {', '.join(twice)}")
    return files


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotCompareError(done.stderr.strip())
    return done.stdout.strip()


def commits_of(span: str, repository: Path) -> list[str]:
    """A of `A..B` and the commits behind it that touch masking, oldest first."""
    first, dots, _ = span.partition("..")
    if not (first and dots):
        raise CannotCompareError(f"--commits wants A..B, not {span}")
    touching = git(repository, "rev-list", "--first-parent", "--reverse", span, "--", str(MASKING))
    return [git(repository, "rev-parse", first), *touching.split()]


@contextlib.contextmanager
def worktree(commit: str, repository: Path) -> Iterator[Checkout]:
    with tempfile.TemporaryDirectory(prefix="masking-same-") as made:
        folder = Path(made) / "checkout"
        git(repository, "worktree", "add", "--quiet", "--detach", str(folder), commit)
        try:
            yield Checkout(git(repository, "log", "-1", "--format=%h %s", commit), folder)
        finally:
            git(repository, "worktree", "remove", "--force", str(folder))


def by_commit(span: str, files: Sequence[Path], *, show: bool, repository: Path = ROOT) -> bool:
    """Compare each commit with the one before it; answer whether all mask alike."""
    same = True
    with contextlib.ExitStack() as opened:
        first, *others = commits_of(span, repository)
        before = opened.enter_context(worktree(first, repository))
        was = mask_all(before, files)
        for commit in others:
            after = opened.enter_context(worktree(commit, repository))
            now = mask_all(after, files)
            same = compare(before, after, (was, now), files, show=show) and same
            before, was = after, now
        if not others:
            print(f"no commit of {span} touches {MASKING}")
    return same


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sides = parser.add_mutually_exclusive_group(required=True)
    sides.add_argument("--before", type=Path, metavar="CHECKOUT")
    sides.add_argument("--commits", metavar="A..B", help="one commit after the other instead of two checkouts")
    parser.add_argument("--after", type=Path, metavar="CHECKOUT", default=ROOT)
    parser.add_argument("--corpora", type=Path, metavar="FOLDER", nargs="+", required=True)
    parser.add_argument("--operations", type=Path, metavar="FOLDER", nargs="+", default=[])
    parser.add_argument("--show", action="store_true", help="print how the differing documents differ, masked")
    given = parser.parse_args(arguments)
    try:
        files = corpora([*given.corpora, *given.operations])
        if given.commits:
            return 0 if by_commit(given.commits, files, show=given.show) else 1
        before, after = Checkout("before", given.before.resolve()), Checkout("after", given.after.resolve())
        masked = mask_all(before, files), mask_all(after, files)
        return 0 if compare(before, after, masked, files, show=given.show) else 1
    except CannotCompareError as error:
        print(f"cannot compare: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
