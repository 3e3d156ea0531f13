"""The parsers of the agent's verbs, and the short ones themselves."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sallyport_cli.agent import connection, parameters
from sallyport_cli.agent.connection import Teller, client_of
from sallyport_cli.errors import UsageError

if TYPE_CHECKING:
    from sallyport_agent import Client, Request

type Verb = Callable[[argparse.Namespace], int]

_REQUEST_ID = re.compile(r"req-[0-9a-f]{24}")
_EXITS = """\
exit codes:
  0  done
  1  refused, or not approved: stderr says why and what to do
  2  the command was used wrongly, or nobody answers
  3  nobody has decided yet: come back, or ask again, which finds the same request
"""
_CREDENTIALS = """\
Prints the credential of an approved request in the shape that AWS SDKs expect of a credential_process. The approval is
redeemed once, however often it is asked for; later calls are answered from a file that only you can read, until the
credential ends. It waits up to 45 s for a decision and never asks for an approval by itself.

  [profile export]
  credential_process = sallyport credentials --request req-… --api-url https://…

`sallyport profile add` writes these lines.
"""
_RUN = """\
Asks, waits for a person, and runs a command with the credential only in its environment; ends the grant afterwards.
The exit code is the command's. For an action that Sallyport carries out itself, leave the command out: the result is
printed.

  sallyport run s3.export --param bucket=… --param prefix=q3/ … --reason "Study, ticket 4711" -- aws s3 sync s3://…
"""


def add_commands(commands: Any) -> None:
    """Adds the agent's verbs."""
    asking = _verb(commands, "request", _request, "ask for one action")
    parameters.add_arguments(asking)
    asking.add_argument("--idempotency-key", metavar="KEY", help="for 24 hours, the same key returns the same request")
    _waiting(asking, None, "wait for the decision, as long as it takes or for so many seconds", optional=True)
    _tell(asking)
    waiting = _verb(commands, "wait", _wait, "wait for a request's decision")
    _of(waiting)
    _waiting(waiting, None, "wait at most this long (default: until it is decided or expires)", name="--timeout")
    _tell(waiting)
    for name, help_, does in (
        ("cancel", "withdraw a pending request", partial(_ended, "cancel")),
        ("done", "end a grant early: its credential stops working", partial(_ended, "done")),
    ):
        ending = _verb(commands, name, does, help_)
        _of(ending)
        _tell(ending)
        if name == "done":
            ending.add_argument("--outcome", choices=("done", "failed", "unused"), help="the outcome")
            ending.add_argument("--note", help="a note for the evidence; masked before it is kept")
    _tell(_verb(commands, "actions", _actions, "what you may ask for"))
    _add_credentials(commands)
    _add_run(commands)
    _add_profile(commands)


def _add_credentials(commands: Any) -> None:
    fetching = _verb(commands, "credentials", _credentials, "an approved request as a credential_process", _CREDENTIALS)
    fetching.set_defaults(run=_credentials)  # which does without the client for what is kept
    fetching.add_argument("--request", required=True, type=_request_id, metavar="REQUEST", help="its id, req-…")
    _waiting(fetching, 45, "how long to wait for a decision, in seconds; 50 at most (default: 45)")


def _add_run(commands: Any) -> None:
    running = _verb(commands, "run", _run, "ask, wait, and run a command with what was approved", _RUN)
    parameters.add_arguments(running)
    _waiting(running, None, "wait at most this long for the decision (default: until it is decided or expires)")
    running.usage = f"{running.format_usage().removeprefix('usage: ').rstrip()} [-- COMMAND [ARGUMENT ...]]"


def _add_profile(commands: Any) -> None:
    profile = commands.add_parser("profile", help="an approved request as a profile of your AWS configuration")
    below = profile.add_subparsers(title="commands", metavar="COMMAND", required=True)
    adding = _verb(below, "add", _profile_add, "write the profile, and print how to use it")
    adding.add_argument("name", metavar="NAME", help="the profile's name")
    adding.add_argument("--request", required=True, type=_request_id, metavar="REQUEST", help="its id, req-…")
    adding.add_argument("--config", type=Path, metavar="FILE", help="which file (default: your AWS configuration)")
    adding.add_argument("--replace", action="store_true", help="replace a profile of this name")


