"""Any request that is accepted has a card that Slack takes, whose first screen holds what it takes to decide."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from local_slack.blockkit import check_blocks, check_view
from sallyport.adapters import slack_text
from sallyport.adapters.slack_card import FIRST_SCREEN, REASON, message_of
from sallyport.adapters.slack_details import details_of, pages_of
from sallyport.adapters.slack_forms import confirmation_of, why_of
from sallyport.domain.channels import Card, Unpresentable
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import CardRef
from sallyport.services import policy
from tests.fakes.ports import FakePorts
from tests.support.blocks import texts
from tests.support.operations import card_for

POLICY = FakePorts().policy
REF = CardRef("C0APPROVAL", "1762077600.000001")
# Masking takes what it takes, and Slack's limits are not about it. `CARD_EXAMPLES=300` looks longer.
SOME = settings(
    max_examples=int(os.environ.get("CARD_EXAMPLES", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# Letters of all widths, escapes, markers and line ends: what makes a text longer than it is, or a line.
_TEXT = st.text(st.sampled_from("aW .\n\u202e\u0430漢[]<>&*`│:\\u{}"), max_size=300)
_LONG = st.builds(lambda text, times: (text * times)[:4000], st.text(min_size=1, max_size=40), st.integers(1, 4000))
REASONS = (_LONG | _TEXT).filter(str.strip)
CONTEXTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXT | _LONG,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(_TEXT, inner, max_size=20),
    max_leaves=20,
)


def parameters(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters that the action's schema takes."""
    return st.fixed_dictionaries(
        {key: _value(schema) for key, schema in POLICY.actions[name].parameters["properties"].items()}
    )


def _value(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema.get("type"):
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case "array":
            sizes = {"min_size": schema["minItems"], "max_size": schema["maxItems"]}
            return st.lists(_value(schema["items"]), unique=True, **sizes)
        case _:
            longest = schema["maxLength"]
            short = st.from_regex(schema["pattern"], fullmatch=True)
            return (short | short.map(lambda text: (text * longest)[:longest])).filter(
                lambda text: len(text) <= longest
            )


def card_or_none(name: str, asked: dict[str, Any]) -> Card | None:
    """The card of an accepted request; None for one that is refused, or that nobody could read."""
    action = POLICY.actions[name]
    try:
        policy.check_parameters(action, asked["parameters"])
        policy.check_scope(action, asked["parameters"], POLICY.masking)
        card = card_for(1, action, {**asked, "on_behalf_of": "quinn.approver", "hides": True}, POLICY)
        pages_of(card)
    except (Refusal, Unpresentable):
        return None
    return card


@pytest.mark.parametrize("name", sorted(POLICY.actions))
def test_slack_takes_any_card_and_its_first_screen_is_enough_to_decide(name: str) -> None:
    seen: list[Card] = []

    @SOME
    @given(parameters=parameters(name), reason=REASONS, context=CONTEXTS)
    def holds(parameters: dict[str, Any], reason: str, context: object) -> None:
        card = card_or_none(name, {"parameters": parameters, "reason": reason, "context": context})
        if card is None:
            return
        seen.append(card)
        message = message_of(card)
        check_message(message)
        check_first_screen(card, message)
        for page in range(len(pages_of(card))):
            check_modal(details_of(card, page))
        for form in (why_of(card, REF), confirmation_of(card, REF, reason_required=True)):
            check_modal(form)
        for later in afterwards(card):
            check_message(message_of(later))

    holds()
    assert seen, "none was accepted"


def afterwards(card: Card) -> Iterator[Card]:
    """The card as it may become, with the longest names that the directory takes."""
    names = tuple("W" * 40 for _ in range(5))
    asked = tuple(f"group-{'w' * 16}-{n}" for n in range(5))
    yield replace(card, quorum=5, approved_by=names[:4], asked=asked)
    yield replace(card, channels=("api",), asked=asked)
    over = replace(card, open=False, asked=asked, notes=(f"Break-glass: approved by {names[0]} alone",) * 2)
    yield replace(over, status="denied", denied_by=names, unexplained=True)
    yield replace(over, status="redeemed", approved_by=names, works_until=card.expires_at)
    yield replace(over, status="failed", code="c" * 40)


def test_a_card_that_was_just_short_enough_can_still_say_who_decided() -> None:
    """The reason and the stub of the context fill it up to the limit; names of forty letters come later."""
    asked = {"cluster": "0", "role": "0", "access_policy": "AmazonEKSViewPolicy", "namespace": "0"}
    for length in range(3900, 4001, 20):
        reason = ("ab cd\u202e " * 600)[:length]
        context = {"\n\u0430": None}
        card = card_or_none("eks.grant_access", {"parameters": asked, "reason": reason, "context": context})
        assert card is not None
        for later in (card, *afterwards(card)):
            check_message(message_of(later))


def check_message(blocks: list[dict[str, Any]]) -> None:
    assert not check_blocks(blocks)
    for block in Block.parse_all(blocks):
        block.validate_json()


def check_modal(view: dict[str, Any]) -> None:
    assert not check_view(view)
    View(**view).validate_json()
    for block in Block.parse_all(view["blocks"]):
        block.validate_json()


def check_first_screen(card: Card, message: list[dict[str, Any]]) -> None:
    kinds = [block["type"] for block in message]
    screen = message[: kinds.index("actions") + 1]
    assert slack_text.rows(screen) <= FIRST_SCREEN
    shown = texts(screen)
    view = card.view.members
    assert shown[0] == view["sentence"]
    assert shown[1].startswith(f"{view['risk'].capitalize()} risk. {view['agent']}, an agent of ")
    assert shown[2].startswith(REASON)
    assert shown[3].strip() or not view["masked"]["reason"].strip("\n")
    assert any(text.startswith("Decide before") for text in shown)
    pressed = {element["action_id"] for element in screen[-1]["elements"]}
    assert pressed == ({"approve"} if "slack" in card.channels else set()) | {"deny", "details"}
    assert ("slack" in card.channels) or any("through the API" in text for text in shown)


def test_rows_are_counted_as_a_reader_sees_them() -> None:
    assert slack_text.rows([slack_text.section("a " * 36)]) == 1
    assert slack_text.rows([slack_text.section("a " * 72)]) == 2
    assert slack_text.rows([slack_text.section("W" * 72)]) == 2
    assert slack_text.rows([slack_text.section("漢" * 72)]) == 2
    assert slack_text.rows([slack_text.section("one\ntwo\n")]) == 3
    assert slack_text.rows(slack_text.labelled([("a", "b"), ("c", "d" * 60)])) == 3
