"""What an agent's command line says about a request."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_agent import Action, Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The members of a request."""
    parser.add_argument("action", metavar="ACTION", help="what to ask for; `sallyport actions` lists them")
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter; JSON unless the action takes plain text for it. Repeatable",
    )
    parser.add_argument("--parameters", metavar="JSON", help="all parameters at once; @FILE reads them")
    parser.add_argument("--reason", required=True, help="why, for the person who decides")
    parser.add_argument("--context", metavar="JSON", help="anything that helps to decide; @FILE reads it")
    parser.add_argument("--on-behalf-of", metavar="PERSON", help="whom you act for, if the action asks for it")
    parser.add_argument("--duration", type=int, metavar="SECONDS", help="how long the credential should work")


def said(arguments: argparse.Namespace, find: Callable[[], Action | None]) -> dict[str, Any]:
    """The members of the request, for `Client.request`; `find` fetches the action's entry, where its types are needed.

    Raises UsageError.
    """
    parameters = _json(arguments.parameters, "--parameters") if arguments.parameters else {}
    if not isinstance(parameters, dict):
        raise UsageError("--parameters takes a JSON object")
    if arguments.param:
        parameters |= _parameters(arguments.param, find())
    return {
        "parameters": parameters,
        "reason": arguments.reason,
        "context": _json(arguments.context, "--context") if arguments.context else None,
        "on_behalf_of": arguments.on_behalf_of,
        "duration_seconds": arguments.duration,
    }


def action_of(client: Client, name: str) -> Action | None:
    """The catalogue's entry; None for an unknown action, which the request itself will report."""
    return next((action for action in client.actions() if action.name == name), None)


def _parameters(given: list[str], action: Action | None) -> dict[str, Any]:
    declared = action.parameters.get("properties", {}) if action is not None else {}
    found = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not name:
            raise UsageError("--param takes NAME=VALUE")
        plain = declared.get(name, {}).get("type", "string") == "string"
        found[name] = text if plain else _json(text, f"--param {name}")
    return found


def _json(text: str, option: str) -> Any:
    try:
        return json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except OSError:
        raise UsageError(f"{option}: the file cannot be read") from None
    except ValueError:
        raise UsageError(f"{option} takes JSON, or @FILE with a file that has JSON in it") from None
