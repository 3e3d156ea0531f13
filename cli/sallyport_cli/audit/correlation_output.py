"""The forms of `sallyport audit correlate`'s answer: words, JSON and CSV, each written call by call."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from sallyport_cli.audit.correlation import LEAVES_OPEN, Correlation, stamp
from sallyport_cli.audit.grants import Grant, Group

_GROUPS = (Group.NOT_THROUGH, Group.ATTEMPT, Group.NEWER)
_TITLES = {
    Group.NOT_THROUGH: "calls that did not come through Sallyport",
    Group.ATTEMPT: "calls around Sallyport that AWS refused",
    Group.NEWER: "sessions of target roles that are newer than the export; their requests may be, too",
}
_FIELDS = (
    "group", "request", "action", "agent", "at", "grant_time", "service", "call", "resource", "outcome", "error",
    "signs", "caller", "region", "key", "source_identity", "event_id",
)  # fmt: skip


def write_words(found: Correlation, out: TextIO) -> None:
    facts, seen = found.report.facts, found.seen.as_json()
    standing = "does not verify" if found.report.findings else "clean"
    out.write(f"export: {standing}, {facts['events']:,} events in {facts['chains']:,} chains\n")
    out.write(f"CloudTrail: {seen['records']:,} records in {seen['files']:,} files")
    out.write(
        f", {seen['data_events']:,} of data events, {seen['first']} to {seen['last']}\n" if seen["records"] else "\n"
    )
    for grant in found.grants.by_request.values():
        out.write(f"\n{grant.request} {grant.action}, {grant.agent}, approved by {' '.join(grant.approvers)}\n")
        told = _grant(grant)
        revoked = f", revoked {told['revoked']}" if grant.revoked else ""
        out.write(f"  {told['from']} to {told['until']}{revoked}\n")
        calls = found.of_request(grant.request)
        first = next(calls, None)
        out.write(f"  {_in_words(first) if first else 'no call in these records'}\n")
        out.writelines(f"  {_in_words(call)}\n" for call in calls)
    for group in _GROUPS:
        if found.count(group):
            out.write(f"\n{_TITLES[group]}:\n")
            out.writelines(f"  {_in_words(call)} by {_plain(call['caller'])}\n" for call in found.in_group(group))
    out.write("\n" + "\n".join(verdict(found)) + "\n")


def _in_words(call: Mapping[str, Any]) -> str:
    outcome = f"{call['outcome']} ({call['error']})" if call["error"] else call["outcome"]
    parts = (
        call["at"],
        f"{call['service']}:{call['call']}",
        call["resource"] or "-",
        outcome,
        call["grant_time"] or "",
    )
    return _plain(" ".join([part for part in parts if part] + [sign.upper() for sign in call["signs"]]))


def _plain(text: str) -> str:
    """A key of S3 may hold what moves a terminal's cursor."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def verdict(found: Correlation) -> Iterator[str]:
    yield f"not shown by this: {'; '.join(LEAVES_OPEN)}"
    yield from (f"cannot tell: {doubt}" for doubt in found.doubts)
    if found.accusing:
        yield f"BYPASSED OR OUTSIDE A GRANT: {found.accusing:,} calls"
    elif not found.doubts:
        yield "clean: nothing bypassed Sallyport, and no credential did anything outside its grant"


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "request": grant.request,
        "action": grant.action,
        "agent": grant.agent,
        "approvers": list(grant.approvers),
        "delivery": grant.delivery,
        "role": grant.role,
        "access_key_id": grant.key,
        "from": stamp(grant.since),
        "until": stamp(grant.until),
        "revoked": stamp(grant.revoked),
    }


def write_json(found: Correlation, out: TextIO) -> None:
    """One object. Its lists are written call by call, so that no list has to fit into memory."""
    head = {
        "verdict": found.verdict,
        "reasons": found.doubts,
        "accused": found.accusing,
        "export": {"verdict": "tampered" if found.report.findings else "clean", **found.report.facts},
        "cloudtrail": found.seen.as_json(),
        "leaves_open": list(LEAVES_OPEN),
    }
    out.write(json.dumps(head, indent=1).removesuffix("\n}") + ',\n "requests": [')
    for number, grant in enumerate(found.grants.by_request.values()):
        out.write(f'{"," if number else ""}\n  {json.dumps(_grant(grant)).removesuffix("}")}, "calls": ')
        _write_list(found.of_request(grant.request), out)
        out.write("}")
    out.write("]")
    for group in _GROUPS:
        out.write(f',\n "{group.value}": ')
        _write_list(found.in_group(group), out)
    out.write("\n}\n")


def _write_list(calls: Iterator[Mapping[str, Any]], out: TextIO) -> None:
    out.write("[")
    out.writelines(f"{',' if number else ''}\n   {json.dumps(call)}" for number, call in enumerate(calls))
    out.write("]")


def write_csv(found: Correlation, out: TextIO) -> None:
    writer = csv.DictWriter(out, _FIELDS, lineterminator="\n")
    writer.writeheader()
    for grant in found.grants.by_request.values():
        about = {"group": Group.REQUEST.value, "request": grant.request, "action": grant.action, "agent": grant.agent}
        writer.writerows(_cells({**about, **call}) for call in found.of_request(grant.request))
    for group in _GROUPS:
        writer.writerows(_cells({"group": group.value, **call}) for call in found.in_group(group))


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    """A spreadsheet takes what begins with one of these for a formula."""
    texts = {name: " ".join(value) if isinstance(value, list) else str(value or "") for name, value in row.items()}
    return {name: f"'{text}" if text.startswith(("=", "+", "-", "@")) else text for name, text in texts.items()}
