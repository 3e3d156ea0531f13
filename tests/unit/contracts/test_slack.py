"""Whether it was Slack, and what was clicked. Hostile headers are no exception to anything: they do not verify."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.contracts.slack import check_signature, parse_click
from sallyport.domain.cards import block_id, form_origin
from sallyport.domain.clicks import Account, Click, Look
from sallyport.domain.refusals import BadSignature, MalformedRequest
from sallyport.domain.requests import CardRef
from tests.support.slack import APP, CHANNEL, SIGNING_SECRET, TEAM, click_payload, form, signature
from tests.support.story import refused

NOW = 1_762_077_600
STAMP = str(NOW)
BODY = b"payload=%7B%7D"
REQUEST_ID = "req-0123456789abcdef01234567"
PAYLOAD = click_payload(
    user="UPETRA0003",
    action_id="approve",
    block_id=block_id("aa" * 32, "bb" * 32),
    request_id=REQUEST_ID,
    message="1762077600.000001",
)


def check(timestamp: str = STAMP, signed: str | None = None, body: bytes = BODY, secret: str = SIGNING_SECRET) -> None:
    check_signature(body, timestamp, signature(BODY, STAMP) if signed is None else signed, secret, NOW)


def test_slacks_own_example_verifies() -> None:
    """From docs.slack.dev, "Verifying requests from Slack"."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    check_signature(body, "1531420618", expected, "8f742231b10e8888abcd99yyyzzz85a5", 1531420618)


@pytest.mark.parametrize("late", [-300, 0, 300])
def test_five_minutes_either_side_are_fresh(late: int) -> None:
    check_signature(BODY, STAMP, signature(BODY, STAMP), SIGNING_SECRET, NOW + late)


@pytest.mark.parametrize("late", [-301, 301, 86400])
def test_anything_older_or_from_the_future_is_stale(late: int) -> None:
    with refused("bad_signature"):
        check_signature(BODY, STAMP, signature(BODY, STAMP), SIGNING_SECRET, NOW + late)


@pytest.mark.parametrize(
    "timestamp", ["", " ", "abc", "1e9", "-1", "+1762077600", "1762077600.0", "١٧٦٢", "1" * 400, "0x10", "1_762", "\n"]
)
def test_a_timestamp_that_is_no_integer_does_not_verify(timestamp: str) -> None:
    with refused("bad_signature"):
        check(timestamp, signature(BODY, timestamp))


GOOD = signature(BODY, STAMP)


@pytest.mark.parametrize(
    "signed",
    ["", "v0=", GOOD[:-1], GOOD.upper(), GOOD[3:], GOOD.replace("v0", "v1"), GOOD + "0", "v0=ü", "\ud800", GOOD + "\n"],
)
def test_a_signature_that_differs_in_anything_does_not_verify(signed: str) -> None:
    with refused("bad_signature"):
        check(signed=signed)


def test_another_body_another_secret_or_none_do_not_verify() -> None:
    with refused("bad_signature"):
        check(body=BODY + b" ")
    with refused("bad_signature"):
        check(secret="another")
    with refused("bad_signature"):
        check(signed=signature(BODY, STAMP, ""), secret="")


@given(st.text(), st.text(), st.binary(max_size=40))
def test_no_header_raises_anything_but_a_refusal(timestamp: str, signed: str, body: bytes) -> None:
    with pytest.raises(BadSignature):
        check_signature(body, timestamp, signed, SIGNING_SECRET, NOW)


def test_a_click_is_ids_alone() -> None:
    click = parse_click(form(PAYLOAD))
    assert isinstance(click, Click)
    assert click.account == Account("UPETRA0003", TEAM, APP, TEAM)
    assert (click.card.channel, click.card.message) == (CHANNEL, "1762077600.000001")
    assert (click.choice, click.request_id) == ("approve", REQUEST_ID)
    assert (click.action_digest, click.presented_digest) == ("aa" * 32, "bb" * 32)


ORGANISATION: dict[str, Any] = {
    "team": None,
    "enterprise": {"id": "E0SALLYPRT", "name": "Sallyport"},
    "is_enterprise_install": True,
}


@pytest.mark.parametrize("team", [None, {"id": "T0ONEOFTHEM", "enterprise_id": "E0SALLYPRT"}])
@pytest.mark.parametrize("user_team", [{}, {"team_id": "T0ONEOFTHEM"}, {"team_id": "E0SALLYPRT"}])
def test_a_click_in_an_organisation_names_the_organisation(team: object, user_team: dict[str, str]) -> None:
    payload = {**PAYLOAD, **ORGANISATION, "team": team, "user": {"id": "UPETRA0003", **user_team}}
    click = parse_click(form(payload))
    assert isinstance(click, Click)
    assert click.account == Account("UPETRA0003", "E0SALLYPRT", APP)


