"""What Block Kit refuses: each case stands one step behind a limit that is accepted."""

import copy
from typing import Any

import pytest

from local_slack.blockkit import check_blocks, check_view, normalise_blocks, text_weight
from tests.slack_workspace import button, card, modal, mrkdwn, plain


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> list[dict[str, Any]]:
    return [button("Go", f"go-{at}") for at in range(count)]


def confirm(**changes: Any) -> dict[str, Any]:
    return {"title": plain("T"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")} | changes


def menu(**fields: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "menu", **fields}


def option(label: str = "One", value: str = "1") -> dict[str, Any]:
    return {"text": plain(label), "value": value}


ACCEPTED_AT_THE_LIMIT: dict[str, list[dict[str, Any]]] = {
    "section text": [section("x" * 3000)],
    "header": [{"type": "header", "text": plain("x" * 150)}],
    "fields": [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 2}],
    "ten fields": [{"type": "section", "fields": [plain("x")] * 10}],
    "context": [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    "actions": [actions(*buttons(25))],
    "button text": [actions(button("x" * 75, "a"))],
    "button value": [actions(button("x", "a", value="x" * 2000))],
    "button url": [actions(button("x", "a", url="https://" + "x" * 2992))],
    "ids": [actions(button("x", "a" * 255)) | {"block_id": "b" * 255}],
    "confirm": [
        actions(
            button(
                "x",
                "a",
                confirm=confirm(
                    title=plain("x" * 100), text=plain("x" * 300), confirm=plain("x" * 30), deny=plain("x" * 30)
                ),
            )
        )
    ],
    "options": [actions(menu(options=[option("x" * 75, "x" * 150)]))],
    "fifty blocks": [{"type": "divider"}] * 50,
    "a card": card(),
    "rich text": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "<!channel>"}]}],
        }
    ],
}

REFUSED: dict[str, tuple[list[Any], str]] = {
    "section text": ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    "empty text": ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    "header": (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "mrkdwn in a header": (
        [{"type": "header", "text": mrkdwn("x")}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "field": (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    "eleven fields": (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "empty section": ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    "context": (
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "actions": ([actions(*buttons(26))], "no more than 25 items allowed [json-pointer:/blocks/0/elements]"),
    "no actions": ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    "button text": (
        [actions(button("x" * 76, "a"))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "button mrkdwn": (
        [actions(button("x", "a") | {"text": mrkdwn("x")})],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    "button value": (
        [actions(button("x", "a", value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "button url": (
        [actions(button("x", "a", url="https://" + "x" * 2993))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    "style": (
        [actions(button("x", "a", style="green"))],
        "must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    "action id": (
        [actions(button("x", "a" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    "block id": (
        [section("x") | {"block_id": "b" * 256}],
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    "same block id": (
        [section("x") | {"block_id": "b"}, section("y") | {"block_id": "b"}],
        "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
    ),
    "same action id": (
        [actions(button("x", "a"), button("y", "a"))],
        "`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "confirm title": (
        [actions(button("x", "a", confirm=confirm(title=plain("x" * 101))))],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    "confirm text": (
        [actions(button("x", "a", confirm=confirm(text=mrkdwn("x" * 301))))],
        "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
    ),
    "confirm button": (
        [actions(button("x", "a", confirm=confirm(confirm=plain("x" * 31))))],
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
    ),
    "confirm without deny": (
        [actions(button("x", "a", confirm={k: v for k, v in confirm().items() if k != "deny"}))],
        "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "option label": (
        [actions(menu(options=[option("x" * 76)]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    "option value": (
        [actions(menu(options=[option(value="x" * 151)]))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "menu without options": (
        [actions(menu())],
        "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    "foreign initial option": (
        [actions(menu(options=[option()], initial_option=option("Two", "2")))],
        "initial options must match one of the options exactly [json-pointer:/blocks/0/elements/0]",
    ),
    "fifty-one blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "unknown block": ([{"type": "approval"}], "unsupported type: approval [json-pointer:/blocks/0/type]"),
    "unknown element": (
        [actions({"type": "lever", "action_id": "a"})],
        "unsupported type: lever [json-pointer:/blocks/0/elements/0/type]",
    ),
    "no type": ([{"text": plain("x")}], "missing required field: type [json-pointer:/blocks/0]"),
    "extra property": (
        [actions(button("x", "a", disabled=True))],
        "invalid additional property: disabled [json-pointer:/blocks/0/elements/0]",
    ),
    "text as a string": (
        [{"type": "section", "text": "hello"}],
        "must provide an object [json-pointer:/blocks/0/text]",
    ),
    "a number for text": ([section("x") | {"block_id": 7}], "must provide a string [json-pointer:/blocks/0/block_id]"),
    "input element in actions": (
        [actions({"type": "plain_text_input", "action_id": "a"})],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "not a block": (["divider"], "must provide an object [json-pointer:/blocks/0]"),
}


@pytest.mark.parametrize("blocks", ACCEPTED_AT_THE_LIMIT.values(), ids=ACCEPTED_AT_THE_LIMIT.keys())
def test_blocks_at_the_limit_are_accepted(blocks: list[dict[str, Any]]) -> None:
    assert [str(problem) for problem in check_blocks(blocks)] == []


@pytest.mark.parametrize(("blocks", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_blocks_past_the_limit_are_refused_with_the_place(blocks: list[Any], message: str) -> None:
    assert [str(problem) for problem in check_blocks(blocks)] == [message]


def test_every_problem_is_told_not_only_the_first() -> None:
    blocks = [section("x" * 3001), {"type": "header", "text": plain("x" * 151)}]
    assert len(check_blocks(blocks)) == 2


REFUSED_VIEWS: dict[str, tuple[dict[str, Any], str]] = {
    "title": (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    "submit": (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    "metadata": (
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    "callback id": (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    "blocks": (
        modal(blocks=[{"type": "divider"}] * 101),
        "no more than 100 items allowed [json-pointer:/view/blocks]",
    ),
    "type": (modal(type="window"), "must be less than 6 characters [json-pointer:/view/type]"),
    "mrkdwn title": (modal(title=mrkdwn("x")), "unsupported type: mrkdwn [json-pointer:/view/title/type]"),
}


@pytest.mark.parametrize(("view", "message"), REFUSED_VIEWS.values(), ids=REFUSED_VIEWS.keys())
def test_modals_past_the_limit_are_refused(view: dict[str, Any], message: str) -> None:
    assert check_view(modal()) == []
    assert [str(problem) for problem in check_view(view)] == [message]


def test_a_modal_with_inputs_needs_a_submit_button() -> None:
    view = modal()
    del view["submit"]
    assert [problem.message for problem in check_view(view)] == [
        "missing required field: submit (there are input blocks)"
    ]


def test_a_hundred_blocks_fit_in_a_modal() -> None:
    assert check_view(modal(blocks=[{"type": "divider"}] * 100)) == []


def test_stored_blocks_get_ids_and_defaults_and_leave_the_original_alone() -> None:
    blocks = [section("x"), actions({"type": "button", "text": plain("Go")})]
    before = copy.deepcopy(blocks)
    stored = normalise_blocks(blocks)
    assert blocks == before
    assert stored[0]["text"]["verbatim"] is False
    assert stored[1]["elements"][0]["text"]["emoji"] is True
    assert stored[1]["elements"][0]["action_id"]
    assert stored[0]["block_id"] != stored[1]["block_id"]


def test_weight_counts_the_text_of_every_kind_of_block() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x" * 500}]}],
    }
    assert text_weight([section("x" * 1000), rich]) == 1000 + 500 + 2 * 40
