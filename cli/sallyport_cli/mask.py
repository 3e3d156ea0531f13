"""`sallyport mask explain FILE`: which rule made each marker of a masked document, and why its neighbours stay."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sallyport_cli.errors import UsageError

_HELP = """\
Masks FILE as a request's document would be masked, and says of every marker where it stands, which rule made it and
why. Of the capitalised words within forty characters of a marker it says why they stay. FILE is JSON, or text that
is read as one string; - is standard input. Positions count characters of the string as it came.

The words themselves are printed only on a terminal, or with --text: what stands in a log is read by others.
"""
_LONGEST = 60  # characters of a value on a line


def add_commands(commands: Any) -> None:
    group = commands.add_parser("mask", help="why masking hid what it hid").add_subparsers(
        metavar="VERB", required=True
    )
    explain = group.add_parser(
        "explain",
        help="which rule made each marker, and why its neighbours stay",
        description=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explain.add_argument("file", metavar="FILE")
    explain.add_argument("--rules", type=Path, metavar="MASKING.YAML", help="a deployment's masking rules")
    explain.add_argument("--json", action="store_true", help="one JSON list instead of lines")
    explain.add_argument("--text", action="store_true", help="print the words themselves, wherever the output goes")
    explain.set_defaults(run=_explain)


def _explain(arguments: argparse.Namespace) -> int:
    from sallyport.masking import MaskingFailed, explain

    try:
        found = explain(_document(arguments.file), _rules(arguments.rules))
    except MaskingFailed as failed:
        raise UsageError(f"masking failed: {failed.code}") from None
    open_text = arguments.text or sys.stdout.isatty()
    if arguments.json:
        hidden = () if open_text else ("text",)
        rows = [{name: getattr(one, name) for name in one.__slots__ if name not in hidden} for one in found]
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    for one in found:
        text = f"  {_short(one.text)}" if open_text else ""
        print(f"{one.path} {one.start}-{one.end}  {one.shown or 'stays'}  {one.rule or '-'}  {one.says}{text}")
    return 0


def _short(text: str) -> str:
    return json.dumps(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…", ensure_ascii=False)


def _document(file: str) -> Any:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {type(error).__name__}") from None
    try:
        return json.loads(text)
    except ValueError:
        return text.removesuffix("\n")


def _rules(file: Path | None) -> Any:
    from sallyport.masking import DEFAULT, masking_rules_from_policy

    if file is None:
        return DEFAULT
    import yaml

    try:
        return masking_rules_from_policy(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise UsageError(f"{file} cannot be read: {type(error).__name__}") from None
