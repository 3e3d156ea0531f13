"""Settings from the environment. A function has only those that its entry in the template gives it."""

from __future__ import annotations

import os
from functools import cache


class MissingSetting(Exception):
    """The template did not give this function the setting that its use case needs."""


@cache
def setting(name: str) -> str:
    """The environment variable `name`, read once and when it is first needed."""
    value = os.environ.get(name, "")
    if not value:
        raise MissingSetting(name)
    return value
