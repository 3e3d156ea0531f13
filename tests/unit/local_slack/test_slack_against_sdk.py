"""What the workspace takes, held to the models of Slack's own SDK: the same limits, the same properties.

A newer SDK that knows another limit, property or type fails here until the tables know it too.
"""

import inspect
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import views
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OptionGroup,
    OverflowMenuElement,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
    basic_components,
    block_elements,
)
from slack_sdk.models.blocks import blocks as block_models
from slack_sdk.models.views import View

from local_slack.blockkit import check_blocks, check_home, check_view
from local_slack.blockkit import elements as known
from local_slack.blockkit.rules import ByType, Items, Rule, Shape, String, Text
from local_slack.blockkit.tables import HOME, MESSAGE_BLOCKS, MODAL
from tests import slack_kinds

MODELS: tuple[ModuleType, ...] = (basic_components, block_models, block_elements, views)


def shapes(rule: Rule) -> Mapping[str, Shape]:
    of = rule.of if isinstance(rule, Items) else rule
    assert isinstance(of, ByType)
    return of.shapes


def under(shape: Rule, *path: str) -> Rule:
    """The rule of a property, of the items in it, and so on."""
    for name in path:
        inner = shape.of if isinstance(shape, Items) else shape
        assert isinstance(inner, Shape)
        shape = inner.fields[name]
    return shape


def limit_of(rule: Rule) -> int:
    if isinstance(rule, Items):
        return rule.most
    assert isinstance(rule, Text | String)
    return rule.longest


BLOCKS = shapes(MESSAGE_BLOCKS)
MENU, MANY = known.STATIC_SELECT, known.MULTI_STATIC_SELECT
# Each limit of the SDK's models, by class and name, and where it stands in the tables.
LIMITS: dict[tuple[str, str], Rule] = {
    ("ConfirmObject", "title"): under(known.CONFIRM, "title"),
    ("ConfirmObject", "text"): under(known.CONFIRM, "text"),
    ("ConfirmObject", "confirm"): under(known.CONFIRM, "confirm"),
    ("ConfirmObject", "deny"): under(known.CONFIRM, "deny"),
    ("Option", "label"): under(known.OPTION, "text"),
    ("Option", "value"): under(known.OPTION, "value"),
    ("OptionGroup", "label"): under(known.OPTION_GROUP, "label"),
    ("OptionGroup", "options"): under(known.OPTION_GROUP, "options"),
    ("Block", "block_id"): under(BLOCKS["divider"], "block_id"),
    ("ActionsBlock", "elements"): under(BLOCKS["actions"], "elements"),
    ("ContextBlock", "elements"): under(BLOCKS["context"], "elements"),
    ("HeaderBlock", "text"): under(BLOCKS["header"], "text"),
    ("ImageBlock", "image_url"): under(BLOCKS["image"], "image_url"),
    ("ImageBlock", "alt_text"): under(BLOCKS["image"], "alt_text"),
    ("ImageBlock", "title"): under(BLOCKS["image"], "title"),
    ("InputBlock", "label"): under(BLOCKS["input"], "label"),
    ("InputBlock", "hint"): under(BLOCKS["input"], "hint"),
    ("MarkdownBlock", "text"): under(BLOCKS["markdown"], "text"),
    ("SectionBlock", "fields"): under(BLOCKS["section"], "fields"),
    ("SectionBlock", "text"): under(BLOCKS["section"], "text"),
    ("ButtonElement", "text"): under(known.BUTTON, "text"),
    ("ButtonElement", "url"): under(known.BUTTON, "url"),
    ("ButtonElement", "value"): under(known.BUTTON, "value"),
    ("ButtonElement", "agent_prompt"): under(known.BUTTON, "agent_prompt"),
    ("ImageElement", "image_url"): under(known.IMAGE, "image_url"),
    ("ImageElement", "alt_text"): under(known.IMAGE, "alt_text"),
    ("InputInteractiveElement", "placeholder"): under(known.PLAIN_TEXT_INPUT, "placeholder"),
    ("InteractiveElement", "action_id"): under(known.BUTTON, "action_id"),
    ("OverflowMenuElement", "options"): under(known.OVERFLOW, "options"),
    ("SelectElement", "options"): under(MENU, "options"),
    ("SelectElement", "option_groups"): under(MENU, "option_groups"),
    ("StaticSelectElement", "options"): under(MENU, "options"),
    ("StaticSelectElement", "option_groups"): under(MENU, "option_groups"),
    ("StaticMultiSelectElement", "options"): under(MANY, "options"),
    ("StaticMultiSelectElement", "option_groups"): under(MANY, "option_groups"),
    ("View", "title"): under(MODAL, "title"),
    ("View", "blocks"): under(MODAL, "blocks"),
    ("View", "close"): under(MODAL, "close"),
    ("View", "submit"): under(MODAL, "submit"),
    ("View", "private_metadata"): under(MODAL, "private_metadata"),
    ("View", "callback_id"): under(MODAL, "callback_id"),
}
# What REFERENCE.md says is refused.
UNSUPPORTED_BLOCKS = {
    "alert", "auth_provider", "call", "card", "carousel", "container", "context_actions", "file", "plan", "table",
    "task_card", "video",
}  # fmt: skip
UNSUPPORTED_ELEMENTS = {
    "channels_select", "conversations_select", "datetimepicker", "email_text_input", "external_select",
    "feedback_buttons", "file_input", "icon_button", "multi_channels_select", "multi_conversations_select",
    "multi_external_select", "multi_users_select", "rich_text_input", "url", "url_text_input", "workflow_button",
}  # fmt: skip
# Properties of supported kinds: files of Slack's own, and what only Slack sets.
UNSUPPORTED_PROPERTIES = {"slack_file"}
SET_BY_SLACK = {"app_id", "bot_id", "hash", "id", "previous_view_id", "root_view_id", "state", "team_id"}


