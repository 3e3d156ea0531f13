"""How a person reaches the app without one of its messages: a slash command, or its Home tab."""

import json
from collections.abc import Callable

from local_slack import payloads
from local_slack.api.answers import ApiError
from local_slack.api.chat import read_content
from local_slack.channels import Channels, Place
from local_slack.config import Workspace
from local_slack.modals import Modals
from local_slack.outbox import Outbox, Outcome
from local_slack.possible import NotPossible, acting
from local_slack.response_urls import ResponseUrls
from local_slack.store import Store

_MOST_TEXT = 40_000


class EntryPoints:
    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        channels: Channels,
        modals: Modals,
        urls: ResponseUrls,
        base_url: Callable[[], str],
        outbox: Outbox,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._channels = channels
        self._modals = modals
        self._urls = urls
        self._base_url = base_url
        self._outbox = outbox

    def command(self, user_id: str, place_id: str, command: str, typed: str) -> Outcome:
        """Type a slash command (in the first channel unless another place is named); what the app answers is shown to
        this person alone, or to all where it says so. Raises `NotPossible`."""
        member = acting(self._workspace, user_id)
        place = self._place(user_id, place_id)
        known = [each.command for each in self._workspace.commands]
        if known and command not in known:
            raise NotPossible("command_not_found")
        trigger_id = self._modals.issue_trigger(user_id)
        response_url = self._urls.issue(self._base_url(), place, "", user_id)
        fields = payloads.command(self._workspace, member, place, command, typed, trigger_id, response_url)
        return self._outbox.command(fields, user_id, lambda body: self._show(place, user_id, body))

    def open_home(self, user_id: str) -> Outcome:
        """Open the app's Home tab: the app is notified, and publishes a view if it wants to."""
        event = payloads.home_opened(self._workspace, acting(self._workspace, user_id), self._store.clock())
        return self._outbox.event(event, user_id)

    def _show(self, place: Place, user_id: str, body: str) -> str:
        if not body.strip():
            return ""
        try:
            answer = json.loads(body)
            to_all = answer.get("response_type") == "in_channel"
            self._channels.post(place, read_content(answer, _MOST_TEXT), for_user=None if to_all else user_id)
        except (ValueError, AttributeError, ApiError):
            return "bad_answer"
        return ""

    def _place(self, user_id: str, place_id: str) -> Place:
        visible = self._channels.places_of(user_id)
        if not place_id:
            return visible[0]
        for place in visible:
            if place.id == place_id:
                return place
        raise NotPossible("channel_not_found")
