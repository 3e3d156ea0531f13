"""Sallyport's answers, as values. `raw` is the whole answer as it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its agent may see it. Everything that was typed is masked."""

    request_id: str
    status: str
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Request:
        return cls(str(answer["request_id"]), str(answer["status"]), answer)

    @property
    def pending(self) -> bool:
        return self.status == "pending"

    @property
    def approved(self) -> bool:
        """Approved and not used yet: the credential or the result can be had now."""
        return self.status == "approved"

    @property
    def delivery(self) -> str:
        """`credential`: you make the calls. `execute`: Sallyport makes the one call and answers with its result."""
        return str(self.raw.get("delivery", "credential"))

    @property
    def reason(self) -> str | None:
        """What the person who denied it wrote, masked; None when they wrote nothing, or nobody denied it."""
        said = [each.get("reason") for each in self.raw.get("decisions", ()) if each.get("decision") == "deny"]
        return str(said[-1]) if said and said[-1] else None

    @property
    def expires_at(self) -> datetime:
        return datetime.fromisoformat(self.raw["expires_at"])


@dataclass(frozen=True, slots=True)
class Credentials:
    """A short-lived AWS credential that can do what was approved, and nothing else."""

    request_id: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Credentials:
        return cls(
            answer["request_id"],
            answer["AccessKeyId"],
            answer["SecretAccessKey"],
            answer["SessionToken"],
            datetime.fromisoformat(answer["Expiration"]),
        )

    def session(self, region: str | None = None) -> boto3.Session:
        """A boto3 session with only this credential; without `region` in the region of your own configuration."""
        import boto3

        keys = (self.access_key_id, self.secret_access_key, self.session_token)
        return boto3.Session(*keys, region_name=region or boto3.Session().region_name)

    def environment(self) -> dict[str, str]:
        """The variables that every AWS SDK and the AWS CLI read, for a child process."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }

    def process(self) -> dict[str, Any]:
        """The JSON that AWS's `credential_process` expects."""
        return {
            "Version": 1,
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key,
            "SessionToken": self.session_token,
            "Expiration": self.expiration.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What the one call returned. `value` is masked; it is None when `code` is not `ok`, though the call was made."""

    request_id: str
    code: str
    value: Any
    complete: bool

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Result:
        return cls(answer["request_id"], answer["code"], answer["result"], bool(answer["complete"]))

    @property
    def ok(self) -> bool:
        return self.code == "ok"


@dataclass(frozen=True, slots=True)
class Action:
    """An action that you may ask for. `parameters` is its JSON Schema."""

    name: str
    description: str
    delivery: str
    parameters: Mapping[str, Any] = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Action:
        return cls(entry["name"], entry["description"], entry["delivery"], entry["parameters"], entry)
