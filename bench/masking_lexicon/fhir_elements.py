"""Builds `lexicon/lists/fhir_elements.txt`, the names of every element of FHIR R4's resources and data types.

    python bench/masking_lexicon/fhir_elements.py

Needs an environment of its own with PyPI `fhir.resources` (8.3.0 when the list was built). The names are HL7's
specification's (CC0); keys of a resource that are among them stay
as they are without a closer look. Those with digits get one.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import fhir.resources.R4B as R4  # type: ignore[import-not-found]  # of an environment of its own

OUT = Path("layers/core/python/sallyport/masking/lexicon/lists/fhir_elements.txt")


def elements() -> Iterator[str]:
    """What the members of the package's models are called in JSON."""
    for module in pkgutil.iter_modules(R4.__path__):
        loaded = importlib.import_module(f"{R4.__name__}.{module.name}")
        for _, model in inspect.getmembers(loaded, inspect.isclass):
            for name, field in getattr(model, "model_fields", {}).items():
                yield field.alias or name


if __name__ == "__main__":
    names = {name.removeprefix("_") for name in elements()}
    OUT.write_text("\n".join(sorted(filter(str.isalpha, names))) + "\n", encoding="utf-8")
