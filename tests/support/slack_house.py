"""A house whose Slack is the local workspace: cards are posted to it, and what people do on its page comes back
signed, all in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from local_slack.app import LocalSlack
from local_slack.config import parse_workspace
from local_slack.delivery import Delivery
from local_slack.server import SlackServer
from sallyport.domain.actions import PolicyBundle
from sallyport.runtime import wiring
from tests.slack_workspace import serving
from tests.support.account import opened
from tests.support.house import SLACK_USERS, House
from tests.support.slack import APP, CHANNEL, SIGNING_SECRET, TEAM

_TOKEN = "xoxb-of-tests"
SECURITY = "C0SECURITY"
# Somebody whom the directory does not know, and a name that no sidebar has room for.
STRANGER = "UUMA000007"
STRANGERS_NAME = "Uma Unlisted-Featherstonehaugh of the Department of Very Long Names and Designations"


@dataclass
class SlackHouse:
    house: House
    slack: LocalSlack
    url: str

    def page(self, person: str, place: str = "") -> str:
        """The address at which this person sits before the page."""
        return f"{self.url}/?as={SLACK_USERS.get(person, person)}" + (f"&place={place}" if place else "")

    def granted(self, **changes: Any) -> str:
        """A request that petra.approver approved through the API and whose grant waits to be redeemed."""
        request_id = self.house.asked(**changes)
        assert self.house.decide("petra.approver", request_id)[0] == 200
        self.house.until(request_id, lambda request: request.grant is not None)
        return request_id

    def sound(self, request_id: str, *types: str) -> bool:
        """The request's chain holds, and these events are in it in this order, whatever else is."""
        assert self.house.broken_at(request_id) is None
        found = iter(self.house.types(request_id))
        missing = [kind for kind in types if kind not in found]
        assert not missing, (missing, self.house.types(request_id))
        return True


@contextmanager
def furnished() -> Iterator[SlackHouse]:
    with opened() as house:
        policy: PolicyBundle = wiring.wiring().policy
        slack = LocalSlack(parse_workspace(_workspace(policy)), send=_delivering(house))
        slack.outbox.point_to("http://127.0.0.1/slack/interactions")
        with serving(SlackServer(slack, 0)) as server:
            client = WebClient(_TOKEN, base_url=f"{server.base_url}/api/", timeout=10)
            wiring.wiring().chat.__dict__["_client"] = client
            yield SlackHouse(house, slack, server.base_url)
        slack.store.close()


def _workspace(policy: PolicyBundle) -> dict[str, Any]:
    people = policy.directory.people
    users = [
        {"id": user, "name": person, "real_name": people[person].name.removesuffix(" (sample)")}
        for person, user in SLACK_USERS.items()
    ]
    return {
        "bot_token": _TOKEN,
        "signing_secret": SIGNING_SECRET,
        "team_id": TEAM,
        "app_id": APP,
        "team_name": "Sample hospital",
        "bot_name": "sallyport",
        "channels": [{"id": CHANNEL, "name": "approvals"}, {"id": SECURITY, "name": "security"}],
        "commands": [{"command": "/sallyport", "usage_hint": "pending | show REQUEST", "description": "What waits"}],
        "users": [*users, {"id": STRANGER, "name": "uma", "real_name": STRANGERS_NAME}],
    }


def _delivering(house: House) -> Any:
    def deliver(url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        began = time.monotonic()
        sent = {name: headers[name] for name in ("Content-Type", "X-Slack-Signature")}
        status, answer = house.signed(body, timestamp=headers["X-Slack-Request-Timestamp"], **sent)
        text = "" if answer is None else json.dumps(answer)
        return Delivery(status, text, round((time.monotonic() - began) * 1000))

    return deliver
