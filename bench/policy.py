"""What a policy decision costs: Sallyport's authorizer beside cedarpy called as its documentation shows, in one run.

Run with `python -m bench.policy`; writes bench/results/policy.json. Figures are of one thread of the machine it ran on.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("layers/core/python", "layers/policy/python", "cli")]

import cedarpy  # noqa: E402 - the paths above come first

from sallyport.adapters.cedar import CedarAuthorizer  # noqa: E402
from sallyport.domain.actions import PolicyBundle  # noqa: E402
from sallyport.domain.directory import Directory, Person  # noqa: E402
from sallyport_cli.policy.judge import Asked, judge  # noqa: E402
from sallyport_cli.policy.layer import open_layer  # noqa: E402

RULES = 100
ROUNDS = 1_000
RESULT = ROOT / "bench/results/policy.json"


def bundle(rules: int, people: int) -> PolicyBundle:
    """The shipped policy with more rules, which all have to be looked at, and more people."""
    shipped = open_layer().policy
    written = len(json.loads(cedarpy.policies_to_json_str(shipped.cedar))["staticPolicies"])
    more = "".join(
        f'@id("bench-{i}") forbid (principal, action in [Action::"request", Action::"skip_approval"], resource) '
        f'when {{ context.scope.contains("bucket=closed-{i}") && context.hour < {i % 24} }};\n'
        f'@id("bench-decide-{i}") forbid (principal in Group::"retired-{i}", action == Action::"decide", resource);\n'
        for i in range((rules - written) // 2)
    )
    extra = {
        f"p{i}": Person(f"p{i}", "x", f"U{i}", None, (), frozenset({"data-approvers"}))
        for i in range(people - len(shipped.directory.people))
    }
    directory = Directory({**shipped.directory.people, **extra}, shipped.directory.agents)
    return replace(shipped, cedar=shipped.cedar + more, directory=directory)


def costs(decisions: Mapping[str, Callable[[], Any]]) -> dict[str, dict[str, float]]:
    """Microseconds of one call each. In turns, so that a busy moment of the machine hits all of them."""
    took: dict[str, list[float]] = {name: [] for name in decisions}
    for turn in range(ROUNDS + 50):
        for name, decide in decisions.items():
            start = time.perf_counter_ns()
            decide()
            if turn >= 50:  # the first ones warm up
                took[name].append((time.perf_counter_ns() - start) / 1_000)
    return {
        name: {
            "min_us": round(min(times), 1),
            "median_us": round(statistics.median(times), 1),
            "p99_us": round(statistics.quantiles(times, n=100)[98], 1),
        }
        for name, times in took.items()
    }


def measured(people: int) -> dict[str, Any]:
    """Sallyport's two kinds of decision, and cedarpy's with everything passed as text or parsed beforehand."""
    policy = bundle(RULES, people)
    authorizer = CedarAuthorizer(policy)
    layer = open_layer()
    example = layer.raw_actions["s3.export"]["example"]
    request = judge(layer, Asked("export-bot", "s3.export", example)).request
    if request is None:
        raise RuntimeError("the shipped policy refuses its own example")
    agent, action = policy.directory.agents["export-bot"], policy.actions["s3.export"]
    context: dict[str, Any] = {"hour": 10, "weekday": 1, "scope": [f"{k}={v}" for k, v in example.items()]}
    petra = policy.directory.people["petra.approver"]
    if not authorizer.may("decide", petra, request).allowed:
        raise RuntimeError("the decision that is measured is not the one that is meant")
    bare = _bare(policy, context)
    if not bare(parsed=True).allowed or not bare(parsed=False).allowed:
        raise RuntimeError("cedarpy alone decides differently")
    return costs(
        {
            "sallyport_request": lambda: authorizer.may_request(agent, action, None, context),
            "sallyport_decide": lambda: authorizer.may("decide", petra, request),
            "cedarpy_parsed_before": lambda: bare(parsed=True),
            "cedarpy_from_text": lambda: bare(parsed=False),
        }
    )


def _bare(policy: PolicyBundle, context: dict[str, Any]) -> Callable[..., Any]:
    """The same question to cedarpy alone: no validation of entities, no annotations read back."""
    entities: list[dict[Any, Any]] = [
        {"uid": {"type": "Operation", "id": "s3.export"}, "attrs": {"risk": "high"}, "parents": []},
        {
            "uid": {"type": "Agent", "id": "export-bot"},
            "attrs": {
                "owner": {"__entity": {"type": "Person", "id": "olive.owner"}},
                "operators": [],
                "may_act_for": [],
            },
            "parents": [],
        },
    ]
    question = {
        "principal": {"type": "Agent", "id": "export-bot"},
        "action": {"type": "Action", "id": "request"},
        "resource": {"type": "Operation", "id": "s3.export"},
        "context": context,
    }
    policies, schema = cedarpy.PolicySet.from_str(policy.cedar), cedarpy.Schema.from_str(policy.cedar_schema)
    known = cedarpy.Entities.from_json_str(json.dumps(entities), policy.cedar_schema)

    def ask(*, parsed: bool) -> Any:
        if parsed:
            return cedarpy.is_authorized(question, policies, known, schema)
        return cedarpy.is_authorized(question, policy.cedar, entities, policy.cedar_schema)

    return ask


def main() -> int:
    """Measure, print, write. Exit code 1 when a decision with 100 rules costs more than a millisecond."""
    result: dict[str, Any] = {
        "rules": RULES,
        "rounds": ROUNDS,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cedarpy": version("cedarpy"),
        "limit_us": 1000,
        "people_6": measured(6),
        "people_300": measured(300),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for people in ("people_6", "people_300"):
        for name, figures in result[people].items():
            print(f"{people:12} {name:24}" + "".join(f"  {of} {value:8.1f}" for of, value in figures.items()))
    shipped = result["people_6"]
    return 0 if max(shipped[f"sallyport_{kind}"]["median_us"] for kind in ("request", "decide")) <= 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
