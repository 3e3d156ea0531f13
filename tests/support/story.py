"""One request, driven through the use cases in memory, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sallyport.adapters.cedar import CedarAuthorizer
from sallyport.domain.actions import PolicyBundle
from sallyport.domain.credentials import ScopedCredentials
from sallyport.domain.directory import Person
from sallyport.domain.refusals import Refusal
from sallyport.domain.requests import ApprovalRequest, Choice
from sallyport.domain.submissions import Statement, Submission
from sallyport.domain.turns import Turn
from sallyport.usecases.close_request import close_request
from sallyport.usecases.decide import decide
from sallyport.usecases.halt import halt
from sallyport.usecases.issue_credentials import issue_credentials
from sallyport.usecases.issue_grant import issue_grant
from sallyport.usecases.mask_payload import mask_payload
from sallyport.usecases.request_approval import NotPosted, request_approval
from sallyport.usecases.submit_request import submit_request
from tests.fakes.ports import ACCOUNT, FakePorts

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
EXPORT = {
    "bucket": "sallyport-sample-data",
    "prefix": "patients/2025/",
    "destination_bucket": "sallyport-sample-export",
    "destination_prefix": "q3/",
}


def agent_arn(agent: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/sallyport-agent-{agent}"


def person_arn(person: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/sallyport-person-{person}"


def submission(**changes: Any) -> Submission:
    """A well-formed `s3.export` of the sample data."""
    whole = Submission("s3.export", dict(EXPORT), "Quarterly report", {"ticket": "INC-42"}, None, None)
    return replace(whole, **changes)


@dataclass
class Story:
    """A request and the world around it. Each step takes place at `now`, which `later` moves."""

    ports: FakePorts = field(default_factory=FakePorts)
    now: datetime = NOW
    agent: str = "export-bot"
    request_id: str = ""

    def later(self, seconds: float) -> Story:
        self.now += timedelta(seconds=seconds)
        return self

    def submitted(self, what: Submission | None = None, key: str | None = None) -> Story:
        request, _ = submit_request(agent_arn(self.agent), what or submission(), key, self.ports, self.now)
        self.request_id = request.request_id
        return self

    def masked(self) -> Story:
        mask_payload(self.request_id, self.ports, self.now)
        return self

    def asked(self, rung: int = 0) -> Story:
        """The first turn of a rung of half an hour, on a ladder of two."""
        return self.turn(Turn(rung, (1800, 1800), 1800))

    def turn(self, turn: Turn) -> Story:
        """As the workflow takes it: that there is no card yet is for the next turn."""
        token = f"token-{turn.rung}" + (f"-{turn.tries}" if turn.tries else "")
        with suppress(NotPosted):
            request_approval(self.request_id, token, turn, self.ports, self.now)
        return self

    @property
    def next_turn(self) -> tuple[int, Turn]:
        """The seconds and the turn that the workflow was told last."""
        return self.ports.workflow.again[-1][1:]

    def again(self) -> Story:
        """The next turn, when its time has come."""
        wait, turn = self.next_turn
        return self.later(wait).turn(turn)

    def pending(self, what: Submission | None = None) -> Story:
        return self.submitted(what).masked().asked()

    def decided(
        self, person: str = "petra.approver", choice: Choice = Choice.APPROVE, channel: str = "slack", **said: Any
    ) -> Story:
        statement = Statement(choice, said.pop("presented_digest", self.request.presented_digest), **said)
        decide(self.request_id, self.person(person), channel, statement, self.ports, self.now)
        return self

    def approved(self) -> Story:
        return self.pending().decided()

    def granted(self) -> Story:
        issue_grant(self.request_id, "grant-token", self.ports, self.now)
        return self

    def redeemed(self, agent: str | None = None) -> ScopedCredentials:
        return issue_credentials(agent_arn(agent or self.agent), self.request_id, self.ports, self.now)[0]

    def halted(self, switch: str = "all") -> Story:
        halt(person_arn("rosa.security"), switch, "Incident 7", self.ports, self.now)
        return self

    def closed(self, code: str = "ok") -> Story:
        close_request(self.request_id, code, self.ports, self.now)
        return self

    def person(self, person_id: str) -> Person | None:
        return self.ports.policy.directory.people.get(person_id)

    @property
    def request(self) -> ApprovalRequest:
        return self.ports.store.requests[self.request_id]

    @property
    def types(self) -> list[str]:
        return self.ports.store.types(self.request_id)

    @property
    def last(self) -> Mapping[str, Any]:
        """The newest audit event."""
        return self.ports.store.events(self.request_id)[-1]

    # -- policy as it might be tomorrow

    def policy(self, **changes: Any) -> Story:
        self.ports.policy = replace(self.ports.policy, **changes)
        self.ports.authorizer = CedarAuthorizer(self.ports.policy)
        return self

    def action(self, name: str = "s3.export", **changes: Any) -> Story:
        actions = dict(self.ports.policy.actions)
        actions[name] = replace(actions[name], **changes)
        return self.policy(actions=actions)

    def quorum(self, needed: int) -> Story:
        return self.action(approval=replace(self.ports.policy.actions["s3.export"].approval, quorum=needed))

    def cedar(self, *more: str) -> Story:
        return self.policy(cedar="\n".join([self.ports.policy.cedar, *more]))

    def elsewhere(self, **changes: Any) -> Story:
        """The deployment has another account, region or name."""
        self.ports.places = replace(self.ports.places, **changes)
        return self

    def without_person(self, person_id: str) -> Story:
        """The person has left: no account, no group."""
        return self.policy(directory=_without(self.ports.policy, person_id))


def _without(policy: PolicyBundle, person_id: str) -> Any:
    people = {key: person for key, person in policy.directory.people.items() if key != person_id}
    return type(policy.directory)(people, policy.directory.agents)


SKIPS_APPROVAL = 'permit (principal, action == Action::"skip_approval", resource);'


def refused(code: str) -> Any:
    """`pytest.raises` for a refusal with exactly this code."""
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)
