"""Recompute docs/cost.md (`make cost`): prints its tables, and with `--write` puts them there."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from bench.cost import approval, idle

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cost.md"
MARKS = ("<!-- computed by bench/cost -->\n", "<!-- end of what is computed -->")
MINUTES = 5
NAMES = {
    "kms_key_month": "KMS keys",
    "kms_request": "KMS calls",
    "secret_month": "secrets",
    "alarm_metric_month": "metrics of alarms",
    "dashboard_month": "dashboards",
    "custom_metric_month": "metrics of our own",
    "snapstart_cache_gigabyte_second": "SnapStart cache, GB-seconds",
    "lambda_gigabyte_second": "Lambda, GB-seconds",
    "lambda_request": "Lambda, calls",
    "state_transition": "state transitions",
    "api_request": "API Gateway, calls",
    "dynamodb_write_unit": "DynamoDB, write units",
    "dynamodb_read_unit": "DynamoDB, read units",
    "s3_put": "S3, puts",
    "s3_get": "S3, gets",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="into docs/cost.md")
    computed = tables()
    if parser.parse_args().write:
        before, _, rest = PAGE.read_text().partition(MARKS[0])
        PAGE.write_text(before + MARKS[0] + computed + MARKS[1] + rest.partition(MARKS[1])[2])
    else:
        print(computed)
    return 0


def tables() -> str:
    """What stands between the marks of docs/cost.md."""
    listed = json.loads((Path(__file__).parent / "prices.json").read_text())
    month, one, wait = idle.quantities(), approval.quantities(), approval.waiting(MINUTES)
    rotated = idle.rotating_keys() * listed["prices"]["kms_key_month"]
    return (
        f"Prices of {listed['date']}, {listed['region']}. {listed['source']}\n\n"
        f"### An idle month\n\n{_table(month, listed)}\n"
        f"Keys that rotate add ${rotated:.2f} a month in their second year and again in their third, then no more.\n\n"
        f"### One approval\n\n{_table(one, listed, digits=6, free=False)}\n"
        f"### An agent that waits {MINUTES} minutes for it\n\n{_table(wait, listed, digits=6, free=False)}\n"
    )


def total(quantities: dict[str, float], listed: dict[str, Any], *, free: bool) -> float:
    """Dollars; with `free`, less what AWS gives every account each month for good."""
    spared: dict[str, float] = listed["always_free"] if free else {}
    prices: dict[str, float] = listed["prices"]
    return sum(max(0.0, quantity - spared.get(name, 0)) * prices[name] for name, quantity in quantities.items())


def _table(quantities: dict[str, float], listed: dict[str, Any], *, digits: int = 2, free: bool = True) -> str:
    rows = ["| what | how much | list price |" + (" less what is always free |" if free else "")]
    rows.append(re.sub(r"[^|]+", "---", rows[0]))
    for name, quantity in quantities.items():
        one = {name: quantity}
        prices = [total(one, listed, free=False)] + ([total(one, listed, free=True)] if free else [])
        rows.append(f"| {NAMES[name]} | {quantity:,.10g} | " + " | ".join(f"${p:.{digits}f}" for p in prices) + " |")
    sums = [total(quantities, listed, free=False)] + ([total(quantities, listed, free=True)] if free else [])
    rows.append("| **all** | | " + " | ".join(f"**${s:.{digits}f}**" for s in sums) + " |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
