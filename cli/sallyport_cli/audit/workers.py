"""A map over processes, with few jobs under way at once; without processes where that is faster."""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from os import process_cpu_count
from pathlib import Path
from typing import Protocol

_MOST = 4
# Reading less than this is faster than starting a process.
_WORTH_A_PROCESS = 16 << 20


class Run(Protocol):
    """What the jobs yield, in the order of the jobs, which are taken as they are needed."""

    def __call__[Job, Result](self, work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]: ...


@contextmanager
def workers(size: int, processes: int | None) -> Iterator[Run]:
    """Workers for `size` bytes to read in total."""
    count = processes or (min(_MOST, process_cpu_count() or 1) if size > _WORTH_A_PROCESS else 1)
    if count == 1:
        with _uncollected():
            yield _alone
        return
    with ProcessPoolExecutor(count, mp_context=get_context(_start()), initializer=gc.disable) as pool:

        def run[Job, Result](work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
            under_way: deque[Future[Result]] = deque()
            for job in jobs:
                under_way.append(pool.submit(work, job))
                # One job more per process than it works on, so that none waits.
                if len(under_way) >= 2 * count:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

        yield run


def _alone[Job, Result](work: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Result]:
    return map(work, jobs)


def _start() -> str:
    """Forking is quickest, but a process with threads must not be forked."""
    return "fork" if sys.platform == "linux" and len([*Path("/proc/self/task").iterdir()]) == 1 else "spawn"


@contextmanager
def _uncollected() -> Iterator[None]:
    """The garbage collector is off, because events are trees and freed without it, and it would walk through everything
    kept."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