def models() -> Iterator[tuple[str, Any]]:
    for module in MODELS:
        for name, model in inspect.getmembers(module, inspect.isclass):
            if model.__module__ == module.__name__:
                yield name, model


def kind_of(model: Any) -> str | None:
    kind = getattr(model, "type", None)
    return kind if isinstance(kind, str) else None


def published() -> dict[tuple[str, str], int]:
    """The limits in the models of what is supported here."""
    refused = UNSUPPORTED_BLOCKS | UNSUPPORTED_ELEMENTS
    return {
        (name, attribute.removesuffix("_max_length")): value
        for name, model in models()
        if kind_of(model) not in refused and name != "FeedbackButtonObject"
        for attribute, value in vars(model).items()
        if attribute.endswith("_max_length") and isinstance(value, int)
    }


def test_every_limit_of_the_sdk_is_known() -> None:
    assert set(published()) == set(LIMITS)


@pytest.mark.parametrize("where", LIMITS, ids="-".join)
def test_a_limit_is_the_sdks(where: tuple[str, str]) -> None:
    assert limit_of(LIMITS[where]) == published()[where]


def test_every_type_of_the_sdk_is_supported_or_named_as_not() -> None:
    blocks = {kind for name, model in models() if (kind := kind_of(model)) and name.endswith("Block")}
    assert blocks == set(BLOCKS) | UNSUPPORTED_BLOCKS
    elements = {
        kind
        for name, model in models()
        if (kind := kind_of(model)) and name.endswith("Element") and not kind.startswith("rich_text_")
    } | {"rich_text_input"}
    taken = {kind for rule in (known.IN_ACTIONS, known.IN_SECTION, known.IN_INPUT) for kind in rule.shapes}
    assert elements == taken | UNSUPPORTED_ELEMENTS


@pytest.mark.parametrize("kind", sorted(UNSUPPORTED_BLOCKS))
def test_a_block_that_could_not_be_shown_is_refused(kind: str) -> None:
    assert [problem.message for problem in check_blocks([{"type": kind}])] == [f"unsupported type: {kind}"]


@pytest.mark.parametrize("kind", sorted(UNSUPPORTED_ELEMENTS))
def test_an_element_that_could_not_be_shown_is_refused(kind: str) -> None:
    for place in ({"type": "actions", "elements": [{"type": kind}]}, {"type": "input", "element": {"type": kind}}):
        assert f"unsupported type: {kind}" in [problem.message for problem in check_blocks([place])]


def built() -> Iterator[tuple[Any, Mapping[str, Shape]]]:
    """One model of each kind, and the shapes among which its own is."""
    yield from ((block, BLOCKS) for block in slack_kinds.blocks())
    yield from ((element, known.IN_ACTIONS.shapes) for element in slack_kinds.elements())
    yield from ((field.element, known.IN_INPUT.shapes) for field in slack_kinds.fields())
    yield slack_kinds.fields()[0], BLOCKS
    yield View(type="modal"), {"modal": MODAL}


BUILT = {model.type: (model, among[model.type]) for model, among in built()}
# The SDK's base class has them; Slack's reference of these elements has not.
INHERITED = {
    "overflow": {"alt_text"},
    "button": {"alt_text"},
    "plain_text_input": {"confirm"},
    "number_input": {"confirm"},
}


