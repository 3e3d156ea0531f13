"""What the methods work on."""

from collections.abc import Callable
from dataclasses import dataclass

from local_slack.api.answers import ApiError, Arguments, required
from local_slack.channel import Channel
from local_slack.config import Workspace
from local_slack.home import Homes
from local_slack.modals import Modals


@dataclass(frozen=True, slots=True)
class Context:
    """`base_url` answers where this workspace is served, without a slash at the end."""

    workspace: Workspace
    channel: Channel
    modals: Modals
    homes: Homes
    base_url: Callable[[], str]

    def require_channel(self, arguments: Arguments) -> None:
        """Raise `channel_not_found` unless the call names the one channel by id (or by `#name`, as Slack allows)."""
        named = required(arguments, "channel")
        if named not in (self.workspace.channel_id, f"#{self.workspace.channel_name}"):
            raise ApiError("channel_not_found")
