"""What the methods work on."""

from collections.abc import Callable
from dataclasses import dataclass

from local_slack.api.answers import ApiError, Arguments, required
from local_slack.channels import Channels, Place
from local_slack.config import Workspace
from local_slack.home import Homes
from local_slack.modals import Modals


@dataclass(frozen=True, slots=True)
class Context:
    """`base_url` returns where this workspace is served, without a slash at the end."""

    workspace: Workspace
    channels: Channels
    modals: Modals
    homes: Homes
    base_url: Callable[[], str]

    def place(self, arguments: Arguments) -> Place:
        """The place that a call names by id (or by `#name`, as Slack allows); raises `channel_not_found`."""
        place = self.channels.find_place(required(arguments, "channel"))
        if place is None:
            raise ApiError("channel_not_found")
        return place
