"""conversations.* and reactions.add: reading the channel."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, flag, number, required, text
from local_slack.api.context import Context

_PAGE = 100
_MOST = 999


def history(context: Context, arguments: Arguments) -> dict[str, Any]:
    _require_membership(context, arguments)
    messages = [m for m in context.channel.history() if m.get("thread_ts", m["ts"]) == m["ts"]]
    if not flag(arguments, "include_all_metadata"):
        messages = [{name: value for name, value in m.items() if name != "metadata"} for m in messages]
    return _page(_within(messages, arguments), arguments)


def replies(context: Context, arguments: Arguments) -> dict[str, Any]:
    _require_membership(context, arguments)
    ts = required(arguments, "ts")
    thread = [m for m in reversed(context.channel.history()) if ts in (m["ts"], m.get("thread_ts"))]
    if not thread:
        raise ApiError("thread_not_found")
    return _page(_within(thread, arguments), arguments)


def info(context: Context, arguments: Arguments) -> dict[str, Any]:
    context.require_channel(arguments)
    workspace = context.workspace
    strangers = any(member.is_stranger for member in workspace.members.values())
    channel: dict[str, Any] = {
        "id": workspace.channel_id,
        "name": workspace.channel_name,
        "name_normalized": workspace.channel_name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_archived": context.channel.is_archived,
        "is_member": context.channel.bot_is_member,
        "is_shared": strangers,
        "is_ext_shared": strangers,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }
    if flag(arguments, "include_num_members"):
        channel["num_members"] = len(_members(context))
    return {"channel": channel}


def members(context: Context, arguments: Arguments) -> dict[str, Any]:
    context.require_channel(arguments)
    found, cursor = _slice(_members(context), arguments)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def add_reaction(context: Context, arguments: Arguments) -> dict[str, Any]:
    context.require_channel(arguments)
    if context.channel.is_archived:
        raise ApiError("is_archived")
    name = required(arguments, "name").strip(":")
    error = context.channel.react(required(arguments, "timestamp"), name, context.workspace.bot_user_id)
    if error:
        raise ApiError(error)
    return {}


def _require_membership(context: Context, arguments: Arguments) -> None:
    context.require_channel(arguments)
    if not context.channel.bot_is_member:
        raise ApiError("not_in_channel")


def _members(context: Context) -> list[str]:
    people = [m.id for m in context.workspace.members.values() if m.in_channel and not m.deleted]
    return people + ([context.workspace.bot_user_id] if context.channel.bot_is_member else [])


def _within(messages: list[dict[str, Any]], arguments: Arguments) -> list[dict[str, Any]]:
    """The messages between `oldest` and `latest`; the bounds themselves only with `inclusive`."""
    oldest, latest = (text(arguments, "oldest", "0"), text(arguments, "latest", "99999999999"))
    try:
        low, high = _micros(oldest), _micros(latest)
    except ValueError as error:
        raise ApiError("invalid_ts_oldest") from error
    inclusive = flag(arguments, "inclusive")
    return [m for m in messages if low < (at := _micros(m["ts"])) < high or (inclusive and at in (low, high))]


def _micros(ts: str) -> int:
    """A message id as whole microseconds: floats would confuse neighbours."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


def _page(messages: list[dict[str, Any]], arguments: Arguments) -> dict[str, Any]:
    found, cursor = _slice(messages, arguments)
    answer: dict[str, Any] = {"messages": found, "has_more": bool(cursor), "pin_count": 0}
    if cursor:
        answer["response_metadata"] = {"next_cursor": cursor}
    return answer


def _slice[Item](items: list[Item], arguments: Arguments) -> tuple[list[Item], str]:
    """One page and the cursor of the next ("" on the last)."""
    limit = number(arguments, "limit", _PAGE, _MOST)
    cursor = text(arguments, "cursor")
    prefix, _, offset = cursor.partition(":")
    if cursor and (prefix != "at" or not offset.isdecimal()):
        raise ApiError("invalid_cursor")
    start = int(offset) if cursor else 0
    more = start + limit < len(items)
    return items[start : start + limit], f"at:{start + limit}" if more else ""
