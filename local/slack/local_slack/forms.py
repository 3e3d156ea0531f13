"""What a person filled into a modal: defaults, the checks that Slack's own client makes, and the state it sends."""

from collections.abc import Iterator, Mapping
from typing import Any

from local_slack.blockkit.validate import elements_of
from local_slack.payloads import chosen

type Filled = Mapping[str, Mapping[str, Any]]


def view_state(view: Mapping[str, Any], filled: Filled) -> tuple[dict[str, Any], dict[str, str]]:
    """`view.state.values` and what keeps the client from sending it, by block id.

    `filled` is `{block_id: {action_id: text, option value or list of option values}}`; what it leaves out
    keeps its initial value.
    """
    state: dict[str, Any] = {}
    errors: dict[str, str] = {}
    known = set()
    for block, element in _fields(view):
        block_id, action_id = block["block_id"], element["action_id"]
        known.add((block_id, action_id))
        given = filled.get(block_id, {})
        value = given[action_id] if action_id in given else initial_value(element)
        try:
            state.setdefault(block_id, {})[action_id] = {"type": element["type"], **chosen(element, value)}
        except ValueError as error:
            errors[block_id] = str(error)
            continue
        problem = _problem(block, element, value)
        if problem:
            errors[block_id] = problem
    for block_id, values in filled.items():
        if any((block_id, action_id) not in known for action_id in values):
            errors[block_id] = "no such field"
    return state, errors


def initial_value(element: Mapping[str, Any]) -> Any:
    """What a field holds before anybody touches it."""
    match element["type"]:
        case "static_select" | "radio_buttons":
            option = element.get("initial_option")
            return option["value"] if option else None
        case "checkboxes" | "multi_static_select":
            return [option["value"] for option in element.get("initial_options", [])]
        case "users_select":
            return element.get("initial_user")
        case "datepicker":
            return element.get("initial_date")
        case "timepicker":
            return element.get("initial_time")
        case _:
            return element.get("initial_value")


def _fields(view: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The elements that hold a value; buttons and overflow menus do not."""
    for block in view["blocks"]:
        for _, element in elements_of(block):
            if element["type"] not in ("button", "overflow"):
                yield block, element


def _problem(block: Mapping[str, Any], element: Mapping[str, Any], value: Any) -> str:
    if block["type"] != "input":
        return ""
    if not value:
        return "" if block.get("optional") else "Please complete this required field."
    if element["type"] == "plain_text_input":
        if len(value) < element.get("min_length", 0):
            return f"Please write at least {element['min_length']} characters."
        if len(value) > element.get("max_length", 3000):
            return f"Please write at most {element.get('max_length', 3000)} characters."
    return ""
