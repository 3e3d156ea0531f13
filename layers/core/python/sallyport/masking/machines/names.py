"""What this package answers with."""

from __future__ import annotations

from typing import NamedTuple


class MachineName(NamedTuple):
    """`text[start:end]` is what a machine, or something of a machine's, is called.

    `kind` says which grammar knew it (`arn`, `resource`, `uuid`, `hash`, …). `open` are the sub-spans, in order, that
    somebody chose freely: they may name a person or hold an identifier, so they are judged by the detectors as before.
    """

    start: int
    end: int
    kind: str
    open: tuple[tuple[int, int], ...] = ()

    def moved(self, by: int) -> MachineName:
        """The same name `by` characters further on."""
        return MachineName(
            self.start + by, self.end + by, self.kind, tuple((start + by, end + by) for start, end in self.open)
        )