@pytest.mark.parametrize("kind", BUILT)
def test_every_property_of_the_sdk_is_known(kind: str) -> None:
    model, shape = BUILT[kind]
    left_out = UNSUPPORTED_PROPERTIES | INHERITED.get(kind, set()) | (SET_BY_SLACK if kind == "modal" else set())
    assert set(model.attributes) - left_out <= set(shape.fields)


def test_one_of_each_kind_is_accepted_wherever_it_may_stand() -> None:
    form = slack_kinds.form()
    assert check_blocks(slack_kinds.message()) == []
    assert check_view(form) == []
    assert check_home({"type": "home", "blocks": form["blocks"]}) == []
    assert {block["type"] for block in slack_kinds.message()} == set(BLOCKS) - {"input"}
    assert {block["type"] for block in form["blocks"]} == set(shapes(under(MODAL, "blocks")))
    assert set(shapes(under(HOME, "blocks"))) == set(shapes(under(MODAL, "blocks")))


def button(**changes: Any) -> Any:
    return ActionsBlock(elements=[ButtonElement(**{"text": "Go", "action_id": "a", **changes})])


def question(**changes: str) -> Any:
    words = {"title": "t", "text": "t", "confirm": "y", "deny": "n"}
    return button(confirm=ConfirmObject(**(words | changes)))


def menu(options: list[Option]) -> Any:
    return ActionsBlock(elements=[StaticSelectElement(placeholder="p", action_id="a", options=options)])


def options(count: int) -> list[Option]:
    return [Option(text="x", value=str(at)) for at in range(count)]


def field(**changes: Any) -> Any:
    return InputBlock(**{"label": "l", "element": PlainTextInputElement(action_id="a"), **changes})


# What the SDK builds up to the limit, and refuses one step further.
AT_THE_LIMIT: dict[str, tuple[Any, int]] = {
    "section text": (lambda n: SectionBlock(text=MarkdownTextObject(text="x" * n)), 3000),
    "section fields": (lambda n: SectionBlock(fields=[PlainTextObject(text="x")] * n), 10),
    "header": (lambda n: HeaderBlock(text="x" * n), 150),
    "context": (lambda n: ContextBlock(elements=[PlainTextObject(text="x")] * n), 10),
    "actions": (lambda n: ActionsBlock(elements=[ButtonElement(text="x", action_id=f"{at}") for at in range(n)]), 25),
    "block id": (lambda n: HeaderBlock(text="x", block_id="x" * n), 255),
    "action id": (lambda n: button(action_id="x" * n), 255),
    "button text": (lambda n: button(text="x" * n), 75),
    "button value": (lambda n: button(value="x" * n), 2000),
    "button url": (lambda n: button(url="https://".ljust(n, "x")), 3000),
    "button label": (lambda n: button(accessibility_label="x" * n), 75),
    "button prompt": (lambda n: button(agent_prompt="x" * n), 4000),
    "question title": (lambda n: question(title="x" * n), 100),
    "question text": (lambda n: question(text="x" * n), 300),
    "question yes": (lambda n: question(confirm="x" * n), 30),
    "question no": (lambda n: question(deny="x" * n), 30),
    "options": (lambda n: menu(options(n)), 100),
    "option value": (lambda n: menu([Option(text="x", value="x" * n)]), 150),
    "option label": (lambda n: menu([Option(text="x" * n, value="x")]), 75),
    "overflow": (lambda n: ActionsBlock(elements=[OverflowMenuElement(action_id="a", options=options(n))]), 5),
    "group label": (lambda n: group("x" * n), 75),
    "field label": (lambda n: field(label="x" * n), 2000),
    "field hint": (lambda n: field(hint="x" * n), 2000),
    "placeholder": (lambda n: field(element=PlainTextInputElement(action_id="a", placeholder="x" * n)), 150),
}


def group(label: str) -> Any:
    groups = [OptionGroup(label=label, options=options(1))]
    return ActionsBlock(elements=[StaticSelectElement(placeholder="p", action_id="a", option_groups=groups)])


@pytest.mark.parametrize("what", AT_THE_LIMIT)
def test_workspace_and_sdk_draw_the_same_line(what: str) -> None:
    build, limit = AT_THE_LIMIT[what]
    assert check_blocks([build(limit).to_dict()]) == []
    with pytest.raises(SlackObjectFormationError):
        build(limit + 1).to_dict()
    beyond = {**plain_dict(build(limit + 1))}
    assert check_blocks([beyond]) != []


def plain_dict(model: Any) -> Any:
    """What the model would have sent, had it not refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("slack_sdk.models.basic_objects.JsonObject.validate_json", lambda _: None)
        built: dict[str, Any] = model.to_dict()
    return built
