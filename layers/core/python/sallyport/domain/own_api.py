"""Sallyport's own HTTP interface, as a function calls it on behalf of somebody whom API Gateway has verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from sallyport.domain.canonical import JSON


class Route(StrEnum):
    """The calls that tools are made of; the value is the function that answers."""

    ACTIONS = "list_actions"
    SUBMIT = "submit_request"
    LOOK = "get_request"
    CANCEL = "cancel_request"
    RESULT = "execute_action"


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is the JSON object of the answer: a view, or from 400 on a problem."""

    status: int
    body: Mapping[str, Any] = field(repr=False)

    @property
    def refused(self) -> bool:
        return self.status >= 400


class OwnApi(Protocol):
    """One attempt for each call. `path` and `query` are what the route takes."""

    def send(
        self,
        route: Route,
        caller: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, JSON] | None = None,
    ) -> Reply:
        """The reply to `caller`, an IAM principal. Raises PortFailed for none: the call may have been made."""
        ...


class ToolPorts(Protocol):
    """What tools need: nothing but the interface."""

    @property
    def own_api(self) -> OwnApi: ...
