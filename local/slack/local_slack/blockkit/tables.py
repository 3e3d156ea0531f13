"""What a block, a message and a view may hold. Lengths are characters; the source is Slack's Block Kit reference."""

from local_slack.blockkit.elements import ID, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, TYPE, URL
from local_slack.blockkit.rules import PLAIN, ByType, Flag, Items, Rule, Shape, String, Text, Whole

_STYLE = Shape(
    {name: Flag() for name in ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight")}
)
# Any length, because the whole message is measured instead.
_RUN = String(40_000)
_RICH_PIECES = ByType(
    {
        "text": Shape({"type": TYPE, "text": _RUN, "style": _STYLE}, ("type", "text")),
        "link": Shape({"type": TYPE, "url": URL, "text": _RUN, "unsafe": Flag(), "style": _STYLE}, ("type", "url")),
        "emoji": Shape({"type": TYPE, "name": ID, "unicode": ID, "skin_tone": Whole(1, 6)}, ("type", "name")),
        "user": Shape({"type": TYPE, "user_id": ID, "style": _STYLE}, ("type", "user_id")),
        "usergroup": Shape({"type": TYPE, "usergroup_id": ID, "style": _STYLE}, ("type", "usergroup_id")),
        "channel": Shape({"type": TYPE, "channel_id": ID, "style": _STYLE}, ("type", "channel_id")),
        "broadcast": Shape(
            {"type": TYPE, "range": String(10, choices=("here", "channel", "everyone")), "style": _STYLE},
            ("type", "range"),
        ),
        "color": Shape({"type": TYPE, "value": ID}, ("type", "value")),
        "date": Shape(
            {"type": TYPE, "timestamp": Whole(0, 2**53), "format": ID, "url": URL, "fallback": _RUN},
            ("type", "timestamp", "format"),
        ),
    }
)
_PIECES = Items(_RICH_PIECES, 1000, least=0)
_RICH_SECTION = Shape({"type": TYPE, "elements": _PIECES}, ("type", "elements"))
_RICH_BORDERED = Shape({"type": TYPE, "elements": _PIECES, "border": Whole(0, 1)}, ("type", "elements"))
_RICH_LIST = Shape(
    {
        "type": TYPE,
        "elements": Items(ByType({"rich_text_section": _RICH_SECTION}), 1000),
        "style": String(10, choices=("bullet", "ordered")),
        "indent": Whole(0, 8),
        "offset": Whole(0, 10_000),
        "border": Whole(0, 1),
    },
    ("type", "elements", "style"),
)
_RICH_PARTS = ByType(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_preformatted": Shape(
            {"type": TYPE, "elements": _PIECES, "border": Whole(0, 1), "language": ID}, ("type", "elements")
        ),
        "rich_text_quote": _RICH_BORDERED,
        "rich_text_list": _RICH_LIST,
    }
)


def _block(required: tuple[str, ...] = (), **fields: Rule) -> Shape:
    common: dict[str, Rule] = {"type": TYPE, "block_id": ID}
    return Shape(common | fields, ("type", *required))


_CONTEXT_ELEMENTS = ByType(
    {
        "image": IMAGE,
        "plain_text": Shape({"type": TYPE, "text": String(3000), "emoji": Flag()}, ("type", "text")),
        "mrkdwn": Shape({"type": TYPE, "text": String(3000), "verbatim": Flag()}, ("type", "text")),
    }
)
_EVERYWHERE = {
    "section": _block(text=Text(3000), fields=Items(Text(2000), 10), accessory=IN_SECTION, expand=Flag()),
    "header": _block(("text",), text=Text(150, PLAIN), level=Whole(1, 4)),
    "divider": _block(),
    "context": _block(("elements",), elements=Items(_CONTEXT_ELEMENTS, 10)),
    "actions": _block(("elements",), elements=Items(IN_ACTIONS, 25)),
    "image": _block(("image_url", "alt_text"), image_url=URL, alt_text=String(2000), title=Text(2000, PLAIN)),
    "rich_text": _block(("elements",), elements=Items(_RICH_PARTS, 1000, least=0)),
    "input": _block(
        ("label", "element"),
        label=Text(2000, PLAIN),
        element=IN_INPUT,
        hint=Text(2000, PLAIN),
        optional=Flag(),
        dispatch_action=Flag(),
    ),
}
_MARKDOWN = _block(("text",), text=String(12_000))

MESSAGE_BLOCKS = Items(ByType(_EVERYWHERE | {"markdown": _MARKDOWN}), 50, least=0)
MODAL = Shape(
    {
        "type": String(5, choices=("modal",)),
        "title": Text(24, PLAIN),
        "submit": Text(24, PLAIN),
        "close": Text(24, PLAIN),
        "blocks": Items(ByType(_EVERYWHERE), 100, least=0),
        "private_metadata": String(3000, shortest=0),
        "callback_id": String(255, shortest=0),
        "external_id": String(255, shortest=0),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
    ("type", "title", "blocks"),
)
HOME = Shape(
    {
        "type": String(4, choices=("home",)),
        "blocks": Items(ByType(_EVERYWHERE), 100, least=0),
        "private_metadata": String(3000, shortest=0),
        "callback_id": String(255, shortest=0),
        "external_id": String(255, shortest=0),
    },
    ("type", "blocks"),
)
# The Web API counts the text of all blocks of a message together and refuses too much with msg_blocks_too_long.
# Slack publishes no number. Developers measured refusals from about 11,300 characters of text with many blocks up to
# 13,300 with one (bolt-js issues 2509 and 2867); 12,000 with a charge per block stays on the safe side of these.
MESSAGE_TEXT_LIMIT = 12_000
WEIGHT_PER_BLOCK = 40
