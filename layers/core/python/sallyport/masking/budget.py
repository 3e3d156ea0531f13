"""How much one request may cost. Past it masking fails closed: a card is not worth an unbounded Lambda."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sallyport.masking.values import MaskingFailed

MAX_CHARACTERS = 8 << 20  # a request body is 256 KiB (design limit); results of execute actions may be larger
MAX_VALUES = 1_000_000
MAX_DEPTH = 128  # containers, and strings that hold documents, count alike; requests are limited to 64
MAX_SECONDS = 10.0


@dataclass(slots=True)
class Budget:
    """Spent as the engine walks; `clock` gives monotonic seconds."""

    characters: int = MAX_CHARACTERS
    values: int = MAX_VALUES
    seconds: float = MAX_SECONDS
    clock: Callable[[], float] = time.monotonic
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = self.clock() + self.seconds

    def spend(self, characters: int) -> None:
        """Charge one value of `characters`; raises MaskingFailed `masking_budget_exceeded`."""
        self.characters -= characters
        self.values -= 1
        if self.characters < 0 or self.values < 0:
            raise MaskingFailed("masking_budget_exceeded", "too much to look through")
        if (characters > 1_000 or self.values % 64 == 0) and self.clock() > self._deadline:
            raise MaskingFailed("masking_budget_exceeded", "took too long")
