"""Channels and direct messages: what was said in each with every version it ever had, and who may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_slack.config import Workspace
from local_slack.store import Store

# Messages are stored by place; this index says which place each one is in.
_POSTED = "posted"
_SETTINGS = "setting"
_DIRECTS = "direct"
# What Slack calls direct messages in payloads.
_DIRECT_NAME = "directmessage"


@dataclass(frozen=True, slots=True)
class Place:
    """Where people write: a channel, or the app's direct messages with one person (`user_id`)."""

    id: str
    name: str
    user_id: str | None = None


class Channels:
    """Messages are records `{"ts", "channel", "for_user", "deleted", "versions": [{"at", "message"}], "reactions"}`.

    `for_user` is None, or the one person who sees an ephemeral message. The newest version comes last. No two messages
    of the workspace have the same `ts`, so it is enough to find a message here; the app must name its channel too.
    """

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self._workspace = workspace
        self._store = store
        self._channels = {id_: Place(id_, name) for id_, name in workspace.channels.items()}

    def find_place(self, named: str) -> Place | None:
        """A channel by id or `#name`, or direct messages that were opened, by id."""
        by_name = {f"#{place.name}": place for place in self._channels.values()}
        return self._channels.get(named) or by_name.get(named) or self._directs().get(named)

    def open_direct(self, user_id: str) -> Place:
        """The app's direct messages with this person, from now on in their sidebar."""
        place = Place(direct_id(user_id), _DIRECT_NAME, user_id)
        with self._store.lock:
            if place.id not in self._directs():
                self._store.put(_DIRECTS, place.id, user_id)
        return place

    def places_of(self, user_id: str | None) -> list[Place]:
        """What this person has in the sidebar; None stands for somebody who has not said who they are."""
        return [*self._channels.values(), *(place for place in self._directs().values() if place.user_id == user_id)]

    def set(self, place: Place, name: str, *, value: bool) -> None:
        """Change a setting: `archived` or `bot_is_member`."""
        self._store.put(_SETTINGS, f"{name} {place.id}", value)

    def is_archived(self, place: Place) -> bool:
        return bool(self._store.get(_SETTINGS, f"archived {place.id}"))

    def bot_is_member(self, place: Place) -> bool:
        return self._store.get(_SETTINGS, f"bot_is_member {place.id}") is not False

    def post(self, place: Place, content: Mapping[str, Any], for_user: str | None = None) -> dict[str, Any]:
        """Store a message of the bot; returns it as Slack shows it."""
        with self._store.lock:
            ts = self._next_ts()
            message = self._sign(content) | {"ts": ts}
            version = {"at": self._store.clock(), "message": message}
            record = {
                "ts": ts,
                "channel": place.id,
                "for_user": for_user,
                "deleted": False,
                "versions": [version],
                "reactions": [],
            }
            self._store.put(_POSTED, ts, {"ts": ts, "channel": place.id}, quiet=True)
            self._keep(record)
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
            kept = {name: before[name] for name in ("thread_ts", "subtype", "metadata") if name in before}
            message = kept | self._sign(content) | {"ts": ts, "edited": edited}
            record["versions"].append({"at": now, "message": message})
            self._keep(record)
        return message

    def delete(self, ts: str) -> bool:
        with self._store.lock:
            record = self.find(ts)
            if record is None:
                return False
            self._keep(record | {"deleted": True})
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
            self._keep(record)
        return None

    def find(self, ts: str) -> dict[str, Any] | None:
        """The record of a message that is still there."""
        posted = self._store.get(_POSTED, ts)
        record: dict[str, Any] | None = self._store.get(_kind(posted["channel"]), ts) if posted else None
        return None if record is None or record["deleted"] else record

    def records(self) -> list[dict[str, Any]]:
        """Everything ever posted, deleted and ephemeral messages included, oldest first."""
        places = [*self._channels, *self._directs()]
        found = [record for place_id in places for record in self._store.all(_kind(place_id))]
        return sorted(found, key=lambda record: str(record["ts"]))

    def place_of(self, record: Mapping[str, Any]) -> Place:
        """Where a message was written."""
        place = self.find_place(record["channel"])
        if place is None:
            raise KeyError(record["channel"])
        return place

    def is_visible(self, record: Mapping[str, Any], user_id: str | None) -> bool:
        """Whether this person sees the message (None: whether all do)."""
        return record["for_user"] in (None, user_id) and self.place_of(record) in self.places_of(user_id)

    def visible_to(self, place: Place, user_id: str | None, count: int) -> list[dict[str, Any]]:
        """The last `count` messages of a place that this person sees, oldest first."""
        seen = [
            record
            for record in self._store.newest(_kind(place.id), 5 * count)
            if not record["deleted"] and record["for_user"] in (None, user_id)
        ]
        return seen[:count][::-1]

    def history(self, place: Place) -> list[dict[str, Any]]:
        """The messages that `conversations.history` can return, newest first; ephemeral ones never are."""
        there = self._store.all(_kind(place.id))
        public = [record for record in there if not record["deleted"] and record["for_user"] is None]
        return [self.shown(record) for record in reversed(public)]

    def _keep(self, record: dict[str, Any]) -> None:
        self._store.put(_kind(record["channel"]), record["ts"], record)

    def _directs(self) -> dict[str, Place]:
        opened = (str(user_id) for user_id in self._store.all(_DIRECTS))
        return {direct_id(user_id): Place(direct_id(user_id), _DIRECT_NAME, user_id) for user_id in opened}

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
        newest = self._store.newest(_POSTED, 1)
        if newest:
            micros = max(micros, int(newest[0]["ts"].replace(".", "")) + 1)
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def direct_id(user_id: str) -> str:
    """The id of the app's direct messages with this person."""
    return f"D{user_id[1:]}"


def _kind(place_id: str) -> str:
    return f"message {place_id}"
