"""What an interactive element may hold. Lengths are characters; the source is Slack's Block Kit reference.

slack_sdk's model classes check the lengths of what they build, but neither required nor unknown fields nor plain
dictionaries, so the limits are listed here.
"""

from local_slack.blockkit.rules import PLAIN, ByType, Flag, Items, Rule, Shape, String, Text, Whole

TYPE = String(40)
ID = String(255)
URL = String(3000, pattern=r"[a-zA-Z][a-zA-Z0-9+.-]*:.+")
STYLE = String(10, choices=("primary", "danger"))
DATE = String(10, pattern=r"\d{4}-\d{2}-\d{2}")
TIME = String(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")

CONFIRM = Shape(
    {
        "title": Text(100, PLAIN),
        "text": Text(300),
        "confirm": Text(30, PLAIN),
        "deny": Text(30, PLAIN),
        "style": STYLE,
    },
    ("title", "text", "confirm", "deny"),
)
OPTION = Shape(
    {"text": Text(75), "value": String(150), "description": Text(75), "url": URL},
    ("text", "value"),
)
# Menus show no formatting, so their options are plain text.
MENU_OPTION = Shape(
    {"text": Text(75, PLAIN), "value": String(150), "description": Text(75, PLAIN), "url": URL},
    ("text", "value"),
)
OPTION_GROUP = Shape({"label": Text(75, PLAIN), "options": Items(MENU_OPTION, 100)}, ("label", "options"))
DISPATCH = Shape(
    {"trigger_actions_on": Items(String(30, choices=("on_enter_pressed", "on_character_entered")), 2)},
)


def _input(required: tuple[str, ...] = (), **fields: Rule) -> Shape:
    common: dict[str, Rule] = {
        "type": TYPE,
        "action_id": ID,
        "focus_on_load": Flag(),
        "placeholder": Text(150, PLAIN),
        "confirm": CONFIRM,
    }
    return Shape(common | fields, ("type", *required))


BUTTON = Shape(
    {
        "type": TYPE,
        "action_id": ID,
        "text": Text(75, PLAIN),
        "url": URL,
        "value": String(2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": String(75),
        "visible_to_user_ids": Items(ID, 100),
        "agent_prompt": String(4000),
        "agent_prompt_display": String(4000),
    },
    ("type", "text"),
)
IMAGE = Shape({"type": TYPE, "image_url": URL, "alt_text": String(2000)}, ("type", "image_url", "alt_text"))
STATIC_SELECT = _input(
    options=Items(MENU_OPTION, 100), option_groups=Items(OPTION_GROUP, 100), initial_option=MENU_OPTION
)
MULTI_STATIC_SELECT = _input(
    options=Items(MENU_OPTION, 100),
    option_groups=Items(OPTION_GROUP, 100),
    initial_options=Items(MENU_OPTION, 100),
    max_selected_items=Whole(1, 100),
)
CHECKBOXES = _input(("options",), options=Items(OPTION, 10), initial_options=Items(OPTION, 10))
RADIO_BUTTONS = _input(("options",), options=Items(OPTION, 10), initial_option=OPTION)
OVERFLOW = Shape(
    {"type": TYPE, "action_id": ID, "options": Items(MENU_OPTION, 5), "confirm": CONFIRM}, ("type", "options")
)
USERS_SELECT = _input(initial_user=ID)
DATEPICKER = _input(initial_date=DATE)
TIMEPICKER = _input(initial_time=TIME, timezone=String(100))

PLAIN_TEXT_INPUT = Shape(
    {
        "type": TYPE,
        "action_id": ID,
        "placeholder": Text(150, PLAIN),
        "initial_value": String(3000),
        "multiline": Flag(),
        "min_length": Whole(0, 3000),
        "max_length": Whole(1, 3000),
        "focus_on_load": Flag(),
        "dispatch_action_config": DISPATCH,
    },
    ("type",),
)
NUMBER_INPUT = Shape(
    {
        "type": TYPE,
        "action_id": ID,
        "is_decimal_allowed": Flag(),
        "initial_value": String(50),
        "min_value": String(50),
        "max_value": String(50),
        "placeholder": Text(150, PLAIN),
        "focus_on_load": Flag(),
        "dispatch_action_config": DISPATCH,
    },
    ("type", "is_decimal_allowed"),
)

_PICKS = {
    "static_select": STATIC_SELECT,
    "multi_static_select": MULTI_STATIC_SELECT,
    "checkboxes": CHECKBOXES,
    "radio_buttons": RADIO_BUTTONS,
    "users_select": USERS_SELECT,
    "datepicker": DATEPICKER,
    "timepicker": TIMEPICKER,
}
# A multi-select is for sections and inputs only.
IN_ACTIONS = ByType(
    {"button": BUTTON, "overflow": OVERFLOW} | {k: v for k, v in _PICKS.items() if k != "multi_static_select"}
)
IN_SECTION = ByType({"button": BUTTON, "overflow": OVERFLOW, "image": IMAGE} | _PICKS)
IN_INPUT = ByType({"plain_text_input": PLAIN_TEXT_INPUT, "number_input": NUMBER_INPUT} | _PICKS)
