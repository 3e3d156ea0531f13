"""The one channel: messages with every version they ever had, and what each person may see of them."""

from collections.abc import Mapping
from typing import Any

from local_slack.config import Workspace
from local_slack.store import Store

_MESSAGES = "message"
_SETTINGS = "setting"


class Channel:
    """Messages are records `{"ts", "for_user", "deleted", "versions": [{"at", "message"}], "reactions"}`.

    `for_user` is None, or the one person who sees an ephemeral message. The newest version comes last.
    """

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._store = store

    def set(self, name: str, *, value: bool) -> None:
        """Change a setting: `archived` or `bot_is_member`."""
        self._store.put(_SETTINGS, name, value)

    @property
    def is_archived(self) -> bool:
        return bool(self._store.get(_SETTINGS, "archived"))

    @property
    def bot_is_member(self) -> bool:
        return self._store.get(_SETTINGS, "bot_is_member") is not False

    def post(self, content: Mapping[str, Any], for_user: str | None = None) -> dict[str, Any]:
        """Store a message of the bot; returns it as Slack shows it."""
        with self._store.lock:
            ts = self._next_ts()
            message = self._sign(content) | {"ts": ts}
            version = {"at": self._store.clock(), "message": message}
            record = {"ts": ts, "for_user": for_user, "deleted": False, "versions": [version], "reactions": []}
            self._store.put(_MESSAGES, ts, record)
        return message

    def edit(self, ts: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
        """Add a version; None when there is no such message to edit."""
        with self._store.lock:
            record = self.find(ts)
            if record is None:
                return None
            before = record["versions"][-1]["message"]
            now = self._store.clock()
            edited = {"user": self._workspace.bot_id, "ts": f"{int(now)}.000000"}
            kept = {name: before[name] for name in ("thread_ts", "metadata") if name in before}
            message = kept | self._sign(content) | {"ts": ts, "edited": edited}
            record["versions"].append({"at": now, "message": message})
            self._store.put(_MESSAGES, ts, record)
        return message

    def delete(self, ts: str) -> bool:
        with self._store.lock:
            record = self.find(ts)
            if record is None:
                return False
            self._store.put(_MESSAGES, ts, record | {"deleted": True})
        return True

    def react(self, ts: str, name: str, user_id: str) -> str | None:
        """Add a reaction; answers Slack's error code, or None when it worked."""
        with self._store.lock:
            record = self.find(ts)
            if record is None:
                return "message_not_found"
            if {"name": name, "user": user_id} in record["reactions"]:
                return "already_reacted"
            record["reactions"].append({"name": name, "user": user_id})
            self._store.put(_MESSAGES, ts, record)
        return None

    def find(self, ts: str) -> dict[str, Any] | None:
        """The record of a message that is still there."""
        record: dict[str, Any] | None = self._store.get(_MESSAGES, ts)
        return None if record is None or record["deleted"] else record

    def records(self) -> list[dict[str, Any]]:
        """Everything ever posted, deleted and ephemeral messages included, oldest first."""
        return self._store.all(_MESSAGES)

    def visible_to(self, user_id: str | None, count: int) -> list[dict[str, Any]]:
        """The last `count` messages that this person sees (None: what all see), oldest first."""
        seen = [
            record
            for record in self._store.newest(_MESSAGES, 5 * count)
            if not record["deleted"] and record["for_user"] in (None, user_id)
        ]
        return seen[:count][::-1]

    def history(self) -> list[dict[str, Any]]:
        """The messages that `conversations.history` can return, newest first; ephemeral ones never are."""
        public = [r for r in self.records() if not r["deleted"] and r["for_user"] is None]
        return [self.shown(record) for record in reversed(public)]

    @staticmethod
    def shown(record: Mapping[str, Any]) -> dict[str, Any]:
        """The newest version with its reactions, as the Web API returns it."""
        message: dict[str, Any] = dict(record["versions"][-1]["message"])
        names = list(dict.fromkeys(reaction["name"] for reaction in record["reactions"]))
        if names:
            by_name = {name: [r["user"] for r in record["reactions"] if r["name"] == name] for name in names}
            message["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in by_name.items()]
        return message

    def _sign(self, content: Mapping[str, Any]) -> dict[str, Any]:
        workspace = self._workspace
        return {
            "type": "message",
            "user": workspace.bot_user_id,
            "bot_id": workspace.bot_id,
            "app_id": workspace.app_id,
            "team": workspace.team_id,
            "bot_profile": {
                "id": workspace.bot_id,
                "app_id": workspace.app_id,
                "name": workspace.bot_name,
                "deleted": False,
                "team_id": workspace.team_id,
            },
            **content,
        }

    def _next_ts(self) -> str:
        """Seconds with six decimals, unique and growing, as Slack's message ids are."""
        micros = int(self._store.clock() * 1_000_000)
        newest = self._store.newest(_MESSAGES, 1)
        if newest:
            micros = max(micros, int(newest[0]["ts"].replace(".", "")) + 1)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
