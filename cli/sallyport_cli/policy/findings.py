"""What a check found, and how it is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not as it should be: `where` is a file, an id or a case, `code` is stable."""

    where: str
    code: str
    message: str


def report(findings: Sequence[Finding], summary: str, *, as_json: bool) -> int:
    """Print the findings, or the summary when there are none. Returns the exit code."""
    if as_json:
        print(json.dumps({"ok": not findings, "findings": [asdict(f) for f in findings], "summary": summary}))
    else:
        for finding in findings:
            print(f"{finding.where}: {finding.message} [{finding.code}]")
        print(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}" if findings else summary)
    return 1 if findings else 0
