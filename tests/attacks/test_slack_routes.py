"""Threat 9, where cards go to several channels: a click counts on the request's card and nowhere else, whatever the
payload says about where it was."""

from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.domain.cards import CONFIRM_FORM, REASON, block_id, form_origin
from sallyport.domain.requests import CardRef
from sallyport.domain.routes import Route, RouteRule
from tests.support.attacks import refused_and_written, still_works
from tests.support.house import House
from tests.support.slack import CHANNEL, click_payload, form

SECURITY, DATA = "C0SECURITY", "C0DATA"
TO_SECURITY = RouteRule(Route(SECURITY), group="security")
TO_DATA = RouteRule(Route(DATA), group="data-approvers")


def at(channel: str, message: str) -> dict[str, Any]:
    return {"container": {"type": "message", "channel_id": channel, "message_ts": message, "is_ephemeral": False}}


def card_of(house: House, request_id: str) -> CardRef:
    card = house.request(request_id).card
    assert card is not None
    return card


def sent(house: House, request_id: str, card: CardRef) -> str:
    """What becomes of petra's confirmation, in a form that says it was opened from this card."""
    request = house.request(request_id)
    bound = block_id(request.action_digest, request.presented_digest or "")
    view = {
        "callback_id": CONFIRM_FORM,
        "private_metadata": form_origin(request_id, bound, card),
        "state": {"values": {REASON: {REASON: {"type": "plain_text_input", "value": "In order"}}}},
    }
    click = click_payload(
        user="UPETRA0003", action_id="approve", block_id=bound, request_id=request_id, message=card.message
    )
    assert house.signed(form({**click, "type": "view_submission", "view": view, "nonce": str(card)}))[0] == 200
    outcome: str = house.said()["outcome"]
    return outcome


@pytest.fixture
def moved(house: House) -> Iterator[tuple[str, CardRef, CardRef]]:
    """A request whose card went from the deployment's own channel to security's, and its two cards."""
    with house.timers(1, 600), house.policy(routes=(TO_SECURITY,)):
        request_id = house.asked()
        old = card_of(house, request_id)
        house.until(request_id, lambda r: r.card is not None and r.card.channel == SECURITY)
        house.until(request_id, lambda r: r.task_token is not None and house.quiet())
        yield request_id, old, card_of(house, request_id)


def test_09_a_click_in_another_channel_of_the_routes(house: House) -> None:
    """The clicker may decide, the app is ours and the channel is one that policy names, for other requests."""
    with house.policy(routes=(TO_DATA, TO_SECURITY)):
        request_id = house.asked()
        card = card_of(house, request_id)
        assert card.channel == DATA
        for elsewhere in (SECURITY, CHANNEL, "C0EVIL"):
            assert house.click("petra.approver", request_id, **at(elsewhere, card.message)) == "not_an_approver"
            assert refused_and_written(house, request_id, "not_an_approver", "unknown")
        assert still_works(house, request_id)


def test_09_a_click_on_another_message_of_the_channel(house: House) -> None:
    request_id, other = house.asked(), house.asked(reason="another request")
    message = card_of(house, other).message
    assert house.click("petra.approver", request_id, **at(CHANNEL, message)) == "stale_digest"
    assert refused_and_written(house, request_id, "stale_digest", "petra.approver")
    assert still_works(house, request_id)


def test_09_a_click_on_the_card_that_was_left_behind(house: House, moved: tuple[str, CardRef, CardRef]) -> None:
    request_id, old, new = moved
    assert house.click("petra.approver", request_id, **at(old.channel, old.message)) == "stale_digest"
    assert refused_and_written(house, request_id, "stale_digest", "petra.approver")
    assert house.click("rosa.security", request_id, **at(new.channel, old.message)) == "stale_digest"
    assert still_works(house, request_id)


def test_09_what_the_payload_says_beside_the_container_is_not_believed(
    house: House, moved: tuple[str, CardRef, CardRef]
) -> None:
    """`channel` and `message` are Slack's copies; only the container is read, and it is held against the record."""
    request_id, old, new = moved
    forged: dict[str, Any] = {
        "channel": {"id": new.channel, "name": "security"},
        "message": {"ts": new.message, "type": "message"},
    }
    assert house.click("petra.approver", request_id, **at(old.channel, old.message), **forged) == "stale_digest"
    assert refused_and_written(house, request_id, "stale_digest", "petra.approver")


def test_09_a_form_that_says_it_came_from_another_card(house: House) -> None:
    """The form's hidden member names a card; it is held against the record like a click's."""
    with house.policy(routes=(TO_DATA,)):
        request_id = house.asked()
        for channel, outcome in (("C0EVIL", "not_an_approver"), (DATA, "stale_digest")):
            assert sent(house, request_id, CardRef(channel, "1.1")) == outcome
        assert house.request(request_id).status == "pending"


def test_09_there_is_one_card_with_buttons_wherever_the_request_went(
    house: House, moved: tuple[str, CardRef, CardRef]
) -> None:
    request_id, old, new = moved
    cards = [m for m in house.slack.messages if request_id in str(m.get("metadata"))]
    assert [m["ts"] for m in cards] == [old.message, new.message]
    assert [any(block["type"] == "actions" for block in m["blocks"]) for m in cards] == [False, True]
