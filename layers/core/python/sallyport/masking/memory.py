"""What one request has taught about its words, numbers and keys."""

from __future__ import annotations

from sallyport.masking.detect.ids import Looks
from sallyport.masking.detect.names.words import Entries
from sallyport.masking.detect.numbers import Shapes
from sallyport.masking.keys import Keys


class Memory:
    """Belongs to one request and dies with it: nothing that depends on a request's text is kept anywhere else."""

    __slots__ = ("entries", "keys", "looks", "shapes")

    def __init__(self) -> None:
        self.entries = Entries()
        self.keys = Keys()
        self.looks = Looks()
        self.shapes = Shapes()