def _verb(commands: Any, name: str, does: Verb, help_: str, description: str | None = None) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help_,
        description=description or f"{help_[0].upper()}{help_[1:]}.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    connection.add_arguments(parser)
    parser.set_defaults(run=partial(_guarded, does))
    return parser


def _of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("request", type=_request_id, metavar="REQUEST", help="its id, req-…")


def _waiting(
    parser: argparse.ArgumentParser, default: float | None, help_: str, name: str = "--wait", *, optional: bool = False
) -> None:
    more: dict[str, Any] = {"nargs": "?", "const": float("inf")} if optional else {}
    parser.add_argument(name, dest="wait", type=float, default=default, metavar="SECONDS", help=help_, **more)


def _tell(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def _request_id(text: str) -> str:
    if not _REQUEST_ID.fullmatch(text):
        raise argparse.ArgumentTypeError("a request's id looks like req-0f8fad5bd9cb469fa1657086")
    return text


def _guarded(does: Verb, arguments: argparse.Namespace) -> int:
    """Turns whatever the client raises into a message on stderr and an exit code."""
    from sallyport_agent import Lost, NoAnswer, NotApproved, Refused, StillPending

    try:
        return does(arguments)
    except StillPending as pending:
        print(f"{pending.request_id} waits for a person's decision", file=sys.stderr)
        return 3
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        for path in refused.paths:
            print(f"  {path}", file=sys.stderr)
        return 1
    except (NotApproved, Lost) as error:
        print(f"sallyport: {error}", file=sys.stderr)
        return 1
    except NoAnswer as error:
        raise UsageError(str(error)) from None
    except KeyboardInterrupt:
        print("sallyport: stopped; the request continues, and asking again finds it", file=sys.stderr)
        return 130


def _show(arguments: argparse.Namespace, request: Request) -> None:
    print(json.dumps(dict(request.raw)) if arguments.json else f"{request.request_id} {request.status}")


def _request(arguments: argparse.Namespace) -> int:
    with client_of(arguments, Teller()) as client:
        said = parameters.said(arguments, partial(parameters.action_of, client, arguments.action))
        asked = client.request(arguments.action, **said, idempotency_key=arguments.idempotency_key)
        if arguments.wait is None:
            _show(arguments, asked)
            return 0
        print(f"{asked.request_id}: asked", file=sys.stderr)
        return _settled(arguments, client.wait(asked.request_id, _seconds(arguments.wait)))


def _wait(arguments: argparse.Namespace) -> int:
    with client_of(arguments, Teller()) as client:
        return _settled(arguments, client.wait(arguments.request, arguments.wait))


def _settled(arguments: argparse.Namespace, request: Request) -> int:
    _show(arguments, request)
    if request.reason:
        print(f"the reason: {request.reason}", file=sys.stderr)
    return 0 if request.approved else 1


def _seconds(wait: float) -> float | None:
    return None if wait == float("inf") else wait


def _ended(how: str, arguments: argparse.Namespace) -> int:
    from sallyport_cli.agent.kept import Kept

    with client_of(arguments) as client:
        request = client.cancel(arguments.request) if how == "cancel" else _done(client, arguments)
    Kept(connection.api_url_of(arguments), arguments.request).forget()
    _show(arguments, request)
    return 0


def _done(client: Client, arguments: argparse.Namespace) -> Request:
    told = {"outcome": arguments.outcome or "done", "note": arguments.note}
    return client.done(arguments.request, {name: value for name, value in told.items() if value})


def _actions(arguments: argparse.Namespace) -> int:
    with client_of(arguments) as client:
        actions = client.actions()
    if arguments.json:
        print(json.dumps({"actions": [dict(action.raw) for action in actions]}))
        return 0
    for action in actions:
        print(f"{action.name:<28} {action.raw.get('title', '')}")
        for name, schema in action.parameters.get("properties", {}).items():
            needed = "" if name in action.parameters.get("required", ()) else " (may be left out)"
            print(f"    --param {name}=…{needed}  {schema.get('description', '')}".rstrip())
    return 0


def _credentials(arguments: argparse.Namespace) -> int:
    from sallyport_cli.agent.credentials import credentials, kept_before

    answered = kept_before(arguments)
    return _guarded(credentials, arguments) if answered is None else answered


def _run(arguments: argparse.Namespace) -> int:
    from sallyport_cli.agent.run import run

    return run(arguments)


def _profile_add(arguments: argparse.Namespace) -> int:
    from sallyport_cli.agent.profile import add

    return add(arguments)
