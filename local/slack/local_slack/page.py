"""What the browser page gets: its three kinds of file, and a channel or the Home as one person sees it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from local_slack.channels import Channels, Place
from local_slack.config import Member, Workspace
from local_slack.home import Homes
from local_slack.modals import Modals
from local_slack.outbox import Outbox
from local_slack.store import Store
from local_slack.web import Request, Response, json_response, text_response

_ASSETS = Path(__file__).parent / "assets"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Nothing but this origin's own files: a message cannot load, run or frame anything.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_SHOWN_MESSAGES = 100
_LONGEST_WAIT = 25.0
HOME = "home"


class Page:
    def __init__(
        self, workspace: Workspace, store: Store, channels: Channels, modals: Modals, homes: Homes, outbox: Outbox
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._channels = channels
        self._modals = modals
        self._homes = homes
        self._outbox = outbox

    def asset(self, name: str) -> Response:
        path = _ASSETS / name
        if path.parent != _ASSETS or path.suffix not in _TYPES or not path.is_file():
            return text_response("not found", 404)
        return Response(200, path.read_bytes(), _TYPES[path.suffix], _HEADERS)

    def state(self, request: Request) -> Response:
        """What `?user=` sees in `?place=`, which is a channel's id, or `home` for the app's Home tab; with `after=` and
        `wait=` the answer comes when the revision has changed."""
        try:
            after, wait = (int(request.query.get("after", "0")), float(request.query.get("wait", "0")))
        except ValueError:
            return json_response({"ok": False, "error": "after and wait are numbers"}, 400)
        if wait > 0:
            self._store.wait_for_change(after, min(wait, _LONGEST_WAIT))
        named = request.query.get("user", "")
        user_id = named if named in self._workspace.members else None
        with self._store.lock:
            if self._store.closed:
                return json_response({"ok": False, "error": "the workspace is closing"}, 503)
            return json_response(self._state(user_id, request.query.get("place", "")))

    def _state(self, user_id: str | None, asked: str) -> dict[str, Any]:
        places = self._channels.places_of(user_id)
        at_home = asked == HOME and user_id is not None
        place = next((place for place in places if place.id == asked), places[0])
        modals = self._modals.open_for(user_id) if user_id else []
        return {
            "ok": True,
            "revision": self._store.revision,
            "workspace": self._about(),
            "places": [self._entry(place, user_id) for place in places],
            "place": HOME if at_home else place.id,
            "members": [_shown(member) for member in self._workspace.members.values()],
            "messages": [] if at_home else self._messages(place, user_id),
            "home": self._homes.current(user_id) if at_home and user_id else None,
            "outcomes": self._outcomes(user_id),
            "modal": {"errors": modals[-1]["errors"], "view": self._modals.current(modals[-1])} if modals else None,
        }

    def _about(self) -> dict[str, Any]:
        workspace = self._workspace
        return {
            "name": workspace.team_name,
            "team_id": workspace.team_id,
            "bot_name": workspace.bot_name,
            "commands": [asdict(command) for command in workspace.commands],
        }

    def _entry(self, place: Place, user_id: str | None) -> dict[str, Any]:
        newest = self._channels.visible_to(place, user_id, 1)
        return {
            "id": place.id,
            "name": place.name,
            "direct": place.user_id is not None,
            "is_archived": self._channels.is_archived(place),
            "newest": newest[0]["ts"] if newest else "",
        }

    def _messages(self, place: Place, user_id: str | None) -> list[dict[str, Any]]:
        return [
            {"ephemeral": record["for_user"] is not None, **self._channels.shown(record)}
            for record in self._channels.visible_to(place, user_id, _SHOWN_MESSAGES)
        ]

    def _outcomes(self, user_id: str | None) -> list[dict[str, Any]]:
        """The person's own latest attempt on each message and modal: a failed one gets a warning triangle."""
        latest: dict[str, dict[str, Any]] = {}
        for record in self._outbox.recent(_SHOWN_MESSAGES):
            if record["user_id"] == user_id and (record["message_ts"] or record["view_id"]):
                latest.setdefault(record["message_ts"] or record["view_id"], record)
        names = ("message_ts", "view_id", "action_id", "ok", "error", "status", "ms", "at")
        return [{name: record[name] for name in names} for record in latest.values()]


def _shown(member: Member) -> dict[str, Any]:
    badges = [
        label
        for label, applies in (
            ("deactivated", member.deleted),
            ("app", member.is_bot),
            ("guest", member.is_restricted or member.is_ultra_restricted),
            ("external", member.is_stranger),
            ("not in channel", not member.in_channel),
        )
        if applies
    ]
    return {"id": member.id, "name": member.name, "real_name": member.real_name, "badges": badges}
