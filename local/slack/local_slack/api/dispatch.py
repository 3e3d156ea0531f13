"""From a request under /api/ to a method and back: token, arguments, faults, the log."""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_slack.api import chat, conversations, people, views
from local_slack.api.answers import ApiError, Arguments
from local_slack.api.arguments import bearer_token, read_arguments
from local_slack.api.context import Context
from local_slack.faults import Fault, Faults
from local_slack.store import Store
from local_slack.web import Request, Response, json_response, text_response

type Method = Callable[[Context, Arguments], dict[str, Any]]

METHODS: Mapping[str, Method] = {
    "auth.test": people.auth_test,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_conversation,
    "conversations.replies": conversations.replies,
    "reactions.add": conversations.add_reaction,
    "usergroups.users.list": people.usergroup_users,
    "users.info": people.user_info,
    "views.open": views.open_view,
    "views.publish": views.publish_view,
    "views.update": views.update_view,
}
_LOG = "api_call"
_READS_MESSAGES = ("conversations.history", "conversations.replies")
_LONGEST_KEPT_READ = 20_000


class WebApi:
    """`sleep` and `store.clock` are arguments so that tests need not wait."""

    def __init__(
        self, context: Context, store: Store, faults: Faults, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._context = context
        self._store = store
        self._faults = faults
        self._sleep = sleep

    def call(self, method: str, request: Request) -> Response:
        """Answer one call; it is logged without its token, whatever becomes of it."""
        arguments: dict[str, Any] = {}
        try:
            arguments, warnings = read_arguments(request)
            response = self._run(method, request, arguments, warnings)
        except ApiError as error:
            response = json_response(error.body())
        self._record(method, arguments, response)
        return response

    def log(self) -> list[dict[str, Any]]:
        """Every call so far: `{"at", "method", "arguments", "status", "response"}`, oldest first."""
        return self._store.all(_LOG)

    def _run(self, method: str, request: Request, arguments: Arguments, warnings: list[str]) -> Response:
        token = bearer_token(request, arguments)
        fault = self._faults.take(method, str(arguments.get("channel", "")))
        if fault and not fault.after:
            return self._fail(fault)
        if method not in METHODS:
            raise ApiError("unknown_method", req_method=method)
        if token is None:
            raise ApiError("not_authed")
        if not hmac.compare_digest(token.encode(), self._context.workspace.bot_token.encode()):
            raise ApiError("invalid_auth")
        answer: dict[str, Any] = {"ok": True, **METHODS[method](self._context, arguments)}
        if warnings:
            answer["warning"] = ",".join(warnings)
            answer["response_metadata"] = {**answer.get("response_metadata", {}), "warnings": warnings}
        # Slack sends a token's scopes with every answer.
        told = {"X-OAuth-Scopes": self._context.workspace.scopes}
        return self._fail(fault) if fault else json_response(answer, headers=told)

    def _fail(self, fault: Fault) -> Response:
        if fault.hang_seconds:
            self._sleep(fault.hang_seconds)
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        if fault.status >= 500:
            return text_response("upstream connect error", fault.status)
        return json_response({"ok": False, "error": fault.error}, fault.status, headers)

    def _record(self, method: str, arguments: Arguments, response: Response) -> None:
        kept = {name: value for name, value in arguments.items() if name != "token"}
        entry = {
            "at": self._store.clock(),
            "method": method,
            "arguments": kept,
            "status": response.status,
            "response": _kept_response(method, response),
        }
        cleaned = json.loads(json.dumps(entry).replace(self._context.workspace.bot_token, "[bot token]"))
        self._store.put(_LOG, secrets.token_hex(12), cleaned, quiet=True)


def _kept_response(method: str, response: Response) -> str:
    """The body as it is logged, without the full copy of the channel that each poll returns."""
    if method in _READS_MESSAGES and len(response.body) > _LONGEST_KEPT_READ:
        return json.dumps({"ok": True, "omitted": f"{len(response.body)} bytes of messages: see /_control/messages"})
    return response.body.decode()
