"""The routes under /_control/ for the page, tools and tests: act as a person, read everything, cause trouble."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from local_slack.api import WebApi
from local_slack.channels import Channels
from local_slack.delivery import AddressError
from local_slack.entry_points import EntryPoints
from local_slack.faults import FaultError, Faults, parse_fault
from local_slack.home import Homes
from local_slack.interactivity import Click, Interactivity
from local_slack.modals import Modals
from local_slack.outbox import Outbox
from local_slack.possible import NotPossible
from local_slack.store import Store
from local_slack.web import Request, Response, json_response

type Document = dict[str, Any]


class Control:
    def __init__(
        self,
        store: Store,
        channels: Channels,
        modals: Modals,
        homes: Homes,
        interactivity: Interactivity,
        entry_points: EntryPoints,
        outbox: Outbox,
        api: WebApi,
        faults: Faults,
    ) -> None:
        self._store = store
        self._channels = channels
        self._modals = modals
        self._homes = homes
        self._interactivity = interactivity
        self._entry_points = entry_points
        self._outbox = outbox
        self._api = api
        self._faults = faults
        self._reads: Mapping[str, Callable[[], Document]] = {
            "messages": self._messages,
            "api-log": lambda: {"calls": self._api.log()},
            "interactions": lambda: {"interactions": self._outbox.records()},
            "interactivity-url": lambda: {"url": self._outbox.url},
        }
        self._writes: Mapping[str, Callable[[Document], Document]] = {
            "interactivity-url": self._set_url,
            "click": self._click,
            "submit": self._submit,
            "close": self._close,
            "command": self._command,
            "home": lambda document: self._entry_points.open_home(_text(document, "user_id")),
            "fail": self._fail,
            "archive": lambda document: self._set(document, "archived", document.get("archived", True)),
            "membership": lambda document: self._set(document, "bot_is_member", document.get("bot_is_member")),
            "reset": self._reset,
        }

    def handle(self, request: Request) -> Response:
        name = request.path.removeprefix("/_control/")
        known = self._reads if request.method == "GET" else self._writes
        if name not in known:
            return json_response({"ok": False, "error": "unknown_route"}, 404)
        if request.method == "GET":
            return json_response({"ok": True, **self._reads[name]()})
        try:
            document = json.loads(request.body or b"{}")
            if not isinstance(document, dict):
                return json_response({"ok": False, "error": "a JSON object is needed"}, 400)
            return json_response({"ok": True, **self._writes[name](document)})
        except (NotPossible, AddressError, FaultError) as error:
            return json_response({"ok": False, "error": str(error)}, 400)
        except (ValueError, TypeError, RecursionError):
            return json_response({"ok": False, "error": "the fields are not of the expected kind"}, 400)

    def _messages(self) -> Document:
        """Everything that anybody could ever have seen here, which a search for leaked values must read."""
        return {"messages": self._channels.records(), "views": self._modals.records(), "homes": self._homes.records()}

    def _set_url(self, document: Document) -> Document:
        self._outbox.point_to(_text(document, "url"))
        return {"url": self._outbox.url}

    def _click(self, document: Document) -> Document:
        version = document.get("version", -1)
        if not isinstance(version, int):
            raise TypeError("version")
        return self._interactivity.click(
            Click(
                user_id=_text(document, "user_id"),
                action_id=_text(document, "action_id"),
                message_ts=_text(document, "message_ts", ""),
                view_id=_text(document, "view_id", ""),
                block_id=_text(document, "block_id", ""),
                value=document.get("value"),
                version=version,
            )
        )

    def _submit(self, document: Document) -> Document:
        values = document.get("values", {})
        if not isinstance(values, dict) or not all(isinstance(fields, dict) for fields in values.values()):
            raise ValueError("values")
        return self._interactivity.submit(_text(document, "user_id"), _text(document, "view_id"), values)

    def _close(self, document: Document) -> Document:
        return self._interactivity.close(_text(document, "user_id"), _text(document, "view_id"))

    def _command(self, document: Document) -> Document:
        user_id, place_id = _text(document, "user_id"), _text(document, "channel", "")
        return self._entry_points.command(user_id, place_id, _text(document, "command"), _text(document, "text", ""))

    def _fail(self, document: Document) -> Document:
        method, times, fault = parse_fault(document)
        self._faults.add(method, times, fault)
        return {"method": method, "times": times}

    def _set(self, document: Document, name: str, value: object) -> Document:
        """Change a setting of `channel`, or of the first one."""
        if not isinstance(value, bool):
            raise TypeError(name)
        named = _text(document, "channel", "")
        place = self._channels.find_place(named) if named else self._channels.places_of(None)[0]
        if place is None:
            raise NotPossible("channel_not_found")
        self._channels.set(place, name, value=value)
        return {name: value}

    def _reset(self, _: Document) -> Document:
        """Forget messages, modals, logs and faults; the app's request URL stays."""
        url = self._outbox.url
        with self._store.lock:
            self._store.clear()
            self._faults.clear()
            if url:
                self._outbox.point_to(url)
        return {}


def _text(document: Document, name: str, default: str | None = None) -> str:
    value = document.get(name, default)
    if not isinstance(value, str):
        raise TypeError(name)
    return value
