"""Clicks and submitted modals: the payload is built, signed and sent, and what came of it is kept.

The page and unattended tools use the same methods.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_slack import payloads
from local_slack.blockkit import check_view
from local_slack.blockkit.validate import elements_of
from local_slack.channels import Channels
from local_slack.config import Workspace
from local_slack.forms import Filled, view_state
from local_slack.home import Homes
from local_slack.modals import Modals
from local_slack.outbox import Outbox, Outcome
from local_slack.possible import NotPossible, acting
from local_slack.response_urls import ResponseUrls
from local_slack.store import Store


@dataclass(frozen=True, slots=True)
class Click:
    """What a person does: the element is named by `action_id`, in a message or in an open modal.

    `value` is what they pick, None for a button. `version` picks an older state of an edited card, as a client
    that has not refreshed yet would show it.
    """

    user_id: str
    action_id: str
    message_ts: str = ""
    view_id: str = ""
    block_id: str = ""
    value: Any = None
    version: int = -1


class Interactivity:
    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        channels: Channels,
        modals: Modals,
        homes: Homes,
        urls: ResponseUrls,
        base_url: Callable[[], str],
        outbox: Outbox,
    ) -> None:
        self._workspace = workspace
        self._store = store
        self._channels = channels
        self._modals = modals
        self._homes = homes
        self._urls = urls
        self._base_url = base_url
        self._outbox = outbox

    def click(self, click: Click) -> Outcome:
        """Click a button or pick an option; raises `NotPossible`."""
        member = acting(self._workspace, click.user_id)
        trigger_id = self._modals.issue_trigger(member.id)
        blocks, place = self._place(click)
        block, element = _find_element(blocks, click.block_id, click.action_id)
        try:
            entry = payloads.action(block, element, click.value, self._store.clock())
        except ValueError as error:
            raise NotPossible("option_not_found") from error
        payload = payloads.envelope("block_actions", self._workspace, member, trigger_id)
        payload |= place | {"actions": [entry]}
        where = {"message_ts": click.message_ts, "view_id": click.view_id, "action_id": click.action_id}
        return self._outbox.interaction(payload, member.id, where)

    def _place(self, click: Click) -> tuple[list[Any], dict[str, Any]]:
        """The blocks in which the person clicks, and what the payload says about where that is."""
        if click.view_id:
            view = self._homes.shown(click.user_id, click.view_id) or self._open_view(click.user_id, click.view_id)
            return view["blocks"], payloads.from_view(view)
        record = self._channels.find(click.message_ts)
        if record is None or not self._channels.is_visible(record, click.user_id):
            raise NotPossible("message_not_found")
        versions = record["versions"]
        if not -len(versions) <= click.version < len(versions):
            raise NotPossible("version_not_found")
        message = versions[click.version]["message"]
        place = self._channels.place_of(record)
        response_url = self._urls.issue(self._base_url(), place, click.message_ts, click.user_id)
        return message.get("blocks", []), payloads.from_message(place, record, message, response_url)

    def submit(self, user_id: str, view_id: str, filled: Filled) -> Outcome:
        """Submit a modal. Fields that the client itself would refuse are reported in `errors`, and nothing is sent."""
        member = acting(self._workspace, user_id)
        view = self._open_view(user_id, view_id)
        state, errors = view_state(view, filled)
        self._modals.show_errors(view_id, errors)
        if errors:
            return {"ok": False, "sent": False, "error": "invalid_input", "errors": errors}
        trigger_id = self._modals.issue_trigger(user_id)
        payload = payloads.envelope("view_submission", self._workspace, member, trigger_id)
        payload |= {"view": view | {"state": {"values": state}}, "response_urls": []}
        return self._outbox.interaction(
            payload, member.id, {"view_id": view_id}, lambda body: self._follow(member.id, view_id, body)
        )

    def close(self, user_id: str, view_id: str) -> Outcome:
        """Close a modal with its ✕ or cancel button; the app is notified if the view asked for that."""
        member = acting(self._workspace, user_id)
        view = self._open_view(user_id, view_id)
        self._modals.close(view_id)
        if not view["notify_on_close"]:
            return {"ok": True, "sent": False}
        payload = payloads.envelope("view_closed", self._workspace, member, "")
        del payload["trigger_id"]
        return self._outbox.interaction(payload | {"view": view, "is_cleared": False}, member.id, {"view_id": view_id})

    def _open_view(self, user_id: str, view_id: str) -> dict[str, Any]:
        record = self._modals.find(view_id)
        if record is None or not record["open"] or record["user_id"] != user_id:
            raise NotPossible("view_not_found")
        return self._modals.current(record)

    def _follow(self, user_id: str, view_id: str, body: str) -> str:
        """Do what the app's answer to a submitted modal says; returns an error word when it cannot be done."""
        if not body.strip():
            self._modals.close(view_id)
            return ""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            return "bad_answer"
        match answer:
            case {"response_action": "errors", "errors": dict(errors)} if self._can_show(view_id, errors):
                self._modals.show_errors(view_id, errors)
            case {"response_action": "update", "view": dict(view)} if not check_view(view):
                return "" if isinstance(self._modals.update(view_id, view), dict) else "bad_answer"
            case {"response_action": "clear"}:
                for record in self._modals.open_for(user_id):
                    self._modals.close(record["id"])
            case {**rest} if not rest:
                self._modals.close(view_id)
            case _:
                return "bad_answer"
        return ""

    def _can_show(self, view_id: str, errors: Mapping[str, Any]) -> bool:
        record = self._modals.find(view_id)
        inputs = {b["block_id"] for b in self._modals.current(record)["blocks"]} if record else set()
        return bool(errors) and all(key in inputs and isinstance(text, str) for key, text in errors.items())


def _find_element(blocks: list[Any], block_id: str, action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        if block_id in ("", block["block_id"]):
            for _, element in elements_of(block):
                if element["action_id"] == action_id:
                    return block, element
    raise NotPossible("action_not_found")
