# ruff: noqa: SLF001 - a patch is about ministack's inner names
"""Parameter values in the SAM transform: CloudFormation passes them on, ministack passes none.

Without them SAM refuses a `!Ref` to a parameter where it needs the text itself, as in `AutoPublishCodeSha256`, which
decides whether a new version is published.
"""

import importlib
from contextvars import ContextVar
from functools import cache
from typing import Any

_values: ContextVar[dict[str, str] | None] = ContextVar("sam_parameters", default=None)


@cache
def _patch_transform() -> None:
    # Imported at the first template, because importing it takes longer than starting the whole emulator.
    module: Any = importlib.import_module("samtranslator.translator.transform")
    sam_transform = module.transform

    def sam_transform_with_values(template: Any, parameters: dict[str, Any], *rest: Any, **options: Any) -> Any:
        return sam_transform(template, {**(_values.get() or {}), **parameters}, *rest, **options)

    module.transform = sam_transform_with_values


def apply() -> None:
    """Give `samtranslator` the values (or defaults) of the template's parameters."""
    engine: Any = importlib.import_module("ministack.services.cloudformation.engine")
    apply_transforms = engine._apply_transforms

    def apply_transforms_with_values(template: Any, provided: Any = None, previous: Any = None) -> Any:
        _patch_transform()
        reset = _values.set(engine._transform_parameters(template, provided, previous))
        try:
            return apply_transforms(template, provided, previous)
        finally:
            _values.reset(reset)

    for module in ("engine", "stacks", "changesets", "handlers", "provisioners"):
        holder: Any = importlib.import_module(f"ministack.services.cloudformation.{module}")
        if getattr(holder, "_apply_transforms", None) is apply_transforms:
            holder._apply_transforms = apply_transforms_with_values
