"""chat.*: posting and changing messages."""

from typing import Any

from local_slack.api.answers import ApiError, Arguments, flag, required, text
from local_slack.api.context import Context
from local_slack.blockkit import check_blocks, normalise_blocks, text_weight
from local_slack.blockkit.tables import MESSAGE_TEXT_LIMIT

# Slack cuts a posted text at 40,000 characters and refuses an edited one over 4,000. Cutting is refused here too:
# whoever shows something to a person must notice that its tail would be missing.
_POST_TEXT_LIMIT = 40_000
_UPDATE_TEXT_LIMIT = 4_000


def post_message(context: Context, arguments: Arguments) -> dict[str, Any]:
    _open_channel(context, arguments, archived="is_archived")
    content = read_content(arguments, _POST_TEXT_LIMIT)
    thread_ts = text(arguments, "thread_ts")
    if thread_ts:
        content["thread_ts"] = thread_ts
    if isinstance(arguments.get("metadata"), dict):
        content["metadata"] = arguments["metadata"]
    message = context.channel.post(content)
    return {"channel": context.workspace.channel_id, "ts": message["ts"], "message": message}


def update(context: Context, arguments: Arguments) -> dict[str, Any]:
    _open_channel(context, arguments, archived="is_inactive")
    ts = required(arguments, "ts")
    record = context.channel.find(ts)
    if record is None:
        raise ApiError("message_not_found")
    if record["for_user"] is not None:
        raise ApiError("cant_update_message")
    content = read_content(arguments, _UPDATE_TEXT_LIMIT)
    if isinstance(arguments.get("metadata"), dict):
        content["metadata"] = arguments["metadata"]
    message = context.channel.edit(ts, content)
    if message is None:
        raise ApiError("message_not_found")
    return {"channel": context.workspace.channel_id, "ts": ts, "text": message["text"], "message": message}


def post_ephemeral(context: Context, arguments: Arguments) -> dict[str, Any]:
    _open_channel(context, arguments, archived="is_archived")
    member = context.workspace.members.get(required(arguments, "user"))
    if member is None or not member.in_channel or member.deleted:
        raise ApiError("user_not_in_channel")
    message = context.channel.post(read_content(arguments, _POST_TEXT_LIMIT), for_user=member.id)
    return {"message_ts": message["ts"]}


def get_permalink(context: Context, arguments: Arguments) -> dict[str, Any]:
    context.require_channel(arguments)
    ts = required(arguments, "message_ts")
    if context.channel.find(ts) is None:
        raise ApiError("message_not_found")
    channel_id = context.workspace.channel_id
    return {"channel": channel_id, "permalink": f"{context.base_url()}/archives/{channel_id}/p{ts.replace('.', '')}"}


def read_content(arguments: Arguments, text_limit: int) -> dict[str, Any]:
    """The checked `text` and `blocks` of a message as they are stored; raises Slack's refusal."""
    fallback = text(arguments, "text")
    blocks = arguments.get("blocks")
    if arguments.get("attachments"):
        # Nothing checks or renders them here, so accepting them would show less than was posted.
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


def _open_channel(context: Context, arguments: Arguments, *, archived: str) -> None:
    context.require_channel(arguments)
    if context.channel.is_archived:
        raise ApiError(archived)
    if not context.channel.bot_is_member:
        raise ApiError("not_in_channel")
