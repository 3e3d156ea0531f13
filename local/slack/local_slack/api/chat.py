"""chat.*: posting and changing messages."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, flag, required, text
from local_slack.api.context import Context
from local_slack.blockkit import check_blocks, normalise_blocks, text_weight
from local_slack.blockkit.tables import MESSAGE_TEXT_LIMIT
from local_slack.channels import Place
from local_slack.config import Member

# Slack cuts a posted text at 40,000 characters and refuses an edited one over 4,000. Cutting is refused here too:
# whoever shows something to a person must notice that its tail would be missing.
_POST_TEXT_LIMIT = 40_000
_UPDATE_TEXT_LIMIT = 4_000
# A reply that is shown in the channel as well.
BROADCAST = "thread_broadcast"


def post_message(context: Context, arguments: Arguments) -> dict[str, Any]:
    member = context.workspace.members.get(required(arguments, "channel"))
    # A person's id in the place of a channel's means direct messages with them.
    place = open_direct(context, member) if member else _writable(context, arguments, archived="is_archived")
    content = read_content(arguments, _POST_TEXT_LIMIT)
    thread_ts = text(arguments, "thread_ts")
    if thread_ts:
        content["thread_ts"] = thread_ts
        if flag(arguments, "reply_broadcast"):
            content["subtype"] = BROADCAST
    if isinstance(arguments.get("metadata"), dict):
        content["metadata"] = arguments["metadata"]
    message = context.channels.post(place, content)
    return {"channel": place.id, "ts": message["ts"], "message": message}


def update(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = _writable(context, arguments, archived="is_inactive")
    ts = required(arguments, "ts")
    record = _message(context, place, ts)
    if record["for_user"] is not None:
        raise ApiError("cant_update_message")
    content = read_content(arguments, _UPDATE_TEXT_LIMIT)
    if isinstance(arguments.get("metadata"), dict):
        content["metadata"] = arguments["metadata"]
    message = context.channels.edit(ts, content)
    if message is None:
        raise ApiError("message_not_found")
    return {"channel": place.id, "ts": ts, "text": message["text"], "message": message}


def post_ephemeral(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = _writable(context, arguments, archived="is_archived")
    member = context.workspace.members.get(required(arguments, "user"))
    if member is None or member.deleted or not in_place(member, place):
        raise ApiError("user_not_in_channel")
    content = read_content(arguments, _POST_TEXT_LIMIT)
    if thread_ts := text(arguments, "thread_ts"):
        content["thread_ts"] = thread_ts
    message = context.channels.post(place, content, for_user=member.id)
    return {"message_ts": message["ts"]}


def get_permalink(context: Context, arguments: Arguments) -> dict[str, Any]:
    place = context.place(arguments)
    ts = required(arguments, "message_ts")
    _message(context, place, ts)
    return {"channel": place.id, "permalink": f"{context.base_url()}/archives/{place.id}/p{ts.replace('.', '')}"}


def read_content(arguments: Arguments, text_limit: int) -> dict[str, Any]:
    """The checked `text` and `blocks` of a message as they are stored; raises Slack's refusal."""
    fallback = text(arguments, "text")
    blocks = arguments.get("blocks")
    if arguments.get("attachments"):
        # Nothing here checks or renders them, so accepting them would show less than was posted.
        raise ApiError("invalid_arguments", ["attachments are not supported [json-pointer:/attachments]"])
    if len(fallback) > text_limit:
        raise ApiError("msg_too_long")
    if blocks is not None and not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if not blocks:
        if not fallback:
            raise ApiError("no_text")
        return {"text": fallback, "mrkdwn": flag(arguments, "mrkdwn") or "mrkdwn" not in arguments}
    problems = check_blocks(blocks)
    if problems:
        raise ApiError("invalid_blocks", [str(problem) for problem in problems])
    if text_weight(blocks) > MESSAGE_TEXT_LIMIT:
        raise ApiError("msg_blocks_too_long")
    return {"text": fallback, "blocks": normalise_blocks(blocks)}


def open_direct(context: Context, member: Member) -> Place:
    """Direct messages with this person, opened if need be; raises Slack's refusal."""
    if member.deleted:
        raise ApiError("user_disabled")
    if member.is_bot:
        raise ApiError("cannot_dm_bot")
    return context.channels.open_direct(member.id)


def in_place(member: Member, place: Place) -> bool:
    return member.in_channel if place.user_id is None else place.user_id == member.id


def _message(context: Context, place: Place, ts: str) -> dict[str, Any]:
    record = context.channels.find(ts)
    if record is None or record["channel"] != place.id:
        raise ApiError("message_not_found")
    return record


def _writable(context: Context, arguments: Arguments, *, archived: str) -> Place:
    place = context.place(arguments)
    if context.channels.is_archived(place):
        raise ApiError(archived)
    if not context.channels.bot_is_member(place):
        raise ApiError("not_in_channel")
    return place