def test_a_workspace_of_an_organisation_that_has_not_installed_the_app_itself_is_a_workspace() -> None:
    click = parse_click(form({**PAYLOAD, "enterprise": {"id": "E0SALLYPRT", "name": "Sallyport"}}))
    assert isinstance(click, Click)
    assert click.account == Account("UPETRA0003", TEAM, APP, TEAM)


def action(**changes: object) -> dict[str, Any]:
    return {**PAYLOAD, "actions": [{**PAYLOAD["actions"][0], **changes}]}


def turning(**changes: object) -> dict[str, Any]:
    """Next in the details that are open."""
    view = {"id": "V0123", "private_metadata": json.dumps({"request_id": REQUEST_ID})}
    payload = action(action_id="details_on", value="2")
    return {**payload, "container": {"type": "view", "view_id": "V0123"}, "view": view, **changes}


def test_the_button_of_an_unexplained_denial_decides_nothing_by_itself() -> None:
    said = parse_click(form(action(action_id="explain")))
    assert isinstance(said, Click)
    assert (said.explain, said.filled, said.trigger) == (True, False, "1.2.3")


def test_details_are_opened_from_a_card_and_turned_where_they_are() -> None:
    opened = parse_click(form(action(action_id="details")))
    assert isinstance(opened, Look)
    assert opened.card is not None
    assert (opened.card.channel, opened.trigger, opened.opened, opened.page) == (CHANNEL, "1.2.3", "", 0)
    turned = parse_click(form(turning()))
    assert isinstance(turned, Look)
    assert (turned.card, turned.trigger, turned.opened, turned.page) == (None, "", "V0123", 2)
    for look in (opened, turned):
        assert (look.account.user_id, look.request_id, look.presented_digest) == ("UPETRA0003", REQUEST_ID, "bb" * 32)


@pytest.mark.parametrize(
    "payload",
    [
        turning(view=None),
        turning(view={"id": "V1", "private_metadata": "no JSON"}),
        turning(view={"id": "V1", "private_metadata": "[]"}),
        turning(view={"id": "V1", "private_metadata": '{"request_id": "req-1"}'}),
        turning(view={"id": "../x", "private_metadata": json.dumps({"request_id": REQUEST_ID})}),
        {**turning(), "actions": [{**PAYLOAD["actions"][0], "action_id": "details_on", "value": "-1"}]},
        {**turning(), "actions": [{**PAYLOAD["actions"][0], "action_id": "details_on", "value": 2}]},
        {**action(action_id="details"), "trigger_id": None},
        {**action(action_id="details"), "trigger_id": "1.2.3 "},
    ],
)
def test_details_asked_for_in_another_form_are_malformed(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parse_click(form(payload))


@pytest.mark.parametrize(
    "payload",
    [
        {**PAYLOAD, "type": "view_closed"},
        {**PAYLOAD, "type": "a type of tomorrow"},
        {"type": "view_submission", "view": {"callback_id": "details"}},
        {**PAYLOAD, "actions": []},
        {**PAYLOAD, "actions": PAYLOAD["actions"] * 2},
        {**PAYLOAD, "actions": [{**PAYLOAD["actions"][0], "action_id": "open_link"}]},
    ],
)
def test_what_is_no_press_of_our_buttons_is_nothing(payload: dict[str, Any]) -> None:
    assert parse_click(form(payload)) is None


@pytest.mark.parametrize(
    "payload",
    [
        [],
        "text",
        None,
        {},
        {"type": "block_actions"},
        {**PAYLOAD, "user": None},
        {**PAYLOAD, "user": {"id": "U1"}},
        {**PAYLOAD, "user": {"id": "U1\n", "team_id": TEAM}},
        {**PAYLOAD, "user": {"id": ["U1"], "team_id": TEAM}},
        {**PAYLOAD, "team": None},
        {**PAYLOAD, "team": None, "enterprise": {"id": "E0SALLYPRT"}},
        {**PAYLOAD, "is_enterprise_install": True},
        {**PAYLOAD, "is_enterprise_install": True, "enterprise": {"name": "Sallyport"}},
        {**PAYLOAD, "is_enterprise_install": "true", "enterprise": {"id": "E0SALLYPRT"}},
        {**PAYLOAD, "api_app_id": 5},
        {**PAYLOAD, "container": {}},
        {**PAYLOAD, "actions": {"0": 1}},
        action(value="req-1"),
        action(value=None),
        action(value=REQUEST_ID + "\n"),
        action(block_id="other"),
        action(block_id=None),
        action(block_id="sallyport:a:b:c"),
        action(block_id="sallyport:\ud800:b"),
    ],
)
def test_a_payload_of_another_shape_is_malformed(payload: object) -> None:
    with refused("malformed_request"):
        parse_click(form(payload))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"payload",
        b"payload=",
        b"payload=%FF",
        b"other=1",
        urlencode({"payload": "[" * 100_000}).encode(),
        b"&".join(b"a%d=1" % n for n in range(50)),
    ],
)
def test_a_body_of_another_shape_is_malformed(body: bytes) -> None:
    with refused("malformed_request"):
        parse_click(body)


