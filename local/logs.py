"""All log groups of the local account as one stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from local.account import Account

_DURATION = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, order=True)
class Line:
    """One log event: milliseconds since 1970, the log group, the message."""

    at: int
    group: str
    message: str

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.at / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
        return f"{moment} {self.group.rsplit('/', 1)[-1]:<40} {self.message.rstrip()}"


def seconds(duration: str) -> int:
    """`90s`, `10m`, `2h` or `1d` in seconds. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"not a duration: {duration} (say 90s, 10m, 2h or 1d)")
    return int(match[1]) * _SECONDS[match[2]]


def collect(account: Account, *, function: str | None = None, since: int | None = None) -> list[Line]:
    """Every event in order of time; only of log groups whose name holds `function`, only those after `since` (ms)."""
    client = account.client("logs")
    lines: list[Line] = []
    for group in _groups(account):
        if function is not None and function.lower().replace("_", "") not in group.lower().replace("_", ""):
            continue
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group, **({} if since is None else {"startTime": since})
        )
        lines += [Line(event["timestamp"], group, event["message"]) for page in pages for event in page["events"]]
    return sorted(lines)


def _groups(account: Account) -> Iterator[str]:
    for page in account.client("logs").get_paginator("describe_log_groups").paginate():
        yield from (group["logGroupName"] for group in page["logGroups"])
