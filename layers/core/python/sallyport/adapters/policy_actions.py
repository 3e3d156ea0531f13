"""Action files and tiers of the policy layer, as definitions.

What could not be enforced is refused here; whether a file is well-formed in every respect is what
`sallyport policy validate` says before it is deployed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.domain.accounts import ACCOUNT, REGION, GuardedAccount, place_parameters
from sallyport.domain.actions import ActionDefinition, Approval, Delivery, Duration, Pattern, Rung
from sallyport.domain.sentences import named
from sallyport.domain.session_policy import placeholders

PLACES = frozenset({"account", "region", "partition"})
CALL_PLACES = PLACES | {"request_id"}
_STATEMENT = frozenset({"Sid", "Effect", "Action", "Resource", "Condition"})
_CALL = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_TIERS = ("low", "medium", "high", "critical")
_SENSITIVE_SCOPE = "may hold what identifies a person"
# A pattern for harmless values must match none of these, because what it matches is shown without asking any detector.
SOMEBODYS = (
    "maria-gonzalez", "Okonkwo_Chidi", "Jane Doe", "123-45-6789", "123456789", "MRN0048213", "jane@example.org",
    "+12025550143", "4111111111111111",
)  # fmt: skip


def action_from(
    raw: Mapping[str, Any],
    where: str,
    tiers: Mapping[str, Any] | None = None,
    accounts: Mapping[str, GuardedAccount] | None = None,
) -> ActionDefinition:
    """One action file. Raises PolicyInvalid for what the product relies on."""
    try:
        duration, hidden = raw["duration_seconds"], _hidden(raw)
        action = ActionDefinition(
            name=raw["name"],
            title=raw["title"],
            review=raw["review"].strip(),
            risk=raw["risk"],
            delivery=Delivery(raw["delivery"]),
            parameters=raw["parameters"],
            bound_by=raw["bound_by"],
            scope=placeholders(tuple(raw["session_policy"])) - PLACES,
            hidden=hidden,
            session_policy=tuple(raw["session_policy"]),
            duration=Duration(duration["default"], duration["minimum"], duration["maximum"]),
            approval=_approval(raw.get("approval") or {}, _floor(tiers or {}, raw["risk"], bool(hidden)), where),
            redemption_seconds=raw["redemption_seconds"],
            on_behalf_of_required=raw.get("on_behalf_of_required", False),
            outlasts=tuple(raw.get("outlasts", ())),
            execute=raw.get("execute"),
            places=frozenset(raw.get("places", ())),
            harmless=_harmless(raw.get("harmless") or {}, raw["parameters"]["properties"], where),
            sentence=raw.get("sentence", ""),
            description=raw.get("description", raw["review"]).strip(),
            example=raw.get("example", {}),
            example_reason=raw.get("example_reason", raw["title"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, PolicyInvalid):
            raise
        raise PolicyInvalid(f"{where}: {type(error).__name__} at {error}") from None
    _check_bound(action, where)
    _check_hidden(action, raw, where)
    _check_session_policy(action, where)
    _check_sentence(action, where)
    return _with_places(action, accounts or {}, where)


def _with_places(action: ActionDefinition, accounts: Mapping[str, GuardedAccount], where: str) -> ActionDefinition:
    """The action with the parameters for account and region added, which every ARN of its session policy must use."""
    if not action.places:
        return action
    if ACCOUNT not in action.places or not action.places <= {ACCOUNT, REGION}:
        raise PolicyInvalid(f"{where}: `places` is [account], or [account, region]")
    if not accounts:
        raise PolicyInvalid(f"{where}: `places` chooses among the accounts of accounts.yaml, which lists none")
    added = place_parameters(action.places, accounts)
    schema = action.parameters
    return replace(
        action,
        parameters={
            **schema,
            "required": [*schema.get("required", ()), *added],
            "properties": {**schema["properties"], **added},
        },
        bound_by={
            **action.bound_by,
            **dict.fromkeys(added, "every resource of the session policy, and its target role"),
        },
        scope=action.scope | set(added),
    )


def _harmless(raw: Mapping[str, Any], declared: Mapping[str, Any], where: str) -> dict[str, Pattern]:
    """Compiled patterns of values that identify nobody. Raises PolicyInvalid for one that also matches values that
    do."""
    if not raw:
        return {}
    import re2  # costs 10 ms, so only policies with such patterns pay

    options = re2.Options()
    options.log_errors = False
    compiled: dict[str, Pattern] = {}
    for name, pattern in raw.items():
        if name not in declared:
            raise PolicyInvalid(f"{where}: harmless: {name} is no parameter")
        try:
            compiled[name] = re2.compile(pattern, options)
        except re2.error:
            raise PolicyInvalid(f"{where}: harmless: {name}: RE2 does not know this pattern") from None
        if taken := next((one for one in SOMEBODYS if compiled[name].fullmatch(one)), None):
            raise PolicyInvalid(f"{where}: harmless: {name}: the pattern is too wide, it takes {taken} as well")
    return compiled


def call_placeholders(node: Any) -> frozenset[str]:
    """Names of all places in an `execute` block's arguments, where keys may hold some too."""
    if isinstance(node, Mapping):
        inside = frozenset[str]().union(*(call_placeholders(value) for value in node.values()))
        return inside | placeholders(tuple(node))
    if isinstance(node, list):
        return frozenset[str]().union(*(call_placeholders(value) for value in node))
    return placeholders(node)


