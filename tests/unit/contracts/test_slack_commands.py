"""Commands and events are read strictly, after their signature; what is nothing to us has no effect."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sallyport.contracts.slack_commands import parse_slack
from sallyport.domain.clicks import Account, Click
from sallyport.domain.commands import Challenge, Command, HomeOpened, HomeRevoke, Verb
from sallyport.domain.refusals import MalformedRequest
from tests.support.slack import APP, TEAM, click_payload, command_form, event_body, form

USER, ORGANISATION = "UPETRA0003", "E0SALLYPRT"
BLOCK = f"sallyport:{'aa' * 32}:{'bb' * 32}"


def parsed(text: str, **changes: str) -> Command:
    command = parse_slack(command_form(USER, text, **changes))
    assert isinstance(command, Command)
    return command


@pytest.mark.parametrize(
    ("typed", "verb", "rest"),
    [
        ("pending", Verb.PENDING, ""),
        ("  Pending  ", Verb.PENDING, ""),
        ("show req-0123456789abcdef01234567", Verb.SHOW, "req-0123456789abcdef01234567"),
        ("revoke   req-1", Verb.REVOKE, "req-1"),
        ("halt agent:export-bot it copies too much", Verb.HALT, "agent:export-bot it copies too much"),
        ("help", Verb.HELP, ""),
        ("", Verb.HELP, ""),
        ("approve req-1", Verb.HELP, "req-1"),
    ],
)
def test_a_command_is_a_verb_and_what_follows(typed: str, verb: Verb, rest: str) -> None:
    command = parsed(typed)
    assert (command.verb, command.rest) == (verb, rest)
    assert command.account == Account(USER, TEAM, APP)


def test_a_command_in_an_organisation_names_the_organisation() -> None:
    command = parsed("pending", team_id="T0ONEOFTHEM", enterprise_id=ORGANISATION, is_enterprise_install="true")
    assert command.account == Account(USER, ORGANISATION, APP)
    # A workspace of an organisation that has not installed the app itself.
    assert parsed("pending", enterprise_id=ORGANISATION).account == Account(USER, TEAM, APP)


def test_the_name_that_slack_sends_is_not_read() -> None:
    assert parsed("pending", user_name="rosa.security") == parsed("pending", user_name="nobody")


def test_another_apps_command_is_nothing_to_us() -> None:
    assert parse_slack(command_form(USER, "pending", command="/deploy")) is None


@pytest.mark.parametrize(
    "body",
    [
        command_form("UPETRA0003\n", "pending"),
        command_form("", "pending"),
        command_form(USER, "pending", team_id="../T"),
        command_form(USER, "pending", api_app_id=""),
        command_form(USER, "pending", is_enterprise_install="true"),
        command_form(USER, "pending", is_enterprise_install="true", enterprise_id=""),
        command_form(USER, "pending", is_enterprise_install="yes", enterprise_id=ORGANISATION),
        command_form(USER, "pending") + b"&user_id=UR0SA00005",
        command_form(USER, "pending") + b"".join(b"&f%d=1" % n for n in range(40)),
        b"command=%2Fsallyport",
        b"command=%2Fsallyport&text=pending&text=halt",
        b"{",
        b"{}",
        b'{"type": []',
        b"[" * 100_000,
        b"{" + b'"a":{' * 100_000,
        b"\xff\xfe",
        event_body(None, type="url_verification"),
        json.dumps({"type": "url_verification", "challenge": "<script>"}).encode(),
        json.dumps({"type": "url_verification", "challenge": "x" * 300}).encode(),
        json.dumps({"type": "url_verification", "challenge": 5}).encode(),
    ],
)
def test_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_slack(body)


def test_slacks_challenge_is_answered_with_itself() -> None:
    text = "3eZbrw1aBm2rZgRNFdxV2595E9CrxEtlVYdYUgJ4KHGmmPdK7bX6"
    body = json.dumps({"token": "deprecated", "challenge": text, "type": "url_verification"}).encode()
    assert parse_slack(body) == Challenge(text)


UNKNOWN: list[Any] = [{"type": "message", "user": USER, "text": "pending"}, {"type": "tokens_revoked"}]


@pytest.mark.parametrize("event", UNKNOWN)
def test_an_event_that_nobody_asked_for_is_nothing_to_us(event: object) -> None:
    assert parse_slack(event_body(event)) is None


def test_a_click_is_still_a_click() -> None:
    payload = click_payload(
        user=USER, action_id="approve", block_id=BLOCK, request_id=f"req-{'0' * 24}", message="1.000001"
    )
    assert isinstance(parse_slack(form(payload)), Click)


@given(st.binary(max_size=100))
def test_no_body_raises_anything_but_malformed(body: bytes) -> None:
    with suppress(MalformedRequest):
        assert parse_slack(body) is None


@given(
    st.dictionaries(st.sampled_from(["type", "event", "challenge", "team_id"]), st.text() | st.none() | st.integers())
)
def test_no_event_raises_anything_but_malformed(event: dict[str, Any]) -> None:
    with suppress(MalformedRequest):
        parse_slack(json.dumps(event).encode())


OPENED = {"type": "app_home_opened", "user": USER, "channel": "D0123", "tab": "home", "event_ts": "1762077600.000001"}


def test_an_opened_home_is_its_person() -> None:
    assert parse_slack(event_body(OPENED)) == HomeOpened(Account(USER, TEAM, APP))
    assert parse_slack(event_body({**OPENED, "tab": "messages"})) is None


def test_a_home_that_is_opened_in_an_organisation_is_the_organisations() -> None:
    whose = [{"enterprise_id": ORGANISATION, "team_id": None, "is_enterprise_install": True}]
    opened = event_body(OPENED, team_id="T0ONEOFTHEM", enterprise_id=ORGANISATION, authorizations=whose)
    assert parse_slack(opened) == HomeOpened(Account(USER, ORGANISATION, APP))


@pytest.mark.parametrize(
    "body",
    [
        event_body({**OPENED, "user": None}),
        event_body({**OPENED, "user": "U1 "}),
        event_body({"type": "app_home_opened"}),
        event_body(OPENED, team_id=["T1"]),
        event_body(OPENED, api_app_id=None),
        event_body(OPENED, authorizations=[{"is_enterprise_install": True}]),
        event_body(OPENED, authorizations=[{"is_enterprise_install": "no", "enterprise_id": ORGANISATION}]),
        event_body(OPENED, authorizations="E0SALLYPRT"),
        event_body([]),
        event_body("app_home_opened"),
    ],
)
def test_an_opened_home_of_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_slack(body)


def pressed(**changes: Any) -> dict[str, Any]:
    """The Revoke button in a Home: there is no channel and no message."""
    payload = click_payload(
        user=USER, action_id="revoke_grant", block_id="home:x", request_id=f"req-{'0' * 24}", message="1.000001"
    )
    del payload["channel"], payload["message"]
    return {**payload, "container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}, **changes}


def test_the_homes_button_names_a_request() -> None:
    assert parse_slack(form(pressed())) == HomeRevoke(Account(USER, TEAM, APP, TEAM), f"req-{'0' * 24}")


def test_the_homes_button_in_a_message_is_nothing_to_us() -> None:
    """Any app and any forwarded message can have a button with this id."""
    assert parse_slack(form(pressed(container={"type": "message", "channel_id": "C1", "message_ts": "1.1"}))) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"user": {"id": USER}},
        {"team": None},
        {"container": None},
        {"actions": [{"action_id": "revoke_grant", "value": "req-1", "block_id": "home:x"}]},
        {"actions": [{"action_id": "revoke_grant", "value": None, "block_id": "home:x"}]},
    ],
)
def test_the_homes_button_in_another_form_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedRequest):
        parse_slack(form(pressed(**changes)))
