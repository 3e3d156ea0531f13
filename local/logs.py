"""All log groups of the local account as one stream."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.account import Account

_DURATION = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_GENERATED_NAME = re.compile(r"(?P<stack>[a-z0-9-]+)-(?P<logical>[A-Za-z0-9]+)-[0-9A-F]{13}")


@dataclass(frozen=True, order=True)
class Line:
    """One log event: milliseconds since 1970, the function (or log group) that it came from, the message."""

    at: int
    source: str
    message: str

    def __str__(self) -> str:
        moment = datetime.fromtimestamp(self.at / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
        return f"{moment} {self.source:<20} {self.message.rstrip()}"


def seconds(duration: str) -> int:
    """`90s`, `10m`, `2h` or `1d` in seconds. Raises ValueError for anything else."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"not a duration: {duration} (say 90s, 10m, 2h or 1d)")
    return int(match[1]) * _SECONDS[match[2]]


def collect(account: Account, *, function: str | None = None, since: int | None = None) -> list[Line]:
    """Every event in order of time; only of functions whose name holds `function`, only those after `since` (ms)."""
    client = account.client("logs")
    lines: list[Line] = []
    for group in _groups(account):
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=group, **({} if since is None else {"startTime": since})
        )
        events = [event for page in pages for event in page["events"]]
        functions = _functions(events)
        for event in events:
            source = functions.get(event["logStreamName"], group.rsplit("/", 1)[-1])
            lines.append(Line(event["timestamp"], _short(source), event["message"]))
    return sorted(line for line in lines if function is None or _plain(function) in _plain(line.source))


def _functions(events: list[dict[str, Any]]) -> dict[str, str]:
    """The function behind each log stream: functions share a log group, and say who they are in their own lines."""
    named: dict[str, str] = {}
    for event in events:
        if event["message"].startswith("{"):
            try:
                name = json.loads(event["message"]).get("function")
            except json.JSONDecodeError:
                continue
            if isinstance(name, str):
                named[event["logStreamName"]] = name
    return named


def _short(name: str) -> str:
    """A generated name without the stack before it and the digits behind it."""
    match = _GENERATED_NAME.fullmatch(name)
    return match["logical"] if match else name


def _plain(name: str) -> str:
    """A form in which `mask_payload`, `mask-payload` and `MaskPayload` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _groups(account: Account) -> Iterator[str]:
    for page in account.client("logs").get_paginator("describe_log_groups").paginate():
        yield from (group["logGroupName"] for group in page["logGroups"])
