"""Runs where pydantic-ai is installed and none of our code is: schemas by tool name in, what is wrong with each out, as
JSON."""

from __future__ import annotations

import copy
import json
import re
import sys
from typing import Any

from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def faults(name: str, schema: dict[str, Any]) -> list[str]:
    """Empty for a schema that strict mode accepts, and that making it strict would not change."""
    judge = OpenAIJsonSchemaTransformer(copy.deepcopy(schema), strict=None)
    judge.walk()
    found = [] if judge.is_strict_compatible else ["not strict-compatible"]
    if OpenAIJsonSchemaTransformer(copy.deepcopy(schema), strict=True).walk() != schema:
        found.append("making it strict changes it")
    return found if _NAME.fullmatch(name) else [*found, "a name that hosts refuse"]


if __name__ == "__main__":
    json.dump({name: faults(name, schema) for name, schema in json.load(sys.stdin).items()}, sys.stdout)
