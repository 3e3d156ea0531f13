"""Modals: opened with a trigger id, updated by the app, closed by the person."""

import secrets
from collections.abc import Mapping
from typing import Any

from local_slack.blockkit import normalise_view
from local_slack.config import Workspace
from local_slack.store import Store

_VIEWS = "view"
_TRIGGERS = "trigger"

# Slack's own: a trigger id opens one modal within three seconds of the click.
TRIGGER_SECONDS = 3.0


class Modals:
    """Views are records `{"id", "user_id", "open", "errors", "versions": [{"at", "view"}]}`."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._store = store

    def issue_trigger(self, user_id: str) -> str:
        now = self._store.clock()
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._store.put(_TRIGGERS, trigger_id, {"user_id": user_id, "at": now, "used": False}, quiet=True)
        return trigger_id

    def open(self, trigger_id: str, view: Mapping[str, Any]) -> dict[str, Any] | str:
        """Show a checked modal to the person who caused the trigger; a string is Slack's error code."""
        with self._store.lock:
            trigger = self._store.get(_TRIGGERS, trigger_id)
            now = self._store.clock()
            if trigger is None:
                return "invalid_trigger_id"
            if trigger["used"]:
                return "exchanged_trigger_id"
            if now - trigger["at"] > TRIGGER_SECONDS:
                return "expired_trigger_id"
            if self._external_id_taken(view, ""):
                return "duplicate_external_id"
            self._store.put(_TRIGGERS, trigger_id, trigger | {"used": True}, quiet=True)
            view_id = "V" + secrets.token_hex(5).upper()
            stored = self._complete(view_id, dict(view))
            version = {"at": now, "view": stored}
            record = {"id": view_id, "user_id": trigger["user_id"], "open": True, "errors": {}, "versions": [version]}
            self._store.put(_VIEWS, view_id, record)
        return stored

    def update(self, view_id: str, view: Mapping[str, Any], expected_hash: str = "") -> dict[str, Any] | str:
        """Replace what an open modal shows; a string is Slack's error code."""
        with self._store.lock:
            record = self.find(view_id)
            if record is None or not record["open"]:
                return "not_found"
            if expected_hash and expected_hash != self.current(record)["hash"]:
                return "hash_conflict"
            if self._external_id_taken(view, view_id):
                return "duplicate_external_id"
            stored = self._complete(view_id, dict(view))
            record["versions"].append({"at": self._store.clock(), "view": stored})
            self._store.put(_VIEWS, view_id, record | {"errors": {}})
        return stored

    def show_errors(self, view_id: str, errors: Mapping[str, str]) -> None:
        with self._store.lock:
            record = self.find(view_id)
            if record is not None:
                self._store.put(_VIEWS, view_id, record | {"errors": dict(errors)})

    def close(self, view_id: str) -> None:
        with self._store.lock:
            record = self.find(view_id)
            if record is not None:
                self._store.put(_VIEWS, view_id, record | {"open": False, "errors": {}})

    def find(self, view_id: str) -> dict[str, Any] | None:
        record: dict[str, Any] | None = self._store.get(_VIEWS, view_id)
        return record

    def find_external(self, external_id: str) -> dict[str, Any] | None:
        return next((r for r in self.open_records() if self.current(r)["external_id"] == external_id), None)

    def open_for(self, user_id: str) -> list[dict[str, Any]]:
        """The open modals of a person, the one on top last."""
        return [record for record in self.open_records() if record["user_id"] == user_id]

    def open_records(self) -> list[dict[str, Any]]:
        return [record for record in self.records() if record["open"]]

    def records(self) -> list[dict[str, Any]]:
        """Every modal ever opened with every version of it, oldest first."""
        return self._store.all(_VIEWS)

    @staticmethod
    def current(record: Mapping[str, Any]) -> dict[str, Any]:
        view: dict[str, Any] = record["versions"][-1]["view"]
        return view

    def _external_id_taken(self, view: Mapping[str, Any], view_id: str) -> bool:
        external_id = view.get("external_id")
        holder = self.find_external(external_id) if external_id else None
        return holder is not None and holder["id"] != view_id

    def _complete(self, view_id: str, view: dict[str, Any]) -> dict[str, Any]:
        workspace = self._workspace
        return normalise_view(view) | {
            "id": view_id,
            "team_id": workspace.team_id,
            "state": {"values": {}},
            "hash": f"{int(self._store.clock())}.{secrets.token_urlsafe(6)}",
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": workspace.app_id,
            "app_installed_team_id": workspace.team_id,
            "bot_id": workspace.bot_id,
        }
