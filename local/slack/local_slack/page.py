"""What the browser page gets: its three kinds of file, and the channel as one person sees it."""

from pathlib import Path
from typing import Any

from local_slack.channel import Channel
from local_slack.config import Member, Workspace
from local_slack.interactivity import Interactivity
from local_slack.modals import Modals
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


class Page:
    def __init__(
        self, workspace: Workspace, store: Store, channel: Channel, modals: Modals, interactivity: Interactivity
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._channel = channel
        self._modals = modals
        self._interactivity = interactivity

    def asset(self, name: str) -> Response:
        path = _ASSETS / name
        if path.parent != _ASSETS or path.suffix not in _TYPES or not path.is_file():
            return text_response("not found", 404)
        return Response(200, path.read_bytes(), _TYPES[path.suffix], _HEADERS)

    def state(self, request: Request) -> Response:
        """The channel for `?user=`; with `after=` and `wait=` the answer comes when the revision has changed."""
        try:
            after, wait = (int(request.query.get("after", "0")), float(request.query.get("wait", "0")))
        except ValueError:
            return json_response({"ok": False, "error": "after and wait are numbers"}, 400)
        if wait > 0:
            self._store.wait_for_change(after, min(wait, _LONGEST_WAIT))
        user_id = request.query.get("user", "")
        with self._store.lock:
            return json_response(self._state(user_id if user_id in self._workspace.members else None))

    def _state(self, user_id: str | None) -> dict[str, Any]:
        workspace = self._workspace
        modals = self._modals.open_for(user_id) if user_id else []
        return {
            "ok": True,
            "revision": self._store.revision,
            "workspace": {"name": workspace.team_name, "team_id": workspace.team_id, "bot_name": workspace.bot_name},
            "channel": {
                "id": workspace.channel_id,
                "name": workspace.channel_name,
                "is_archived": self._channel.is_archived,
            },
            "members": [_shown(member) for member in workspace.members.values()],
            "messages": [
                {"ephemeral": record["for_user"] is not None, **self._channel.shown(record)}
                for record in self._channel.visible_to(user_id, _SHOWN_MESSAGES)
            ],
            "outcomes": self._outcomes(user_id),
            "modal": {"errors": modals[-1]["errors"], "view": self._modals.current(modals[-1])} if modals else None,
        }

    def _outcomes(self, user_id: str | None) -> list[dict[str, Any]]:
        """The person's own latest attempt on each message and modal: a failed one gets a warning triangle."""
        latest: dict[str, dict[str, Any]] = {}
        for record in self._interactivity.recent(_SHOWN_MESSAGES):
            if record["user_id"] == user_id:
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