@given(st.binary(max_size=100))
def test_no_body_raises_anything_but_malformed(body: bytes) -> None:
    with suppress(MalformedRequest):
        assert parse_click(body) is None


def filled(callback: str = "explain_denial", reason: object = " Too wide ", **changes: object) -> dict[str, Any]:
    """A form of a card, sent."""
    view = {
        "id": "V0123",
        "callback_id": callback,
        "private_metadata": form_origin(REQUEST_ID, block_id("aa" * 32, "bb" * 32), CardRef(CHANNEL, "1.000001")),
        "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": reason}}}},
    }
    payload = {name: value for name, value in PAYLOAD.items() if name not in ("actions", "container", "channel")}
    return {**payload, "type": "view_submission", "view": view | changes}


@pytest.mark.parametrize(("callback", "choice"), [("explain_denial", "deny"), ("confirm_approval", "approve")])
def test_a_form_is_about_the_card_that_it_opened_from(callback: str, choice: str) -> None:
    said = parse_click(form(filled(callback)))
    assert isinstance(said, Click)
    assert (said.filled, said.choice, said.reason) == (True, choice, "Too wide")
    assert (said.account, said.request_id) == (Account("UPETRA0003", TEAM, APP, TEAM), REQUEST_ID)
    assert (said.action_digest, said.presented_digest) == ("aa" * 32, "bb" * 32)
    assert (said.card.channel, said.card.message) == (CHANNEL, "1.000001")
    assert "Too wide" not in repr(said)


def test_a_form_in_an_organisation_names_the_organisation() -> None:
    said = parse_click(form({**filled(), **ORGANISATION}))
    assert isinstance(said, Click)
    assert said.account == Account("UPETRA0003", "E0SALLYPRT", APP)


@pytest.mark.parametrize("reason", [None, "", " \n\t "])
def test_a_form_sent_empty_gives_no_reason(reason: str | None) -> None:
    said = parse_click(form(filled(reason=reason)))
    assert isinstance(said, Click)
    assert said.reason is None


@pytest.mark.parametrize(
    "payload",
    [
        filled(reason=5),
        filled(reason="x" * 3001),
        filled(reason="\ud800"),
        filled(state={"values": {}}),
        filled(state=None),
        filled(private_metadata="{}"),
        filled(private_metadata=json.dumps({"request_id": REQUEST_ID, "card": ["sallyport:a:b", "C1"]})),
        filled(private_metadata=json.dumps({"request_id": REQUEST_ID, "card": ["other:a:b", "C1", "1.1"]})),
        filled(private_metadata=json.dumps({"request_id": "req-1", "card": ["sallyport:a:b", "C1", "1.1"]})),
        filled(private_metadata=json.dumps({"request_id": REQUEST_ID, "card": ["sallyport:a:b", "../", "1.1"]})),
        {**filled(), "user": None},
        {**filled(), "view": None},
    ],
)
def test_a_form_of_another_shape_is_malformed(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parse_click(form(payload))


@pytest.mark.parametrize("trigger", [None, "", 5, "1.2.3 ", "x" * 200])
def test_a_decision_is_one_whether_or_not_a_form_can_be_opened(trigger: object) -> None:
    said = parse_click(form({**action(action_id="deny"), "trigger_id": trigger}))
    assert isinstance(said, Click)
    assert (said.choice, said.trigger, said.filled) == ("deny", "", False)


def test_what_slack_echoes_of_the_message_is_not_read() -> None:
    deceitful = {**PAYLOAD, "message": {"text": "something else", "blocks": [json.dumps(PAYLOAD)]}}
    assert parse_click(form(deceitful)) == parse_click(form(PAYLOAD))
