"""Read the policy layer: action files, directory, Cedar. What does not validate is refused whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from sallyport.domain.actions import ActionDefinition, Approval, Delivery, Duration, PolicyBundle, Rung
from sallyport.domain.canonical import canonical, sha256_hex
from sallyport.domain.directory import ID_PATTERN, Agent, Directory, Person
from sallyport.domain.session_policy import placeholders

_PLACES = frozenset({"account", "region", "partition"})


class PolicyInvalid(ValueError):
    """The policy layer says something that cannot be right. The message names file and reason; policy is not secret."""


def load_policy(account: str, root: Traversable | None = None) -> PolicyBundle:
    """The bundle in `root` (the layer's package by default). `{account}` in principals becomes `account`.

    `digest` is over every file's name and bytes, so that any change of policy is a new digest.
    """
    root = root or files("sallyport_policy")
    texts = dict(sorted(_texts(root)))
    actions = [action_from(_yaml(text), name) for name, text in texts.items() if name.startswith("actions/")]
    return PolicyBundle(
        digest=sha256_hex(canonical({name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()})),
        actions={action.name: action for action in actions},
        directory=directory_from(_yaml(texts["directory.yaml"]), account),
        cedar=texts["authorization.cedar"],
        cedar_schema=texts["authorization.cedarschema"],
        masking=_yaml(texts.get("masking.yaml", "{}")) or {},
    )


def _yaml(text: str) -> Any:
    # libyaml's loader where it is built in; both are safe loaders.
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


_SUFFIXES = (".yaml", ".cedar", ".cedarschema")


def _texts(folder: Traversable, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name == "actions":
            found += _texts(entry, "actions/")
        elif entry.is_file() and entry.name.endswith(_SUFFIXES):
            found.append((prefix + entry.name, entry.read_text(encoding="utf-8")))
    return found


def action_from(raw: Mapping[str, Any], where: str) -> ActionDefinition:
    """One action file. Raises PolicyInvalid for what the loader relies on; `sallyport policy validate` says more."""
    try:
        template = tuple(raw["session_policy"])
        parameters = raw["parameters"]
        scope = placeholders(template) - _PLACES
        unbound = set(parameters["properties"]) - set(raw["bound_by"])
        if unbound or not scope <= set(parameters["properties"]):
            raise PolicyInvalid(
                f"{where}: unbound or unknown parameters: {sorted(unbound | (scope - set(parameters['properties'])))}"
            )
        duration = raw["duration_seconds"]
        return ActionDefinition(
            name=raw["name"],
            title=raw["title"],
            review=raw["review"].strip(),
            risk=raw["risk"],
            delivery=Delivery(raw["delivery"]),
            parameters=parameters,
            bound_by=raw["bound_by"],
            scope=scope,
            sensitive_scope=frozenset(raw.get("sensitive_scope", ())),
            masked_parameters=raw.get("mask", {}),
            target_role=raw["target_role"],
            session_policy=template,
            duration=Duration(duration["default"], duration["minimum"], duration["maximum"]),
            approval=_approval(raw["approval"]),
            redemption_seconds=raw["redemption_seconds"],
            on_behalf_of_required=raw.get("on_behalf_of_required", False),
            outlasts=tuple(raw.get("outlasts", ())),
            execute=raw.get("execute"),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise PolicyInvalid(f"{where}: {type(error).__name__} at {error}") from None


def _approval(raw: Mapping[str, Any]) -> Approval:
    break_glass = raw.get("break_glass")
    return Approval(
        quorum=raw["quorum"],
        ladder=tuple(Rung(rung["seconds"], tuple(rung["groups"])) for rung in raw["ladder"]),
        channels=tuple(raw["channels"]),
        reason_required=raw.get("reason_required", False),
        distinct_groups=raw.get("distinct_groups", False),
        break_glass_seconds=break_glass["duration_seconds"] if break_glass else None,
        review_seconds=break_glass["review_seconds"] if break_glass else None,
    )


def directory_from(raw: Mapping[str, Any], account: str) -> Directory:
    """People and agents. Raises PolicyInvalid for an id or an account that two of them share."""
    groups: dict[str, set[str]] = {name: set(members) for name, members in raw["groups"].items()}
    people = {
        person_id: Person(
            id=person_id,
            name=entry["name"],
            slack_user_id=entry.get("slack"),
            teams_user_id=entry.get("teams"),
            principals=tuple(p.replace("{account}", account) for p in entry.get("principals", ())),
            groups=frozenset(name for name, members in groups.items() if person_id in members),
        )
        for person_id, entry in raw["people"].items()
    }
    agents = {
        agent_id: Agent(
            id=agent_id,
            owner=entry["owner"],
            operators=frozenset(entry.get("operators", ())),
            may_act_for=frozenset(entry.get("may_act_for", ())),
            principals=tuple(p.replace("{account}", account) for p in entry["principals"]),
            patience_seconds=entry.get("patience_seconds"),
        )
        for agent_id, entry in raw["agents"].items()
    }
    _check_directory(people, agents, groups)
    return Directory(people, agents)


def _check_directory(people: Mapping[str, Person], agents: Mapping[str, Agent], groups: Mapping[str, set[str]]) -> None:
    for name in [*people, *agents]:
        if not ID_PATTERN.fullmatch(name):
            raise PolicyInvalid(f"directory.yaml: id {name!r} does not fit {ID_PATTERN.pattern}")
    accounts = [a for p in people.values() for a in (p.slack_user_id, p.teams_user_id, *p.principals) if a]
    accounts += [principal for agent in agents.values() for principal in agent.principals]
    shared = sorted({account for account in accounts if accounts.count(account) > 1})
    if shared:
        raise PolicyInvalid(f"directory.yaml: shared by two entries: {shared}")
    named = {person for members in groups.values() for person in members}
    for agent in agents.values():
        named |= {agent.owner, *agent.operators, *agent.may_act_for}
    if named - set(people):
        raise PolicyInvalid(f"directory.yaml: not in people: {sorted(named - set(people))}")
