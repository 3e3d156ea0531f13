"""Every detector there is, found by its file: a module of this package that declares one is all it takes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from sallyport.masking import detect
from sallyport.masking.detect.detector import Detector
from sallyport.masking.detect.reading import Reading
from sallyport.masking.spans import Span


@cache
def detectors() -> tuple[Detector, ...]:
    """Every row, by name."""
    found: dict[str, Detector] = {}
    for module in _modules(detect.__name__, list(detect.__path__)):
        for row in vars(importlib.import_module(module)).values():
            if isinstance(row, Detector) and found.setdefault(row.name, row) is not row:
                raise ValueError(f"two detectors are called {row.name}")
    return tuple(found[name] for name in sorted(found))


def _modules(package: str, paths: list[str]) -> Iterator[str]:
    """The modules of a package and of those inside it."""
    for module in pkgutil.iter_modules(paths, f"{package}."):
        yield module.name
        if module.ispkg:
            yield from _modules(module.name, [f"{path}/{module.name.rpartition('.')[2]}" for path in paths])


@cache
def _looking() -> tuple[Detector, ...]:
    """The detectors that look at texts."""
    return tuple(row for row in detectors() if row.find is not None)


def find(reading: Reading) -> list[Span]:
    """What all detectors find in a text, in no order."""
    return [span for row in _looking() for span in reading.found(row)]
