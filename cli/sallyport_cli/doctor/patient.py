"""The deployment under examination, as somebody who may read the account sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from sallyport_cli.errors import UsageError
from sallyport_cli.policy.layer import Layer

ALIAS = "live"


@dataclass(frozen=True)
class Symptom:
    """Something that is not as it should be, and what to do about it."""

    what: str
    mend: str


type Check = Callable[[Patient], Iterator[Symptom]]


@dataclass(frozen=True)
class Patient:
    """A deployed gate. `client` makes a boto3 client for a service; `layer` is the policy that should be deployed;
    `api_url` is where its API answers, None for the stack's own output."""

    stack_name: str
    client: Callable[[str], Any]
    layer: Layer
    api_url: str | None = None

    @cached_property
    def stack(self) -> Mapping[str, Any]:
        """CloudFormation's description. Raises UsageError when there is no such stack."""
        try:
            (found,) = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise UsageError(f"there is no stack {self.stack_name} to look at ({code}): say --stack-name") from None
        return dict(found)

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        return {o["OutputKey"]: o["OutputValue"] for o in self.stack.get("Outputs", [])}

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        return {p["ParameterKey"]: p.get("ParameterValue", "") for p in self.stack.get("Parameters", [])}

    @cached_property
    def resources(self) -> Mapping[str, tuple[str, str]]:
        """Type and physical id by logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack_name)
        found = (entry for page in pages for entry in page["StackResourceSummaries"])
        return {r["LogicalResourceId"]: (r["ResourceType"], r.get("PhysicalResourceId", "")) for r in found}

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """Physical names of the functions by logical id."""
        return {name: physical for name, (kind, physical) in self.resources.items() if kind == "AWS::Lambda::Function"}

    @property
    def url(self) -> str:
        return (self.api_url or self.outputs.get("ApiUrl", "")).rstrip("/")

    @property
    def is_prod(self) -> bool:
        return self.parameters.get("Environment") == "prod"

    def physical(self, logical_id: str) -> str:
        """The physical id of a resource, empty when the stack has none."""
        return self.resources.get(logical_id, ("", ""))[1]
