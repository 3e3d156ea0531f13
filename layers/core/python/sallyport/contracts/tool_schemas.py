"""JSON Schemas (2020-12) that a model's tool can be made from, without a word of ours left to add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sallyport.contracts.requests import MAX_REASON
from sallyport.domain.actions import ActionDefinition

type Schema = dict[str, Any]

# The types that a choice's values have.
_TYPES = {bool: "boolean", int: "integer", str: "string"}
# What OpenAI's strict mode takes beside the structure itself; other keywords are said in the description.
_STRICT = frozenset({"type", "description", "enum", "pattern", "minimum", "maximum", "minItems", "maxItems"})
_IN_WORDS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "uniqueItems": "no item twice",
}
_REASON = {
    "description": "Why this is needed, in one or two sentences for the person who decides. Name the task or ticket.",
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_REASON,
}
_CONTEXT = {
    "description": "Anything else the person needs to decide, such as ticket ids or what was tried before.",
    "type": "object",
}


def parameter_schema(action: ActionDefinition, *, strict: bool) -> Schema:
    """The action's parameters, each choice with its type."""
    properties = {name: _typed(schema) for name, schema in action.parameters["properties"].items()}
    whole = {**action.parameters, "properties": properties}
    return _strict(whole) if strict else whole


def tool_schema(action: ActionDefinition, *, strict: bool) -> Schema:
    """The same with `reason` and `context` beside the parameters, as one flat object of arguments."""
    whole = parameter_schema(action, strict=False)
    properties = {**whole["properties"], "reason": _REASON, "context": _CONTEXT}
    required = [*whole.get("required", ()), "reason"]
    whole = {"type": "object", "additionalProperties": False, "required": required, "properties": properties}
    return _strict(whole) if strict else whole


def _typed(schema: Mapping[str, Any]) -> Schema:
    typed = dict(schema)
    if "items" in schema:
        typed["items"] = _typed(schema["items"])
    if "enum" in schema and "type" not in schema:
        found = sorted({_TYPES[type(value)] for value in schema["enum"]})
        typed["type"] = found[0] if len(found) == 1 else found
    return typed


def _strict(whole: Schema) -> Schema:
    """The form that OpenAI's strict mode takes: every property is required, and one that was not takes null."""
    properties = {
        name: _narrowed(schema, optional=name not in whole.get("required", ()))
        for name, schema in whole["properties"].items()
    }
    return {"type": "object", "additionalProperties": False, "required": list(properties), "properties": properties}


def _narrowed(schema: Mapping[str, Any], *, optional: bool) -> Schema:
    if schema["type"] == "object":  # strict mode has no free-form objects, so it becomes text
        schema = {**schema, "type": "string"}
    kept = {key: value for key, value in schema.items() if key in _STRICT}
    said = [_IN_WORDS[key].format(value) for key, value in schema.items() if key in _IN_WORDS and value]
    if said:
        kept["description"] = f"{schema.get('description', '').rstrip('.')} ({', '.join(said)})".strip()
    if "items" in schema:
        kept["items"] = _narrowed(schema["items"], optional=False)
    if optional:
        kept["type"] = [*([kept["type"]] if isinstance(kept["type"], str) else kept["type"]), "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    return kept
