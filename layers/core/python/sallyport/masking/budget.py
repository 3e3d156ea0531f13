"""How much one request may cost. Past it masking fails closed: a card is not worth an unbounded Lambda."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sallyport.masking.values import MaskingFailed

MAX_CHARACTERS = 8 << 20  # of the encoded document; a request body is 256 KiB, results of execute actions may be larger
MAX_DEPTH = 128  # containers; requests are limited to 64
MAX_SECONDS = 20.0  # 256 KiB of the densest notes take about two seconds


@dataclass(slots=True)
class Budget:
    """Checked before every string is read; `clock` gives monotonic seconds."""

    characters: int = MAX_CHARACTERS
    seconds: float = MAX_SECONDS
    clock: Callable[[], float] = time.monotonic
    _deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self._deadline = self.clock() + self.seconds

    def admit(self, characters: int) -> None:
        """Raises MaskingFailed `masking_budget_exceeded` for a document that is too long."""
        if characters > self.characters:
            raise MaskingFailed("masking_budget_exceeded", "too much to look through")

    def check(self) -> None:
        """Raises MaskingFailed `masking_budget_exceeded` once the time is over."""
        if self.clock() > self._deadline:
            raise MaskingFailed("masking_budget_exceeded", "took too long")
