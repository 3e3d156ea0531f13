"""The access review as a page for people who did not build this: who may ask, who approves, who never can."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from sallyport.domain.actions import ActionDefinition
from sallyport.domain.directory import Agent, Person
from sallyport_cli.pages.render import environment
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.matrix import Access

_TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Case:
    """One agent asking for one action. `behind` are those who stand behind it, each with why; the rest of those who
    may not approve are named nowhere for it."""

    access: Access
    needs: str
    first: tuple[str, ...]
    later: tuple[str, ...]
    behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskedFor:
    """An action with everybody who may ask for it, and the agents that may not."""

    action: ActionDefinition
    cases: tuple[Case, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """An agent: what it may ask for, and which of that needs no approval."""

    agent: Agent
    may: tuple[str, ...]
    unasked: tuple[str, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """A person: the actions for which they may approve somebody's request, alone in an emergency, or never."""

    person: Person
    may: tuple[str, ...]
    alone: tuple[str, ...]
    never: tuple[str, ...]
    may_halt: bool


def page(layer: Layer, rows: list[Access], now: datetime) -> str:
    """The page. `rows` are the whole matrix, denied combinations included."""
    let_in = [row for row in rows if row.verdicts != ("deny",)]
    deciders = [_decider(layer, let_in, person) for person in _by_id(layer.policy.directory.people.values())]
    return (
        environment(_TEMPLATES)
        .get_template("access_review.html")
        .render(
            digest=layer.policy.digest,
            now=now,
            account=layer.places.account,
            actions=[_asked_for(layer, name, list(of)) for name, of in groupby(rows, key=lambda row: row.action)],
            askers=[_asker(rows, agent) for agent in _by_id(layer.policy.directory.agents.values())],
            deciders=deciders,
            never=[decider.person.id for decider in deciders if not decider.may and not decider.alone],
        )
    )


def _by_id[Entry: (Agent, Person)](entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.id)


def _asked_for(layer: Layer, name: str, rows: list[Access]) -> AskedFor:
    let_in = [row for row in rows if row.verdicts != ("deny",)]
    refused = sorted({row.agent for row in rows} - {row.agent for row in let_in})
    return AskedFor(layer.policy.actions[name], tuple(_case(layer, row) for row in let_in), tuple(refused))


def _case(layer: Layer, row: Access) -> Case:
    first, last = (row.deciders[0], row.deciders[-1]) if row.deciders else ((), ())
    later = tuple(person for person in last if person not in first)
    return Case(row, _needs(row), first, later, _behind(layer.policy.directory.agents[row.agent], row.on_behalf_of))


def _needs(row: Access) -> str:
    people = "1 approval" if row.quorum == 1 else f"{row.quorum} approvals by different people"
    if row.verdicts == ("allow",):
        return "no approval: policy allows it"
    return f"{people}, or none where policy allows it" if "allow" in row.verdicts else people


def _behind(agent: Agent, behalf: str | None) -> tuple[str, ...]:
    """An agent that names nobody may be acting for anybody it may act for."""
    acted_for = sorted(agent.may_act_for) if behalf is None else [behalf]
    roles: dict[str, list[str]] = {}
    for person, role in [
        (agent.owner, "owner"),
        *((person, "operator") for person in sorted(agent.operators)),
        *((person, "may be acted for" if behalf is None else "acted for") for person in acted_for),
    ]:
        roles.setdefault(person, []).append(role)
    return tuple(f"{person} ({', '.join(why)})" for person, why in roles.items())


def _asker(rows: list[Access], agent: Agent) -> Asker:
    own = [row for row in rows if row.agent == agent.id]
    may = _actions(own, lambda row: row.verdicts != ("deny",))
    never = tuple(name for name in _actions(own, lambda _: True) if name not in may)
    return Asker(agent, may, _actions(own, lambda row: "allow" in row.verdicts), never)


def _decider(layer: Layer, rows: list[Access], person: Person) -> Decider:
    may = _actions(rows, lambda row: any(person.id in rung for rung in row.deciders))
    alone = _actions(rows, lambda row: person.id in row.break_glass)
    never = tuple(name for name in _actions(rows, lambda _: True) if name not in {*may, *alone})
    return Decider(person, may, alone, never, layer.authorizer.may_halt(person).allowed)


def _actions(rows: Iterable[Access], wanted: Callable[[Access], bool]) -> tuple[str, ...]:
    return tuple(sorted({row.action for row in rows if wanted(row)}))
