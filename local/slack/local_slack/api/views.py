"""views.open and views.update: modals. views.publish: the Home tab."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, required, text
from local_slack.api.context import Context
from local_slack.blockkit import check_home, check_view


def open_view(context: Context, arguments: Arguments) -> dict[str, Any]:
    trigger_id = required(arguments, "trigger_id")
    outcome = context.modals.open(trigger_id, _checked(arguments))
    if isinstance(outcome, str):
        raise ApiError(outcome)
    return {"view": outcome}


def update_view(context: Context, arguments: Arguments) -> dict[str, Any]:
    view = _checked(arguments)
    view_id, external_id = text(arguments, "view_id"), text(arguments, "external_id")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", ["missing required field: view_id"])
    if not view_id:
        record = context.modals.find_external(external_id)
        if record is None:
            raise ApiError("not_found")
        view_id = record["id"]
    outcome = context.modals.update(view_id, view, text(arguments, "hash"))
    if isinstance(outcome, str):
        raise ApiError(outcome)
    return {"view": outcome}


def publish_view(context: Context, arguments: Arguments) -> dict[str, Any]:
    member = context.workspace.members.get(required(arguments, "user_id"))
    if member is None or member.deleted:
        raise ApiError("user_not_found")
    view = arguments.get("view")
    problems = check_home(view)
    if problems or not isinstance(view, dict):
        raise ApiError("invalid_arguments", [str(problem) for problem in problems])
    return {"view": context.homes.publish(member.id, view)}


def _checked(arguments: Arguments) -> dict[str, Any]:
    view = arguments.get("view")
    if view is None:
        raise ApiError("invalid_arguments", ["missing required field: view"])
    problems = check_view(view)
    if problems or not isinstance(view, dict):
        raise ApiError("invalid_arguments", [str(problem) for problem in problems])
    return view
