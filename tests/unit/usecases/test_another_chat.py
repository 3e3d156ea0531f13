"""A third chat changes nothing of the flow: it is another implementation of `domain.channels`, with its own name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sallyport.domain.clicks import Account, ChatHome, Click
from sallyport.domain.requests import CardRef, Choice
from sallyport.domain.routes import Route, RouteRule
from sallyport.usecases.click import click_card
from tests.fakes.ports import FakePorts
from tests.support.story import Story

CORE = Path(__file__).parents[3] / "layers/core/python/sallyport"
PETRA = "11111111-2222-3333-4444-555555555555"
HOME = ChatHome("a-tenant", "a-bot")
SECURITY = "19:security@thread.tacv2"


@pytest.fixture
def teams() -> Story:
    """A deployment whose chat is called teams, with one approver in it."""
    ports = FakePorts()
    ports.chat.name, ports.chat.default_room = "teams", "19:approvals@thread.tacv2"
    policy, action = ports.policy, ports.policy.actions["s3.export"]
    petra = replace(policy.directory.people["petra.approver"], teams_user_id=PETRA)
    people = {**policy.directory.people, petra.id: petra}
    taken = replace(action, approval=replace(action.approval, channels=("teams", "api")))
    ports.policy = replace(
        policy,
        directory=replace(policy.directory, people=people),
        actions={**policy.actions, action.name: taken},
        routes=(RouteRule(Route(SECURITY, direct=True), group="security"),),
    )
    return Story(ports).submitted().masked()


def test_it_is_asked_moved_and_decided_there(teams: Story) -> None:
    teams.asked()
    assert teams.request.card == CardRef("19:approvals@thread.tacv2", "1.000001")
    teams.later(1800).asked(1)
    request = teams.request
    assert request.card == CardRef(SECURITY, "2.000001")
    assert len(teams.ports.chat.direct) == 1
    account = Account(PETRA, HOME.team_id, HOME.app_id)
    shown = request.presented_digest or ""
    click = Click(account, request.card, Choice.APPROVE, request.request_id, request.action_digest, shown)
    assert click_card(click, HOME, teams.ports, teams.now) == "ok"
    assert (teams.request.status, teams.request.decisions[0].channel) == ("approved", "teams")


def test_an_account_of_another_chat_is_nobodys(teams: Story) -> None:
    request = teams.asked().request
    assert request.card is not None
    account = Account("UPETRA0003", HOME.team_id, HOME.app_id)
    shown = request.presented_digest or ""
    click = Click(account, request.card, Choice.APPROVE, request.request_id, request.action_digest, shown)
    assert click_card(click, HOME, teams.ports, teams.now) == "not_an_approver"


@pytest.mark.parametrize("package", ["usecases", "services"])
def test_the_flow_names_no_chat(package: str) -> None:
    files = sorted((CORE / package).glob("*.py"))
    assert len(files) > 15
    named = [file.name for file in files if re.search(r"slack|teams", file.read_text("utf-8"), re.IGNORECASE)]
    assert named == []
