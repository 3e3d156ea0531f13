"""What `sallyport doctor --slack` finds of each thing that a person can set up wrongly."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from local_slack.app import LocalSlack
from local_slack.config import parse_workspace
from local_slack.web import Request
from sallyport.contracts.slack import check_signature
from sallyport.contracts.slack_commands import parse_slack
from sallyport.domain.commands import Challenge
from sallyport.domain.refusals import BadSignature
from sallyport.domain.routes import Route, RouteRule
from sallyport_cli.doctor import slack
from sallyport_cli.doctor.calls import Answered
from sallyport_cli.doctor.patient import Patient, Symptom
from sallyport_cli.policy.layer import open_layer
from tests.slack_workspace import BOT_TOKEN, CHANNEL, DOCUMENT, OTHER_CHANNEL, SIGNING_SECRET


class World:
    """A workspace and a gate, each answering as the deployed one would; what is wrong is set by a test."""

    def __init__(self) -> None:
        self.workspace = LocalSlack(parse_workspace(DOCUMENT))
        self.scopes: str | None = None
        self.installation: dict[str, object] = {}
        self.known_secret = SIGNING_SECRET
        self.layer = open_layer()
        self.gate_status: int | None = 200
        self.secrets = {"token": BOT_TOKEN, "signing": SIGNING_SECRET}
        self.parameters = {"SlackTeamId": "T0SALLYPRT", "SlackChannelId": CHANNEL, "SlackApiBaseUrl": "http://s/api/"}

    def call(self, _method: str, url: str, *, data: bytes = b"", headers: Mapping[str, str] | None = None) -> Answered:
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if url.startswith("http://s/"):
            asked = Request("POST", url.removeprefix("http://s"), {}, {**sent, "host": "127.0.0.1"}, data)
            answer = self.workspace.handle(asked)
            told = {name.lower(): value for name, value in answer.headers.items()}
            told |= {} if self.scopes is None else {"x-oauth-scopes": self.scopes}
            body = json.loads(answer.body)
            return Answered(answer.status, told, body | (self.installation if url.endswith("auth.test") else {}))
        return self._gate(sent, data)

    def _gate(self, headers: Mapping[str, str], data: bytes) -> Answered:
        stamp, signature = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
        try:
            check_signature(data, stamp, signature, self.known_secret, float(stamp))
        except BadSignature:
            return Answered(401)
        said = parse_slack(data)
        assert isinstance(said, Challenge)
        return Answered(200, {}, {"challenge": said.text}) if self.gate_status == 200 else Answered(self.gate_status)

    def get_secret_value(self, **asked: str) -> dict[str, Any]:
        return {"SecretString": self.secrets[asked["SecretId"]]}

    @property
    def patient(self) -> Patient:
        found = Patient("sallyport", lambda _: self, self.layer, "http://gate")
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        outputs = {"SlackBotTokenArn": "token", "SlackSigningSecretArn": "signing"}
        stack = {
            "Parameters": parameters,
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
        }
        vars(found)["stack"] = stack  # where `cached_property` keeps it
        return found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World()
    monkeypatch.setattr(slack, "call", world.call)
    yield world
    world.workspace.store.close()


def found(world: World) -> list[Symptom]:
    return list(slack.slack(world.patient))


def only(world: World) -> str:
    (symptom,) = found(world)
    assert symptom.mend
    return symptom.what


def test_nothing_is_wrong_where_all_is_as_the_manifest_says(world: World) -> None:
    assert found(world) == []


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ("chat:write,commands,groups:history", "the bot lacks users:read"),
        ("chat:write, users:read, groups:history", "the bot lacks commands"),
        ("chat:write,commands,users:read", "the bot lacks groups:history (for a public channel, channels:history)"),
        ("chat:write,commands,users:read,groups:history,admin", "the bot has more permissions than it needs: admin"),
    ],
)
def test_scopes_are_the_manifests(world: World, scopes: str, said: str) -> None:
    world.scopes = scopes
    assert only(world) == said


def test_a_public_channels_scope_is_as_good(world: World) -> None:
    world.scopes = "chat:write,commands,users:read,channels:history"
    assert found(world) == []


def test_a_token_that_slack_does_not_know(world: World) -> None:
    world.secrets["token"] = "xoxb-another"
    assert only(world) == "Slack refuses the bot token (invalid_auth)"


def test_another_workspace(world: World) -> None:
    world.parameters["SlackTeamId"] = "T0OTHER"
    assert only(world) == "the bot is of workspace T0SALLYPRT: every click is a stranger's"


def test_an_organisation_that_installed_the_app(world: World) -> None:
    world.installation = {"is_enterprise_install": True, "enterprise_id": "E0SALLYPRT", "team_id": "T0ONEOFTHEM"}
    assert only(world) == "the bot is of organisation E0SALLYPRT: every click is a stranger's"
    world.parameters["SlackTeamId"] = "E0SALLYPRT"
    assert found(world) == []


def routed(world: World, *routes: Route) -> None:
    policy = replace(world.layer.policy, routes=tuple(RouteRule(route) for route in routes))
    world.layer = replace(world.layer, policy=policy)


def test_every_channel_of_the_routes_is_looked_at(world: World) -> None:
    routed(world, Route(OTHER_CHANNEL), Route(), Route("C0NOTTHERE"))
    (symptom,) = found(world)
    assert symptom.what == "the bot cannot read the channel C0NOTTHERE (channel_not_found)"
    assert symptom.mend.startswith("check channels.yaml,")


def test_direct_messages_want_a_scope_that_is_in_nobodys_way_otherwise(world: World) -> None:
    world.scopes = "chat:write,commands,users:read,groups:history"
    routed(world, Route(direct=True))
    assert only(world) == "the bot lacks im:write"
    world.scopes += ",im:write"
    assert found(world) == []
    routed(world)
    assert found(world) == []


def test_a_channel_that_is_not_there(world: World) -> None:
    world.parameters["SlackChannelId"] = "C0OTHER"
    assert only(world) == "the bot cannot read the channel C0OTHER (channel_not_found)"


def test_a_gate_that_knows_another_secret(world: World) -> None:
    world.known_secret = "another"
    assert only(world) == "the gate refuses what is signed with the secret that it should know"


@pytest.mark.parametrize(("status", "said"), [(None, "does not answer"), (502, "answers 502")])
def test_a_gate_that_is_away(world: World, status: int | None, said: str) -> None:
    world.gate_status = status
    assert only(world) == f"the gate {said} when Slack asks for a challenge"


def test_secrets_that_nobody_has_put(world: World) -> None:
    world.secrets = {"token": "place-holder", "signing": "Place-Holder" * 5 + "1234"}
    assert [s.what for s in found(world)] == [
        "the bot token is not Slack's: nobody has stored it yet",
        "the signing secret is not Slack's: nobody has stored it yet",
    ]
