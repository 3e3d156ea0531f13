"""What Slack fills in when it stores blocks: missing ids, and the defaults of text objects."""

import copy
import secrets
from typing import Any

from local_slack.blockkit.validate import elements_of


def normalise_blocks(blocks: list[Any]) -> list[Any]:
    """Checked blocks as Slack returns them; the input is left alone."""
    stored: list[Any] = copy.deepcopy(blocks)
    for block in stored:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for _, element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
        if block["type"] != "rich_text":
            _fill_text_defaults(block)
    return stored


def normalise_view(view: dict[str, Any]) -> dict[str, Any]:
    """A checked modal with every field that Slack returns for one."""
    stored: dict[str, Any] = {
        "type": "modal",
        "blocks": normalise_blocks(view["blocks"]),
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "external_id": view.get("external_id", ""),
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "submit_disabled": view.get("submit_disabled", False),
    }
    for name in ("title", "submit", "close"):
        stored[name] = copy.deepcopy(view.get(name))
        _fill_text_defaults(stored[name])
    return stored


def normalise_home(view: dict[str, Any]) -> dict[str, Any]:
    """A checked Home with the fields that Slack returns for one."""
    texts = {name: view.get(name, "") for name in ("private_metadata", "callback_id", "external_id")}
    return {"type": "home", "blocks": normalise_blocks(view["blocks"]), **texts}


def _fill_text_defaults(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _fill_text_defaults(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _fill_text_defaults(item)
