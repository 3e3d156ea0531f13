"""users.info, usergroups.users.list and auth.test: who is who."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, required
from local_slack.api.context import Context
from local_slack.config import Member


def user_info(context: Context, arguments: Arguments) -> dict[str, Any]:
    user_id = required(arguments, "user")
    workspace = context.workspace
    if user_id == workspace.bot_user_id:
        bot = Member(user_id, workspace.bot_name, workspace.bot_name, workspace.team_id, is_bot=True)
        return {"user": _describe(bot)}
    member = workspace.members.get(user_id)
    if member is None:
        raise ApiError("user_not_found")
    return {"user": _describe(member)}


def usergroup_users(context: Context, arguments: Arguments) -> dict[str, Any]:
    group = context.workspace.usergroups.get(required(arguments, "usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group)}


def auth_test(context: Context, _: Arguments) -> dict[str, Any]:
    workspace = context.workspace
    return {
        "url": f"{context.base_url()}/",
        "team": workspace.team_name,
        "user": workspace.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def _describe(member: Member) -> dict[str, Any]:
    """A user as Slack describes one; a deactivated account lacks what only an active one has."""
    user: dict[str, Any] = {
        "id": member.id,
        "team_id": member.team_id,
        "name": member.name,
        "deleted": member.deleted,
        "profile": {
            "real_name": member.real_name,
            "real_name_normalized": member.real_name,
            "display_name": member.name,
            "display_name_normalized": member.name,
            "team": member.team_id,
        },
        "is_bot": member.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if member.is_stranger:
        user["is_stranger"] = True
    if not member.deleted:
        user |= {
            "real_name": member.real_name,
            "tz": "Etc/UTC",
            "tz_label": "Coordinated Universal Time",
            "tz_offset": 0,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": member.is_restricted,
            "is_ultra_restricted": member.is_ultra_restricted,
            "is_email_confirmed": True,
        }
    return user
