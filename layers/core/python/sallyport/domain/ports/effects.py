"""What has an effect outside: the workflow, the credential, keys and randomness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sallyport.domain.canonical import JSON
from sallyport.domain.credentials import CredentialOrder, ScopedCredentials
from sallyport.domain.turns import Turn


class Workflow(Protocol):
    def start(self, request_id: str, timers: Mapping[str, JSON]) -> None:
        """Harmless when it was started before."""

    def succeed(self, task_token: str, request_id: str) -> bool:
        """Let a waiting state go on, with the id alone. False when nobody waits for this token any more."""

    def fail(self, task_token: str, code: str) -> bool:
        """Let a waiting state end with this code. False when nobody waits for this token any more."""

    def ask_again(self, task_token: str, wait: int, turn: Turn) -> bool:
        """Let a state that waits for people be entered once more, for this turn, after `wait` seconds."""


class CredentialIssuer(Protocol):
    def issue(self, wanted: CredentialOrder) -> ScopedCredentials:
        """Raises PortFailed with `policy_too_large`, `role_refused` or `sts_unavailable`."""


class SamenessKey(Protocol):
    def sign(self, data: bytes) -> str:
        """A keyed digest in hexadecimal, equal for equal bytes; the key never leaves KMS."""


class Entropy(Protocol):
    """Randomness, drawn at call time: SnapStart would repeat whatever is drawn at import."""

    def request_id(self) -> str: ...

    def salt(self) -> str:
        """32 random bytes in hexadecimal."""
