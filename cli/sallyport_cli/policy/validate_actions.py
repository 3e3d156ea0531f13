"""Checks of single action files: form, patterns, what holds each parameter, the example rendered, the one call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

import jmespath  # type: ignore[import-untyped]  # its stubs are a package of their own
import re2
from botocore import xform_name
from botocore.loaders import Loader
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from sallyport.adapters.policy_actions import call_placeholders
from sallyport.adapters.policy_yaml import read_yaml
from sallyport.domain.actions import ActionDefinition
from sallyport.domain.binding import VaultRecord
from sallyport.domain.refusals import IdentifierInScope, Refusal
from sallyport.domain.session_policy import placeholders
from sallyport.masking import MaskingFailed, masking_rules_from_policy, words
from sallyport.services import policy
from sallyport.services.rendering import effect_of
from sallyport.usecases.mask_payload import masked_parts
from sallyport_cli.policy.findings import Finding
from sallyport_cli.policy.layer import Layer

_SCHEMAS = ("action.schema.json", "tiers.schema.json")
# A call or condition key (service:Name), or what follows the word "argument".
_TOKEN = re.compile(r"[a-z0-9-]+:[A-Za-z]+|(?<=argument )\w+")
_SAMPLE_REQUEST = "req-000000000000000000000000"


def schema_validator(name: str) -> Draft202012Validator:
    """For one of the package's `*.schema.json`."""
    folder = files("sallyport_policy")
    schemas = {
        n: json.loads(folder.joinpath(n).read_text("utf-8")) for n in ("action.schema.json", "tiers.schema.json")
    }
    registry: Registry[Any] = Registry().with_resources((n, Resource.from_contents(s)) for n, s in schemas.items())
    return Draft202012Validator(schemas[name], registry=registry)


def check_form(layer: Layer) -> Iterator[Finding]:
    """Every file against its JSON Schema."""
    actions = schema_validator("action.schema.json")
    for name, raw in layer.raw_actions.items():
        for error in actions.iter_errors(raw):
            # Policy is not secret, so here the schema's own message may be said.
            yield Finding(f"actions/{name}.yaml", "schema", f"{error.json_path}: {error.message[:300]}")
    tiers = read_yaml((layer.root / "tiers.yaml").read_text("utf-8"), "tiers.yaml")
    for error in schema_validator("tiers.schema.json").iter_errors(tiers):
        yield Finding("tiers.yaml", "schema", f"{error.json_path}: {error.message[:300]}")


def check_action(layer: Layer, action: ActionDefinition) -> Iterator[Finding]:
    """Everything about one action that its schema cannot check. Expects a file that fits the schema."""
    where = f"actions/{action.name}.yaml"
    raw = layer.raw_actions[action.name]
    yield from (Finding(where, "pattern", message) for message in _patterns(action, raw["example"]))
    yield from (Finding(where, "bound_by", message) for message in _bound_by(action))
    yield from (Finding(where, "parameter", message) for message in _names(action))
    yield from (Finding(where, "duration", message) for message in _durations(action))
    yield from (Finding(where, "hidden", message) for message in _unseen(layer, action, raw["example"]))
    yield from (Finding(where, "example", message) for message in _example(layer, action, raw["example"]))
    if action.execute is not None:
        yield from (Finding(where, "execute", message) for message in _execute(action.execute))


def _patterns(action: ActionDefinition, example: Mapping[str, Any]) -> Iterator[str]:
    for name, parameter in action.parameters["properties"].items():
        pattern = parameter.get("pattern") or parameter.get("items", {}).get("pattern")
        if pattern is None:
            continue
        try:
            re2.compile(pattern)
        except re2.error:
            yield f"{name}: RE2 does not know this pattern (no look-around, no back-references, at most 1,000 repeats)"
            continue
        values = example.get(name, "")
        if name in action.scope and any(_lets_wildcards(pattern, one) for one in _listed(values)):
            yield f"{name}: the pattern allows `*`, `?` or `$`, which a session policy would not take literally"


