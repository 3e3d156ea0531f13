"""conversations.* and reactions.add: reading channels, opening direct messages."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, flag, number, required, text
from local_slack.api.chat import BROADCAST, in_place, open_direct
from local_slack.api.context import Context
from local_slack.channels import Place, direct_id

_PAGE = 100
_MOST = 999


def open_conversation(context: Context, arguments: Arguments) -> dict[str, Any]:
    """Direct messages with one person; several at once are not supported here."""
    user_ids = [each.strip() for each in text(arguments, "users").split(",") if each.strip()]
    if not user_ids:
        raise ApiError("users_list_not_supplied")
    if len(user_ids) > 1:
        raise ApiError("not_enabled")
    member = context.workspace.members.get(user_ids[0])
    if member is None:
        raise ApiError("user_not_found")
    was_open = context.channels.find_place(direct_id(member.id)) is not None
    place = open_direct(context, member)
    already = {"no_op": True, "already_open": True} if was_open else {}
    described = _describe(context, place) if flag(arguments, "return_im") else {"id": place.id}
    return {"channel": described, **already}


def history(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = _readable(context, arguments)
    found = context.channels.history(place)
    messages = [m for m in found if m.get("thread_ts", m["ts"]) == m["ts"] or m.get("subtype") == BROADCAST]
    if not flag(arguments, "include_all_metadata"):
        messages = [{name: value for name, value in m.items() if name != "metadata"} for m in messages]
    return _page(_within(messages, arguments), arguments)


def replies(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = _readable(context, arguments)
    ts = required(arguments, "ts")
    thread = [m for m in reversed(context.channels.history(place)) if ts in (m["ts"], m.get("thread_ts"))]
    if not thread:
        raise ApiError("thread_not_found")
    return _page(_within(thread, arguments), arguments)


def info(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = context.place(arguments)
    channel = _describe(context, place)
    if flag(arguments, "include_num_members"):
        channel["num_members"] = len(_members(context, place))
    return {"channel": channel}


def members(context: Context, arguments: Arguments) -> dict[str, Any]:
    found, cursor = _slice(_members(context, context.place(arguments)), arguments)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def add_reaction(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = context.place(arguments)
    if context.channels.is_archived(place):
        raise ApiError("is_archived")
    name = required(arguments, "name").strip(":")
    record = context.channels.find(required(arguments, "timestamp"))
    if record is None or record["channel"] != place.id:
        raise ApiError("message_not_found")
    error = context.channels.react(record["ts"], name, context.workspace.bot_user_id)
    if error:
        raise ApiError(error)
    return {}


def _describe(context: Context, place: Place) -> dict[str, Any]:
    """A channel, or direct messages, as Slack describes them."""
    workspace = context.workspace
    shared = {"id": place.id, "created": 0, "is_archived": context.channels.is_archived(place), "is_org_shared": False}
    shared["context_team_id"] = workspace.team_id
    if place.user_id is not None:
        return shared | {"is_im": True, "user": place.user_id, "is_open": True}
    strangers = any(member.is_stranger for member in workspace.members.values())
    return shared | {
        "name": place.name,
        "name_normalized": place.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_member": context.channels.bot_is_member(place),
        "is_shared": strangers,
        "is_ext_shared": strangers,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def _readable(context: Context, arguments: Arguments) -> Place:
    place = context.place(arguments)
    if not context.channels.bot_is_member(place):
        raise ApiError("not_in_channel")
    return place


def _members(context: Context, place: Place) -> list[str]:
    people = [m.id for m in context.workspace.members.values() if in_place(m, place) and not m.deleted]
    return people + ([context.workspace.bot_user_id] if context.channels.bot_is_member(place) else [])


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
