"""The checks that concern several fields at once, on top of the tables."""

from collections.abc import Iterator
from typing import Any

from local_slack.blockkit.rules import Problem, check
from local_slack.blockkit.tables import HOME, MESSAGE_BLOCKS, MODAL, WEIGHT_PER_BLOCK

_MENUS = ("static_select", "multi_static_select")


def check_blocks(blocks: Any) -> list[Problem]:
    """Why Slack would answer `invalid_blocks` to a message with these blocks; empty when it would not."""
    problems = check(blocks, MESSAGE_BLOCKS, "/blocks")
    return problems or _check_across(blocks, "/blocks")


def check_view(view: Any) -> list[Problem]:
    """Why Slack would answer `invalid_arguments` to this modal; empty when it would not."""
    problems = check(view, MODAL, "/view")
    if problems:
        return problems
    if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
        return [Problem("missing required field: submit (there are input blocks)", "/view")]
    return _check_across(view["blocks"], "/view/blocks")


def check_home(view: Any) -> list[Problem]:
    """Why Slack would answer `invalid_arguments` to this Home; empty when it would not."""
    return check(view, HOME, "/view") or _check_across(view["blocks"], "/view/blocks")


def text_weight(blocks: list[Any]) -> int:
    """How much of the allowance for a whole message these blocks use, in characters."""
    return sum(WEIGHT_PER_BLOCK + _text_length(block) for block in blocks)


def elements_of(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The interactive elements of a block with their pointers relative to it."""
    match block["type"]:
        case "actions":
            for at, element in enumerate(block["elements"]):
                yield f"/elements/{at}", element
        case "section" if "accessory" in block and block["accessory"]["type"] != "image":
            yield "/accessory", block["accessory"]
        case "input":
            yield "/element", block["element"]


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options that an element offers, groups opened."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def _check_across(blocks: list[Any], pointer: str) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        here = f"{pointer}/{at}"
        if block["type"] == "section" and not ("text" in block or "fields" in block):
            problems.append(Problem("must define either `text` or `fields`", here))
        problems += _check_unique("block_id", block, seen, here)
        problems += _check_elements(block, here)
    return problems


def _check_elements(block: dict[str, Any], pointer: str) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for relative, element in elements_of(block):
        here = pointer + relative
        problems += _check_unique("action_id", element, seen, here)
        problems += _check_choices(element, here)
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        if least > most:
            problems.append(Problem("min_length must not exceed max_length", here))
    return problems


def _check_unique(name: str, part: dict[str, Any], seen: set[str], pointer: str) -> list[Problem]:
    """Note the id called `name` of one part among those `seen`; a problem if another part has it already."""
    given = part.get(name)
    if given is None:
        return []
    if given in seen:
        return [Problem(f"`{name}` {given} already exists", f"{pointer}/{name}")]
    seen.add(given)
    return []


def _check_choices(element: dict[str, Any], pointer: str) -> list[Problem]:
    problems: list[Problem] = []
    if element["type"] in _MENUS and ("options" in element) == ("option_groups" in element):
        problems.append(Problem("must define either `options` or `option_groups`", pointer))
    offered = options_of(element)
    values = [option["value"] for option in offered]
    if element["type"] in ("radio_buttons", "checkboxes") and len(set(values)) != len(values):
        problems.append(Problem("every option must have its own value", f"{pointer}/options"))
    initial = [*element.get("initial_options", [])]
    if "initial_option" in element:
        initial.append(element["initial_option"])
    if any(option not in offered for option in initial):
        problems.append(Problem("initial options must match one of the options exactly", pointer))
    return problems


def _text_length(value: Any) -> int:
    if isinstance(value, list):
        return sum(_text_length(item) for item in value)
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_text_length(item) for item in value.values())
    return 0