def _lets_wildcards(pattern: str, example: Any) -> bool:
    """Whether the pattern still accepts the example with one of its characters replaced by a wildcard."""
    tried = (example[:at] + c + example[at + 1 :] for at in range(len(example)) for c in "*?$")
    return any(re2.fullmatch(pattern, one) for one in tried)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _bound_by(action: ActionDefinition) -> Iterator[str]:
    """The template does with each parameter what its `bound_by` claims."""
    for name, claim in action.bound_by.items():
        if name not in action.parameters["properties"]:
            yield f"{name} is no parameter"
            continue
        known, holding = _holders(action, name)
        named = _TOKEN.findall(claim)
        if not named:
            yield f"{name}: names no call, condition key or argument"
        yield from (f"{name}: {token} does not occur in the template" for token in named if token not in known)
        if named and not holding & set(named):
            yield f"{name}: nothing that it names holds {{{name}}}"


def _holders(action: ActionDefinition, name: str) -> tuple[set[str], set[str]]:
    """Every call, condition key and argument of the action, and those of them in which the parameter stands."""
    known: set[str] = set()
    holding: set[str] = set()
    for statement in action.session_policy:
        calls = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        known |= set(calls)
        if name in placeholders(statement["Resource"]):
            holding |= set(calls)
        for keys in statement.get("Condition", {}).values():
            known |= set(keys)
            holding |= {key for key, value in keys.items() if name in placeholders(value)}
    for argument, value in (action.execute or {}).get("arguments", {}).items():
        known.add(argument)
        if name in call_placeholders({argument: value}):
            holding.add(argument)
    return known, holding


def _names(action: ActionDefinition) -> Iterator[str]:
    unknown = set(action.parameters["required"]) - set(action.parameters["properties"])
    yield from (f"required: {name} has no place there" for name in sorted(unknown))


def _unseen(layer: Layer, action: ActionDefinition, example: Mapping[str, Any]) -> Iterator[str]:
    """Parameters that take effect and that an approver would neither see nor be told of."""
    rules = masking_rules_from_policy(layer.policy.masking)
    masked = {words.fold(column.name) for column in rules.columns if column.treat == "mask"}
    for name in sorted(n for n in action.shown if words.fold(n) in masked):
        yield f"{name}: masking.yaml masks parameters of this name, but the action shows it; declare it hidden"
    try:
        masked_parts(_sample(layer, action, example), rules)
    except IdentifierInScope as unseen:
        yield from (f"{path}: masking.yaml masks it, and it is not declared hidden" for path in unseen.paths)


def _sample(layer: Layer, action: ActionDefinition, example: Mapping[str, Any]) -> VaultRecord:
    """The example as the vault would hold it, as far as the card needs it."""
    return VaultRecord(
        request_id=_SAMPLE_REQUEST,
        action=action.name,
        parameters=dict(example),
        reason="",
        context=None,
        agent="",
        on_behalf_of=None,
        duration_seconds=action.duration.default,
        target_role_arn="",
        session_policy="",
        policy_digest=layer.policy.digest,
        salt="",
        hidden=tuple(sorted(action.hidden)),
    )


def _durations(action: ActionDefinition) -> Iterator[str]:
    life, approval = action.duration, action.approval
    if not life.minimum <= life.default <= life.maximum:
        yield "default must lie between minimum and maximum"
    if approval.break_glass_seconds is not None and not life.minimum <= approval.break_glass_seconds <= life.default:
        yield "a break-glass credential must last between minimum and default"
    if approval.reason_required and not {"slack", "api"} & set(approval.channels):
        yield "a reason is required, but no channel of the action can carry one; slack and api can"


def _example(layer: Layer, action: ActionDefinition, example: Mapping[str, Any]) -> Iterator[str]:
    try:
        policy.check_parameters(action, example)
        policy.check_scope(action, example, layer.policy.masking)
        effect_of(action, _SAMPLE_REQUEST, example, layer)
    except Refusal as refusal:
        yield f"refused as {refusal.code} at {', '.join(refusal.paths) or '$'}"


def _execute(execute: Mapping[str, Any]) -> Iterator[str]:
    result = execute["result"]
    try:
        jmespath.compile(result["pick"])
    except jmespath.exceptions.JMESPathError:
        yield "result.pick is no JMESPath"
    try:
        masking_rules_from_policy(result.get("mask", {}))
    except MaskingFailed as failed:
        yield f"result.mask: {failed}"
    if "paging" in execute and not _has_paginator(execute["service"], execute["operation"]):
        yield f"botocore has no paginator for {execute['operation']} ({xform_name(execute['operation'])})"


def _has_paginator(service: str, operation: str) -> bool:
    paginators = Loader().load_service_model(service, "paginators-1")
    return operation in paginators["pagination"]
