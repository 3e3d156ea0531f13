"""`sallyport policy access-review`: who may ask, who decides, who stands behind it; for the quarterly review."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sallyport.domain.clock import stamp
from sallyport_cli.policy.layer import Layer
from sallyport_cli.policy.matrix import Access, access
from sallyport_cli.policy.review_page import page

FORMATS = ("markdown", "csv", "json", "html")
_COLUMNS = ("action", "risk", "agent", "on behalf of", "outcome", "quorum", "decides", "decides after escalation")


def access_review(layer: Layer, form: str, now: datetime) -> str:
    """The review as text in one of FORMATS. Combinations that policy denies are left out of Markdown and CSV."""
    whole = list(access(layer))
    if form == "html":
        return page(layer, whole, now)
    if form == "json":
        return json.dumps(_document(layer, whole, now), indent=2)
    rows = [row for row in whole if row.verdicts != ("deny",)]
    if form == "csv":
        return _csv(layer, rows)
    return _markdown(layer, rows, now)


def _cells(layer: Layer, row: Access) -> tuple[str, ...]:
    first, last = (row.deciders[0], row.deciders[-1]) if row.deciders else ((), ())
    more = [person for person in last if person not in first]
    return (
        row.action,
        layer.policy.actions[row.action].risk,
        row.agent,
        row.on_behalf_of or "",
        " or ".join(row.verdicts),
        str(row.quorum),
        " ".join(first),
        " ".join(more),
        " ".join(row.break_glass),
    )


def _csv(layer: Layer, rows: list[Access]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(column.replace(" ", "_") for column in _COLUMNS), "may_break_glass"])
    writer.writerows(_cells(layer, row) for row in rows)
    return out.getvalue().rstrip("\n")


def _markdown(layer: Layer, rows: list[Access], now: datetime) -> str:
    directory = layer.policy.directory
    lines = [
        "# Access review",
        "",
        f"Policy digest `{layer.policy.digest}`, reviewed {stamp(now)}.",
        "",
        "## Who may ask for what, and who decides",
        "",
        *_table((*_COLUMNS, "may use break-glass"), [_cells(layer, row) for row in rows]),
        "",
        "## Agents and the people behind them",
        "",
        *_table(
            ("agent", "owner", "operators", "acts for", "principals"),
            [
                (a.id, a.owner, " ".join(sorted(a.operators)), " ".join(sorted(a.may_act_for)), " ".join(a.principals))
                for a in sorted(directory.agents.values(), key=lambda agent: agent.id)
            ],
        ),
        "",
        "## People, their groups and accounts",
        "",
        *_table(
            ("person", "name", "groups", "slack", "teams", "principals", "halts"),
            [
                (
                    p.id,
                    p.name,
                    " ".join(sorted(p.groups)),
                    p.slack_user_id or "",
                    p.teams_user_id or "",
                    " ".join(p.principals),
                    "yes" if layer.authorizer.may_halt(p).allowed else "",
                )
                for p in sorted(directory.people.values(), key=lambda person: person.id)
            ],
        ),
    ]
    return "\n".join(lines)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(head), line(("---",) * len(head)), *(line(row) for row in rows)]


def _document(layer: Layer, rows: list[Access], now: datetime) -> dict[str, Any]:
    directory = layer.policy.directory
    return {
        "policy_digest": layer.policy.digest,
        "reviewed_at": stamp(now),
        "access": [asdict(row) for row in rows],
        "agents": {
            a.id: {"owner": a.owner, "operators": sorted(a.operators), "may_act_for": sorted(a.may_act_for)}
            for a in directory.agents.values()
        },
        "people": {
            p.id: {
                "groups": sorted(p.groups),
                "slack": p.slack_user_id,
                "teams": p.teams_user_id,
                "principals": list(p.principals),
                "may_halt": layer.authorizer.may_halt(p).allowed,
            }
            for p in directory.people.values()
        },
    }
