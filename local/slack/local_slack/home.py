"""The app's Home tab: one view for each person, as the app published it last."""

import secrets
from collections.abc import Mapping
from typing import Any

from local_slack.blockkit import normalise_home
from local_slack.config import Workspace
from local_slack.store import Store

_HOMES = "home"


class Homes:
    """Homes are records `{"user_id", "versions": [{"at", "view"}]}`."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._store = store

    def publish(self, user_id: str, view: Mapping[str, Any]) -> dict[str, Any]:
        """Show a checked view to this person until another is published; returns it as Slack does."""
        with self._store.lock:
            record = self.find(user_id) or {"user_id": user_id, "versions": []}
            view_id = record["versions"][-1]["view"]["id"] if record["versions"] else f"V{secrets.token_hex(5).upper()}"
            stored = normalise_home(dict(view)) | {
                "id": view_id,
                "team_id": self._workspace.team_id,
                "state": {"values": {}},
                "hash": f"{int(self._store.clock())}.{secrets.token_urlsafe(6)}",
                "app_id": self._workspace.app_id,
                "bot_id": self._workspace.bot_id,
            }
            record["versions"].append({"at": self._store.clock(), "view": stored})
            self._store.put(_HOMES, user_id, record)
        return stored

    def find(self, user_id: str) -> dict[str, Any] | None:
        record: dict[str, Any] | None = self._store.get(_HOMES, user_id)
        return record

    def current(self, user_id: str) -> dict[str, Any] | None:
        """What this person's Home shows; None before the app has published one."""
        record = self.find(user_id)
        view: dict[str, Any] | None = record["versions"][-1]["view"] if record else None
        return view

    def shown(self, user_id: str, view_id: str) -> dict[str, Any] | None:
        """What this person sees in their Home, if it is this view."""
        view = self.current(user_id)
        return view if view and view["id"] == view_id else None

    def records(self) -> list[dict[str, Any]]:
        """Every Home with every version of it."""
        return self._store.all(_HOMES)
