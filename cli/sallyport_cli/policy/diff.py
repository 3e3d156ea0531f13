"""`sallyport policy diff OLD NEW`: who gains or loses what, and which definitions changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cedarpy

from sallyport.domain.actions import ActionDefinition
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.matrix import Access, access
from sallyport_cli.policy.routes import told_routes


@dataclass(frozen=True, order=True)
class Change:
    """`kind` is gains, loses or changes; `what` says it in words, `before` and `after` in values if there are any."""

    subject: str
    kind: str
    what: str
    before: str = ""
    after: str = ""


def differences(old: Layer, new: Layer) -> list[Change]:
    """Everything that the change of policy changes for somebody, sorted by who it is."""
    found = [
        *_access_changes(old, new),
        *_definition_changes(old, new),
        *_route_changes(old, new),
        *_rule_changes(old, new),
        *_directory_changes(old, new),
    ]
    return sorted(set(found))


def told(change: Change) -> str:
    mark = {"gains": "+", "loses": "-"}.get(change.kind, "~")
    values = f": {change.before} -> {change.after}" if change.before or change.after else ""
    return f"{mark} {change.subject} {change.kind} {change.what}{values}"


def as_json(changes: list[Change]) -> str:
    return json.dumps({"changes": [asdict(change) for change in changes]})


def _access_changes(old: Layer, new: Layer) -> Iterator[Change]:
    before = {(row.action, row.agent, row.on_behalf_of): row for row in access(old)}
    after = {(row.action, row.agent, row.on_behalf_of): row for row in access(new)}
    for key in {**before, **after}:
        absent = Access(*key, verdicts=("deny",))
        yield from _row_changes(before.get(key, absent), after.get(key, absent))


def _row_changes(was: Access, now: Access) -> Iterator[Change]:
    asked = f"{now.action} asked by {now.agent}" + (f" for {now.on_behalf_of}" if now.on_behalf_of else "")
    could, can = set(was.verdicts) - {"deny"}, set(now.verdicts) - {"deny"}
    behalf = f" on behalf of {now.on_behalf_of}" if now.on_behalf_of else ""
    if bool(could) != bool(can):
        yield Change(now.agent, "gains" if can else "loses", f"requesting {now.action}{behalf}")
    if ("allow" in could) != ("allow" in can):
        yield Change(now.agent, "gains" if "allow" in can else "loses", f"skipping approval of {now.action}{behalf}")
    steps = max(len(was.deciders), len(now.deciders))
    for step in range(steps):
        earlier, later = _step(was.deciders, step), _step(now.deciders, step)
        where = "" if step == 0 else f" after step {step} of the ladder"
        # Later steps list only people who are new there, so that nobody is named twice.
        for person in sorted((earlier ^ later) - (_step(was.deciders, step - 1) ^ _step(now.deciders, step - 1))):
            yield Change(person, "gains" if person in later else "loses", f"deciding {asked}{where}")
    for person in sorted(set(was.break_glass) ^ set(now.break_glass)):
        kind = "gains" if person in now.break_glass else "loses"
        yield Change(person, kind, f"break-glass for {asked}")


def _step(deciders: tuple[tuple[str, ...], ...], step: int) -> set[str]:
    return set(deciders[min(step, len(deciders) - 1)]) if deciders and step >= 0 else set()


_DEFINED: Mapping[str, Callable[[ActionDefinition], Any]] = {
    "risk": lambda a: a.risk,
    "delivery": lambda a: a.delivery.value,
    "session policy": lambda a: list(a.session_policy),
    "parameters": lambda a: a.parameters,
    "call": lambda a: a.execute,
    "quorum": lambda a: a.approval.quorum,
    "distinct groups": lambda a: a.approval.distinct_groups,
    "channels": lambda a: sorted(a.approval.channels),
    "reason required": lambda a: a.approval.reason_required,
    "ladder": lambda a: [[rung.seconds, *rung.groups] for rung in a.approval.ladder],
    "break-glass seconds": lambda a: a.approval.break_glass_seconds,
    "review seconds": lambda a: a.approval.review_seconds,
    "duration": lambda a: [a.duration.minimum, a.duration.default, a.duration.maximum],
    "redemption seconds": lambda a: a.redemption_seconds,
    "on_behalf_of required": lambda a: a.on_behalf_of_required,
    "hidden parameters": lambda a: dict(a.hidden),
    "values no detector looks at": lambda a: {name: one.pattern for name, one in a.harmless.items()},
}


def _definition_changes(old: Layer, new: Layer) -> Iterator[Change]:
    before, after = old.policy.actions, new.policy.actions
    for name in sorted(set(before) ^ set(after)):
        yield Change(name, "changes", "action added" if name in after else "action removed")
    for name in sorted(set(before) & set(after)):
        for what, read in _DEFINED.items():
            yield from _changed(name, what, read(before[name]), read(after[name]))
    yield from _changed("masking", "rules", old.policy.masking, new.policy.masking)


def _route_changes(old: Layer, new: Layer) -> Iterator[Change]:
    """Where cards go on each step of the ladder; for an account only what differs from the route without one."""
    accounts = sorted({*old.policy.accounts, *new.policy.accounts})
    for name in sorted(set(old.policy.actions) & set(new.policy.actions)):
        before, after = told_routes(old, name, None), told_routes(new, name, None)
        yield from _changed(name, "where its cards go", before, after)
        for account in accounts:
            was, now = told_routes(old, name, account), told_routes(new, name, account)
            if (was, now) != (before, after):
                yield from _changed(name, f"where its cards of account {account} go", was, now)


def _changed(subject: str, what: str, was: Any, now: Any) -> Iterator[Change]:
    if was != now:
        yield Change(subject, "changes", what, _short(was), _short(now))


def _short(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _rule_changes(old: Layer, new: Layer) -> Iterator[Change]:
    before, after = _rules(old), _rules(new)
    for rule in sorted(set(before) | set(after)):
        if before.get(rule) != after.get(rule):
            what = "rule added" if rule not in before else "rule removed" if rule not in after else "rule rewritten"
            yield Change(rule, "changes", what)


def _rules(layer: Layer) -> dict[str, Any]:
    written = json.loads(cedarpy.policies_to_json_str(layer.policy.cedar))["staticPolicies"]
    return {rule.get("annotations", {}).get("id", key): rule for key, rule in written.items()}


def _directory_changes(old: Layer, new: Layer) -> Iterator[Change]:
    before, after = old.policy.directory, new.policy.directory
    for name in sorted(set(before.people) | set(after.people)):
        was, now = before.people.get(name), after.people.get(name)
        if was is None or now is None:
            yield Change(name, "changes", "person added" if was is None else "person removed")
            continue
        yield from _changed(name, "groups", sorted(was.groups), sorted(now.groups))
        yield from _changed(
            name,
            "accounts",
            [was.slack_user_id, was.teams_user_id, *was.principals],
            [now.slack_user_id, now.teams_user_id, *now.principals],
        )
    for name in sorted(set(before.agents) | set(after.agents)):
        bot_was, bot_now = before.agents.get(name), after.agents.get(name)
        if bot_was is None or bot_now is None:
            yield Change(name, "changes", "agent added" if bot_was is None else "agent removed")
            continue
        yield from _changed(name, "owner", bot_was.owner, bot_now.owner)
        yield from _changed(name, "operators", sorted(bot_was.operators), sorted(bot_now.operators))
        yield from _changed(name, "may act for", sorted(bot_was.may_act_for), sorted(bot_now.may_act_for))
        yield from _changed(name, "principals", list(bot_was.principals), list(bot_now.principals))
