"""What Slack's errors mean for a card: the one table of them.

Names from the reference pages of chat.postMessage, chat.update, chat.postEphemeral, conversations.history and
views.open (docs.slack.dev). One that is not here may be a failure that passes.
"""

from __future__ import annotations

from typing import Any

from sallyport.domain.channels import Trouble
from sallyport.domain.ports import ChatFailed

_TROUBLES = {
    Trouble.BUSY: ("ratelimited", "rate_limited", "message_limit_exceeded"),
    Trouble.CLOSED: (
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
    ),
    Trouble.UNAUTHORIZED: (
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    ),
    Trouble.GONE: ("message_not_found",),
    Trouble.REFUSED: (
        "invalid_blocks",
        "invalid_blocks_format",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    ),
}
_BY_NAME = {name: trouble for trouble, names in _TROUBLES.items() for name in names}
_TOO_MANY = 429


def failure_of(error: Exception) -> ChatFailed:
    """The outcome of a call, from what slack_sdk, urllib or the socket raised. Slack's own words stay out of it."""
    answer: Any = getattr(error, "response", None)
    if answer is None:
        return ChatFailed(Trouble.UNAVAILABLE)
    # slack_sdk raises with its SlackResponse, and with a dict where the body was not JSON.
    plain = isinstance(answer, dict)
    status, headers = (answer.get("status"), answer.get("headers")) if plain else (answer.status_code, answer.headers)
    if status == _TOO_MANY:
        return ChatFailed(Trouble.BUSY, _seconds(headers))
    name = None if plain or not isinstance(answer.data, dict) else answer.data.get("error")
    return ChatFailed(_BY_NAME.get(str(name), Trouble.UNAVAILABLE))


def _seconds(headers: Any) -> int:
    """From `Retry-After`, which Slack gives in whole seconds."""
    said = {str(key).lower(): value for key, value in dict(headers or {}).items()}.get("retry-after", "")
    said = said[0] if isinstance(said, list) and said else said
    return int(said) if str(said).isdecimal() else 0