def _check_bound(action: ActionDefinition, where: str) -> None:
    """Every parameter is held by the session policy or by the one call, and nothing else is asked for there."""
    declared = set(action.parameters["properties"])
    arguments = call_placeholders(action.execute["arguments"]) if action.execute else frozenset[str]()
    held = action.scope | (arguments - CALL_PLACES)
    wrong = (declared - set(action.bound_by)) | (declared ^ held)
    if wrong:
        raise PolicyInvalid(f"{where}: unbound or unknown parameters: {sorted(wrong)}")
    if not action.scope <= set(action.parameters.get("required", ())):
        raise PolicyInvalid(f"{where}: a parameter of the session policy is required, or there is nothing to bind")
    if (action.delivery is Delivery.EXECUTE) != (action.execute is not None):
        raise PolicyInvalid(f"{where}: `execute` goes with delivery execute, and only with it")


def _hidden(raw: Mapping[str, Any]) -> dict[str, str]:
    """Why each hidden parameter is hidden. `sensitive_scope: [names]` declares the same with a fixed reason."""
    return {**dict.fromkeys(raw.get("sensitive_scope", ()), _SENSITIVE_SCOPE), **raw.get("hidden", {})}


def _check_hidden(action: ActionDefinition, raw: Mapping[str, Any], where: str) -> None:
    """Whatever takes effect is shown, or hidden by a declaration with a reason."""
    if "mask" in raw:
        raise PolicyInvalid(f"{where}: `mask` hid parameters without a reason; say `hidden: {{parameter: why}}`")
    for name in sorted(action.hidden):
        if name not in action.parameters["properties"] or not action.words_are_agents(name):
            raise PolicyInvalid(f"{where}: {name} cannot be hidden; a number, a boolean or a choice is always shown")


def _check_sentence(action: ActionDefinition, where: str) -> None:
    """An approver reads it first, so it names everything that takes effect and nothing else. It need not name a chosen
    account or region, because every sentence ends with the account as rendered."""
    wrong = named(action.sentence) ^ set(action.parameters["properties"])
    if action.sentence and wrong:
        raise PolicyInvalid(f"{where}: the sentence leaves out, or names without their being bound: {sorted(wrong)}")


def _check_session_policy(action: ActionDefinition, where: str) -> None:
    """A template's statements may hold calls, resources and conditions, and nothing else."""
    for statement in action.session_policy:
        calls = statement.get("Action")
        if not set(statement) <= _STATEMENT or statement.get("Effect") not in ("Allow", "Deny"):
            raise PolicyInvalid(f"{where}: a statement has {', '.join(sorted(_STATEMENT))} and nothing else")
        if not all(isinstance(c, str) and _CALL.fullmatch(c) for c in (calls if isinstance(calls, list) else [calls])):
            raise PolicyInvalid(f"{where}: Action names single calls, without wildcards")
        if not statement.get("Resource"):
            raise PolicyInvalid(f"{where}: a statement without Resource")


def _floor(tiers: Mapping[str, Any], risk: str, hides: bool) -> Mapping[str, Any]:  # noqa: FBT001 - one private word
    """The minimum that applies: the tier of the risk, or the next higher tier for an action that hides something. The
    highest tier has none above it, so it takes one more approver instead."""
    tier: Mapping[str, Any] = tiers.get(risk) or {}
    if not hides or not tier:
        return tier
    above = _TIERS[_TIERS.index(risk) + 1 :]
    return tiers[above[0]] if above else {**tier, "quorum": tier["quorum"] + 1}


def _approval(raw: Mapping[str, Any], tier: Mapping[str, Any], where: str) -> Approval:
    """The tier's settings, overridden by the file's own. Raises PolicyInvalid where the file is laxer than the tier."""
    said = {**tier, **raw}
    if (
        said["quorum"] < tier.get("quorum", 1)
        or not set(said["channels"]) <= set(tier.get("channels", said["channels"]))
        or (tier.get("reason_required", False) and not said["reason_required"])
        or (tier.get("distinct_groups", False) and not said["distinct_groups"])
    ):
        raise PolicyInvalid(
            f"{where}: approval is laxer than the action's tier (the next higher one if it hides something)"
        )
    break_glass = said.get("break_glass")
    return Approval(
        quorum=said["quorum"],
        ladder=tuple(Rung(rung["seconds"], tuple(rung["groups"])) for rung in said["ladder"]),
        channels=tuple(said["channels"]),
        reason_required=said.get("reason_required", False),
        distinct_groups=said.get("distinct_groups", False),
        break_glass_seconds=break_glass["duration_seconds"] if break_glass else None,
        review_seconds=break_glass["review_seconds"] if break_glass else None,
    )
