"""Threads that take turns: at every call of a port each waits for its turn, and a seed decides whose it is."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_PATIENCE = 60


class Crashed(BaseException):
    """The function was ended at this point, whatever it was doing."""


def _nothing() -> None:
    return


@dataclass
class Turns:
    """`step()` is where a thread may be overtaken, or end for good. `each` runs after every turn."""

    seed: int
    crashes: int = 0
    each: Callable[[], None] = _nothing
    over: bool = False
    running: int = 0
    waiting: dict[str, bool] = field(default_factory=dict)
    crashed: list[str] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    change: threading.Condition = field(default_factory=threading.Condition)

    def step(self) -> None:
        if self.over:
            return
        name = threading.current_thread().name
        with self.change:
            self.waiting[name] = True
            self.running -= 1
            self.change.notify_all()
            assert self.change.wait_for(lambda: not self.waiting[name], _PATIENCE)
            del self.waiting[name]
            if name in self.crashed:
                raise Crashed

    def run(self, actors: dict[str, Callable[[], object]]) -> None:
        """Let them all run to their end, one step of one of them at a time."""
        dice = random.Random(self.seed)
        threads = [threading.Thread(target=self._run, args=(each,), name=name) for name, each in actors.items()]
        self.running = len(threads)
        for thread in threads:
            thread.start()
        while self._turn(dice):
            pass
        for thread in threads:
            thread.join(_PATIENCE)
        self.over = True
        if self.failed:
            raise self.failed[0]

    def _turn(self, dice: random.Random) -> bool:
        """False when nobody is left."""
        with self.change:
            assert self.change.wait_for(lambda: self.running == 0, _PATIENCE)
            self.each()
            if not self.waiting:
                return False
            chosen = dice.choice(sorted(self.waiting))
            if len(self.crashed) < self.crashes and dice.random() < 0.1:
                self.crashed.append(chosen)
            self.running += 1
            self.waiting[chosen] = False
            self.change.notify_all()
            self.change.wait_for(lambda: chosen not in self.waiting or self.waiting[chosen], _PATIENCE)
        return True

    def _run(self, actor: Callable[[], object]) -> None:
        try:
            self.step()
            actor()
        except Crashed:
            pass
        except BaseException as failure:  # noqa: BLE001 - run() raises it
            self.failed.append(failure)
        with self.change:
            self.running -= 1
            self.change.notify_all()
