"""Who takes part in the walk-through, and what it gathers on the way."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.account import Account
from local.clients import AgentClient, Answer, ApproverClient, SlackDesk, Stack
from local.walkthrough.sinks import Text
from local.walkthrough.timeline import Timeline, same

# Letters that make no words and no numbers: a run's name is part of a credential's scope, where masking looks too.
_LETTERS = "bcdfghjkmnpqrstvwxz"


@dataclass(slots=True)
class World:
    """A stack with its people, and what has been seen of it. `folder` is where its `stack.json` lies."""

    stack: Stack
    folder: Path
    timeline: Timeline
    run: str = field(default_factory=lambda: "run-" + "".join(random.SystemRandom().choices(_LETTERS, k=8)))
    answers: list[Text] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    events: int = 0
    verified: bool = False
    scanned: dict[str, int] = field(default_factory=dict)
    # What was made for an auditor, by what it is.
    pages: dict[str, Path] = field(default_factory=dict)

    def agent(self, agent_id: str) -> AgentClient:
        return AgentClient(self.stack, agent_id, self._keep)

    def approver(self, person_id: str) -> ApproverClient:
        return ApproverClient(self.stack, person_id, self._keep)

    @property
    def desk(self) -> SlackDesk:
        return SlackDesk(self.stack)

    def account_of(self, agent_id: str) -> Account:
        """AWS as the agent sees it with only its own keys."""
        return self.stack.account(self.stack.document["agents"][agent_id])

    def ask(self, part: str, agent: AgentClient, body: dict[str, Any]) -> str:
        """Ask, and remember the request under the name of its part in the story."""
        answer = agent.ask(body)
        same("the answer to asking", (answer.status, answer.code), (202, None))
        self.requests[part] = str(answer.document["request_id"])
        return self.requests[part]

    def credential(self, part: str, agent: AgentClient) -> dict[str, str]:
        """Redeem, and remember the secrets as values that nobody else may hold."""
        answer = agent.redeem(self.requests[part])
        same("the answer to redeeming", (answer.status, answer.code), (200, None))
        found: dict[str, str] = answer.document
        self.secrets[f"secret key of {part}"] = found["SecretAccessKey"]
        return found

    def _keep(self, name: str, answer: Answer) -> None:
        # This answer is meant to carry secrets, so they are no leak here; it is still searched for payloads.
        self.answers.append((name, answer.body))
        self.answers.append((f"{name} headers", "\n".join(f"{key}: {value}" for key, value in answer.headers.items())))
