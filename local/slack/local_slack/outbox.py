"""What goes to the app: signed, delivered, and stored with its outcome."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from local_slack.config import Workspace
from local_slack.delivery import Deliver, Delivery, check_address, signed_event, signed_fields, signed_form
from local_slack.store import Store

_INTERACTIONS = "interaction"
_ADDRESS = "address"

type Outcome = dict[str, Any]
type Signed = tuple[bytes, dict[str, str]]


class Outbox:
    """Interactions are records `{"id", "at", "type", "user_id", "message_ts", "view_id", "action_id", "payload",
    "url", "ok", "status", "ms", "body", "error"}`; `error` is empty, `timeout`, `unreachable`, `no_url`,
    `http_status` or `bad_answer`.
    """

    def __init__(self, workspace: Workspace, store: Store, deliver: Deliver) -> None:
        self._secret = workspace.signing_secret
        self._store = store
        self._deliver = deliver

    @property
    def url(self) -> str:
        return str(self._store.get(_ADDRESS, "interactivity") or "")

    def point_to(self, url: str) -> None:
        """Set the request URL of the app; raises `AddressError` for one outside this machine."""
        self._store.put(_ADDRESS, "interactivity", check_address(url))

    def records(self) -> list[Outcome]:
        return self._store.all(_INTERACTIONS)

    def recent(self, count: int) -> list[Outcome]:
        return self._store.newest(_INTERACTIONS, count)

    def interaction(
        self,
        payload: Mapping[str, Any],
        user_id: str,
        where: Mapping[str, str],
        follow: Callable[[str], str] | None = None,
    ) -> Outcome:
        """Send a click or what was done with a modal; `where` are `message_ts`, `view_id` and `action_id`."""
        signed = signed_form(payload, self._secret, self._store.clock())
        return self._send(str(payload["type"]), user_id, payload, signed, follow, where)

    def command(self, fields: Mapping[str, str], user_id: str, follow: Callable[[str], str]) -> Outcome:
        signed = signed_fields(fields, self._secret, self._store.clock())
        return self._send("slash_command", user_id, fields, signed, follow, {})

    def event(self, event: Mapping[str, Any], user_id: str) -> Outcome:
        signed = signed_event(event, self._secret, self._store.clock())
        return self._send(str(event["event"]["type"]), user_id, event, signed, None, {})

    def _send(
        self,
        kind: str,
        user_id: str,
        payload: Mapping[str, Any],
        signed: Signed,
        follow: Callable[[str], str] | None,
        where: Mapping[str, str],
    ) -> Outcome:
        """`follow` does what the app's answer says, and returns an error word when that cannot be done."""
        now, url = self._store.clock(), self.url
        delivery = self._deliver(url, *signed) if url else Delivery(0, "", 0, "no_url")
        error = delivery.error or ("" if delivery.ok else "http_status")
        if not error and follow is not None:
            error = follow(delivery.body)
        outcome: Outcome = {
            "id": secrets.token_hex(8),
            "at": now,
            "type": kind,
            "user_id": user_id,
            "message_ts": where.get("message_ts", ""),
            "view_id": where.get("view_id", ""),
            "action_id": where.get("action_id", ""),
            "payload": dict(payload),
            "url": url,
            "sent": bool(url),
            "ok": not error,
            "status": delivery.status,
            "ms": delivery.ms,
            "body": delivery.body,
            "error": error,
        }
        self._store.put(_INTERACTIONS, outcome["id"], outcome)
        return outcome
