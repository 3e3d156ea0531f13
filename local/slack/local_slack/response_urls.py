"""Response URLs: thirty minutes and five uses in which an app may answer a click without a token."""

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from local_slack.api.answers import ApiError, flag
from local_slack.api.chat import read_content
from local_slack.channels import Channels, Place
from local_slack.config import Workspace
from local_slack.store import Store
from local_slack.web import Request, Response, json_response, text_response

_URLS = "response_url"
LIFETIME_SECONDS = 30 * 60
MOST_USES = 5
_TEXT_LIMIT = 40_000


class ResponseUrls:
    def __init__(self, workspace: Workspace, store: Store, channels: Channels) -> None:
        self._workspace = workspace
        self._store = store
        self._channels = channels

    def issue(self, base_url: str, place: Place, message_ts: str, user_id: str) -> str:
        """A new URL; `message_ts` is empty for a command, which has no message to replace."""
        key, secret = secrets.token_hex(6), secrets.token_urlsafe(18)
        record = {
            "secret": secret,
            "channel": place.id,
            "ts": message_ts,
            "user_id": user_id,
            "at": self._store.clock(),
            "uses": 0,
        }
        self._store.put(_URLS, key, record, quiet=True)
        return f"{base_url}/response/{self._workspace.team_id}/{key}/{secret}"

    def answer(self, request: Request) -> Response:
        """Handle a POST to a response URL."""
        _, _, team_id, key, secret = (request.path.split("/") + [""] * 5)[:5]
        with self._store.lock:
            record = self._store.get(_URLS, key)
            genuine = record is not None and hmac.compare_digest(record["secret"].encode(), secret.encode())
            if record is None or not genuine or team_id != self._workspace.team_id:
                return _refuse("invalid_url")
            if self._store.clock() - record["at"] > LIFETIME_SECONDS:
                return _refuse("expired_url")
            if record["uses"] >= MOST_USES:
                return _refuse("used_url")
            self._store.put(_URLS, key, record | {"uses": record["uses"] + 1}, quiet=True)
        try:
            self._post(json.loads(request.body), record)
        except ApiError as error:
            return json_response(error.body(), 400)
        except (ValueError, RecursionError):
            return _refuse("invalid_payload", 400)
        return text_response("ok")

    def _post(self, document: Any, record: Mapping[str, Any]) -> None:
        if not isinstance(document, dict):
            raise ApiError("invalid_payload")
        if flag(document, "delete_original"):
            self._channels.delete(record["ts"])
            return
        content = read_content(document, _TEXT_LIMIT)
        if flag(document, "replace_original"):
            self._channels.edit(record["ts"], content)
        else:
            in_channel = document.get("response_type") == "in_channel"
            place = self._channels.place_of(record)
            self._channels.post(place, content, for_user=None if in_channel else record["user_id"])


def _refuse(code: str, status: int = 404) -> Response:
    return json_response({"ok": False, "error": code}, status)
