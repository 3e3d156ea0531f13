"""OwnApi by invoking the functions behind the routes, with an event like API Gateway's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from sallyport.domain.canonical import JSON
from sallyport.domain.own_api import Reply, Route
from sallyport.domain.ports import PortFailed

if TYPE_CHECKING:
    from botocore.client import BaseClient

# One attempt, because the function that makes the approved call must not be invoked twice; for the others, whoever
# waits asks again. The slowest answer is a wait of 22 s, and a call that starts in time (usecases/call_tool.py) has as
# long.
CONFIG = Config(connect_timeout=2, read_timeout=23, retries={"mode": "standard", "total_max_attempts": 1})
_ROUTES = {
    Route.ACTIONS: ("GET", "/v1/actions"),
    Route.SUBMIT: ("POST", "/v1/requests"),
    Route.LOOK: ("GET", "/v1/requests/{request_id}"),
    Route.CANCEL: ("DELETE", "/v1/requests/{request_id}"),
    Route.RESULT: ("POST", "/v1/requests/{request_id}/result"),
}


class OwnFunctions:
    """`arn_of` names the alias of the function that answers a route."""

    def __init__(self, client: BaseClient, arn_of: Callable[[Route], str]) -> None:
        self._lambda: Any = client
        self._arn_of = arn_of

    def send(
        self,
        route: Route,
        caller: str,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, JSON] | None = None,
    ) -> Reply:
        method, resource = _ROUTES[route]
        # Built from scratch: of the caller's own event, only who API Gateway says they are is passed on.
        event = {
            "httpMethod": method,
            "resource": resource,
            "headers": {},
            "pathParameters": dict(path or {}) or None,
            "queryStringParameters": dict(query or {}) or None,
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {"identity": {"userArn": caller}},
        }
        try:
            answer = self._lambda.invoke(FunctionName=self._arn_of(route), Payload=json.dumps(event).encode())
            said = json.loads(answer["Payload"].read())
            return Reply(said["statusCode"], json.loads(said["body"]))
        except (BotoCoreError, ClientError):
            raise PortFailed("function_unavailable") from None
        except (KeyError, TypeError, ValueError):  # Lambda's report of a crash has no status either
            raise PortFailed("function_failed") from None
