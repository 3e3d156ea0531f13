"""The channels file of the policy layer: where cards go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sallyport.adapters.policy_yaml import PolicyInvalid
from sallyport.domain.routes import Route, RouteRule

_WHERE = "channels.yaml"
# What a rule may name instead of an id: the template's parameter, so that no rule repeats it.
TEMPLATES_OWN = "SlackChannelId"
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,31}")
_CONDITIONS = ("action", "group", "account")
_MEMBERS = frozenset({*_CONDITIONS, "slack", "direct_messages"})


def routes_from(raw: Any, known: Mapping[str, Collection[str]]) -> tuple[RouteRule, ...]:
    """The rules in order. `known` lists the existing names for each condition.

    Raises PolicyInvalid: a rule with an unknown name could never match, so the card would go to the wrong channel.
    """
    if not isinstance(raw, Mapping) or set(raw) - {"routes"} or not isinstance(raw.get("routes") or [], list):
        raise PolicyInvalid(f"{_WHERE}: one member, `routes`, with a list of rules")
    return tuple(_rule(entry, number, known) for number, entry in enumerate(raw.get("routes") or [], start=1))


def _rule(entry: Any, number: int, known: Mapping[str, Collection[str]]) -> RouteRule:
    wrong = next(_faults(entry, known), None)
    if wrong is not None:
        raise PolicyInvalid(f"{_WHERE}: rule {number}: {wrong}")
    room = entry.get("slack", TEMPLATES_OWN)
    route = Route("" if room == TEMPLATES_OWN else room, entry.get("direct_messages", False))
    return RouteRule(route, entry.get("action"), entry.get("group"), entry.get("account"))


def _faults(entry: Any, known: Mapping[str, Collection[str]]) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield "is not a mapping"
        return
    if unknown := sorted(map(str, set(entry) - _MEMBERS)):
        yield f"`{unknown[0]}` is none of {', '.join(sorted(_MEMBERS))}"
    if not {"slack", "direct_messages"} & set(entry):
        yield "says neither a channel (`slack`) nor `direct_messages`"
    for name in _CONDITIONS:
        if name in entry and str(entry[name]) not in known[name]:
            yield f"there is no {name} {entry[name]!r}"
    room = entry.get("slack", TEMPLATES_OWN)
    if room != TEMPLATES_OWN and not (isinstance(room, str) and _CHANNEL.fullmatch(room)):
        yield f"`slack` is a channel's id (C…) or {TEMPLATES_OWN}; a channel's name can be given to another one"
    if not isinstance(entry.get("direct_messages", False), bool):
        yield "`direct_messages` is true or false"
