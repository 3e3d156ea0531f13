"""One of each kind of block and element, built by Slack's own SDK with everything that it can say."""

from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    ConfirmObject,
    ContextBlock,
    DatePickerElement,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    ImageElement,
    InputBlock,
    MarkdownBlock,
    MarkdownTextObject,
    NumberInputElement,
    Option,
    OptionGroup,
    OverflowMenuElement,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    RichTextBlock,
    RichTextListElement,
    RichTextPreformattedElement,
    RichTextQuoteElement,
    RichTextSectionElement,
    SectionBlock,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.models.blocks.block_elements import InteractiveElement, RichTextElementParts

from tests.slack_workspace import CHANNEL, PETRA

PICTURE = "https://pictures.example/one.png"
ONE, TWO = Option(text="One", value="1"), Option(text="Two", value="2")
SURE = ConfirmObject(title="Sure?", text="Really sure?", confirm="Yes", deny="No", style="danger")
_PIECES: list[Any] = [
    RichTextElementParts.Text(text="words", style=RichTextElementParts.TextStyle(bold=True, code=True)),
    RichTextElementParts.Link(url="https://example.com/", text="a link"),
    RichTextElementParts.Emoji(name="lock"),
    RichTextElementParts.User(user_id=PETRA),
    RichTextElementParts.Channel(channel_id=CHANNEL),
    RichTextElementParts.UserGroup(usergroup_id="SAPPROVERS"),
    RichTextElementParts.Broadcast(range="here"),
    RichTextElementParts.Date(timestamp=1_795_000_000, format="{date_long}"),
    RichTextElementParts.Color(value="#14302e"),
]


def elements() -> list[InteractiveElement]:
    """Every element that an actions block takes."""
    return [
        ButtonElement(
            text="Go",
            action_id="button",
            value="1",
            url="https://example.com/",
            style="primary",
            confirm=SURE,
            accessibility_label="Go on",
            agent_prompt="Explain this",
            agent_prompt_display="Explain",
            visible_to_user_ids=[PETRA],
        ),
        StaticSelectElement(placeholder="Pick", action_id="menu", options=[ONE, TWO], initial_option=ONE),
        OverflowMenuElement(action_id="overflow", options=[ONE, TWO]),
        CheckboxesElement(action_id="boxes", options=[ONE, TWO], initial_options=[TWO]),
        RadioButtonsElement(action_id="radio", options=[ONE, TWO], initial_option=TWO),
        UserSelectElement(action_id="person", placeholder="Who", initial_user=PETRA),
        DatePickerElement(action_id="date", placeholder="When", initial_date="2026-11-25"),
        TimePickerElement(action_id="time", placeholder="When", initial_time="16:30", timezone="Europe/Berlin"),
    ]


def fields() -> list[InputBlock]:
    """Every field of a form, in a block whose id is `field-` and its action id."""
    grouped = [OptionGroup(label="Numbers", options=[ONE, TWO])]
    several: list[Any] = [
        *(element for element in elements() if element.type not in ("button", "overflow")),
        StaticMultiSelectElement(placeholder="Some", action_id="some", option_groups=grouped, max_selected_items=2),
        PlainTextInputElement(
            action_id="words",
            placeholder="Words",
            initial_value="why",
            multiline=True,
            min_length=1,
            max_length=100,
            focus_on_load=True,
            dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_enter_pressed"]),
        ),
        NumberInputElement(action_id="number", is_decimal_allowed=False, initial_value="3", min_value="1"),
    ]
    return [
        InputBlock(
            label=f"Field {element.action_id}",
            element=element,
            hint="Some help",
            optional=True,
            dispatch_action=False,
            block_id=f"field-{element.action_id}",
        )
        for element in several
    ]


def blocks() -> list[Block]:
    """Every block of a message but fields and markdown, which some surfaces do not have."""
    bullets = [RichTextSectionElement(elements=_PIECES[:1])]
    rich = [
        RichTextSectionElement(elements=_PIECES),
        RichTextPreformattedElement(elements=_PIECES[:2], border=0),
        RichTextQuoteElement(elements=_PIECES[:1]),
        RichTextListElement(elements=bullets, style="bullet", indent=1, border=0),
    ]
    picture = ImageElement(image_url=PICTURE, alt_text="one")
    return [
        HeaderBlock(text="Header", block_id="header"),
        SectionBlock(text=MarkdownTextObject(text="*bold*", verbatim=True), accessory=picture, expand=True),
        SectionBlock(fields=[PlainTextObject(text="name", emoji=False), MarkdownTextObject(text="value")]),
        DividerBlock(),
        ContextBlock(elements=[picture, PlainTextObject(text="small")]),
        ActionsBlock(elements=list(elements()), block_id="actions"),
        ImageBlock(image_url=PICTURE, alt_text="one", title="A picture"),
        RichTextBlock(elements=rich),
    ]


def as_json(*several: Block) -> list[dict[str, Any]]:
    return [block.to_dict() for block in several]


def message() -> list[dict[str, Any]]:
    return as_json(*blocks(), MarkdownBlock(text="# Markdown"))


def form() -> dict[str, Any]:
    """A modal with every block and every field."""
    titles = {name: PlainTextObject(text=name.title()).to_dict() for name in ("title", "submit", "close")}
    return {"type": "modal", "blocks": as_json(*blocks(), *fields()), **titles}
