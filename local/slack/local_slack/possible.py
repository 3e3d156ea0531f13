"""What a person can do in Slack's client, and what nobody could."""

from local_slack.config import Member, Workspace


class NotPossible(Exception):
    """Nobody could do this in Slack's client: no such person, channel, message, button, command or open modal."""


def acting(workspace: Workspace, user_id: str) -> Member:
    """Who does it; raises `NotPossible` for somebody who is not in the workspace."""
    member = workspace.members.get(user_id)
    if member is None:
        raise NotPossible("user_not_found")
    return member
