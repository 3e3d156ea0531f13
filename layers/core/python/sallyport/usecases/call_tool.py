"""What a tool call over HTTP comes to: a request, a wait, the result; and something to say that a model can act on.

The tools of `sallyport mcp` (cli/sallyport_cli/mcp/house.py) for actions whose call Sallyport makes itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sallyport.domain.own_api import OwnApi, Reply, Route
from sallyport.domain.ports import PortFailed
from sallyport.domain.requests import REQUEST_ID

# API Gateway ends an integration after 29 s. A wait is over before that, and the approved call begins only while it has
# 21 s left, since nobody would hear its result otherwise; after that the next tool call makes it.
WAIT_UNTIL_SECONDS, BEGIN_UNTIL_SECONDS = 22, 8
_GRANT_SECONDS = 1.0
WAIT, CANCEL = "sallyport_wait", "sallyport_cancel"

_UNKNOWN = "There is no such tool, or you may not ask for it."
_CREDENTIAL = "This action gives a credential; only actions that Sallyport carries out itself are available here."

type Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """`said` is the structured content. A pending request is no error: it is what was asked for, under way."""

    said: Said = field(repr=False)
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool by `caller`, a verified principal. `on_behalf_of` is set by whoever configured the agent."""

    api: OwnApi
    caller: str
    on_behalf_of: str | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def tools(self) -> Reply:
        """The catalogue, or a problem. Raises PortFailed."""
        return self.api.send(Route.ACTIONS, self.caller)

    def make(self, name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Carry out the tool; every refusal and failure is an answer."""
        began = self.clock()
        if name not in (WAIT, CANCEL):
            return self._ask(name, arguments, began)
        request_id = arguments.get("request_id")
        if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
            reason, next_ = "That is not a request_id.", "Send the request_id that a tool of Sallyport returned."
            return ToolAnswer({"request_id": None, "status": "refused", "reason": reason, "next": next_}, is_error=True)
        return self._cancel(request_id) if name == CANCEL else self._wait(request_id, began)

    def _ask(self, name: str, arguments: Mapping[str, Any], began: float) -> ToolAnswer:
        parameters = dict(arguments)
        body = {"reason": parameters.pop("reason", ""), "context": parameters.pop("context", None)}
        body |= {"parameters": parameters, "on_behalf_of": self.on_behalf_of}
        try:
            catalogue = self.tools()
            if catalogue.refused:
                return refusal(catalogue)
            entry = next((each for each in catalogue.body["actions"] if each["tool_name"] == name), None)
            if entry is None or entry["delivery"] != "execute":
                return _no_such_tool(_CREDENTIAL if entry else _UNKNOWN)
            body["action"] = entry["name"]
            said = {key: value for key, value in body.items() if value is not None}
            submitted = self.api.send(Route.SUBMIT, self.caller, body=said)
        except PortFailed:
            return _unavailable(None)
        return refusal(submitted) if submitted.refused else self._decided(submitted.body, began)

    def _wait(self, request_id: str, began: float) -> ToolAnswer:
        try:
            # A long poll is for a change, so what was decided before it begins has to be looked for first.
            found = self.api.send(Route.LOOK, self.caller, path={"request_id": request_id})
        except PortFailed:
            return _unavailable(request_id)
        return refusal(found, request_id) if found.refused else self._decided(found.body, began)

    def _cancel(self, request_id: str) -> ToolAnswer:
        try:
            ended = self.api.send(Route.CANCEL, self.caller, path={"request_id": request_id})
        except PortFailed:
            return _unavailable(request_id)
        if ended.refused:
            return refusal(ended, request_id)
        return ToolAnswer({"request_id": request_id, "status": ended.body["status"]})

    def _decided(self, view: Mapping[str, Any], began: float) -> ToolAnswer:
        request_id = str(view["request_id"])
        if view["status"] == "pending":
            view = self._polled(view, request_id, began)
        if view["status"] == "pending":
            return pending(request_id)
        if view["status"] != "approved":
            return over(view)
        if view["delivery"] != "execute":
            next_ = "It gives a credential, which is not available this way: use the API, or the server sallyport mcp."
            return ToolAnswer({"request_id": request_id, "status": "approved", "next": next_})
        return self._result(request_id, began)

    def _polled(self, view: Mapping[str, Any], request_id: str, began: float) -> Mapping[str, Any]:
        """The view after its status changed or time was up; the one that is known where nobody has room to wait."""
        seconds = int(WAIT_UNTIL_SECONDS - (self.clock() - began))
        if seconds < 1:
            return view
        try:
            query = {"wait": str(seconds)}
            reply = self.api.send(Route.LOOK, self.caller, path={"request_id": request_id}, query=query)
        except PortFailed:
            return view
        return view if reply.refused else reply.body

    def _result(self, request_id: str, began: float) -> ToolAnswer:
        while self.clock() - began <= BEGIN_UNTIL_SECONDS:
            try:
                reply = self.api.send(Route.RESULT, self.caller, path={"request_id": request_id})
            except PortFailed:
                return _lost(request_id)
            if not reply.refused:
                return _made(reply)
            if not reply.body.get("retryable") or reply.body.get("code") != "not_approved":
                return refusal(reply, request_id)
            self.sleep(_GRANT_SECONDS)  # the grant follows the approval within seconds
        next_ = "A person has approved it. Call sallyport_wait with this request_id now: it makes the call."
        return ToolAnswer({"request_id": request_id, "status": "approved", "next": next_})


def pending(request_id: str) -> ToolAnswer:
    next_ = (
        "A person has been asked and has not decided yet. Do something else in the meantime, then call sallyport_wait "
        "with this request_id, or this tool again with the same arguments: neither asks anybody twice."
    )
    return ToolAnswer({"request_id": request_id, "status": "pending", "next": next_})


def over(view: Mapping[str, Any]) -> ToolAnswer:
    """A request that nothing can be had of any more."""
    next_ = {
        "denied": "Do not ask for the same again; ask for what the reason allows, or tell the user.",
        "expired": "Nobody decided in time, or it was not used in time. Ask again if it is still needed.",
        "cancelled": "It was withdrawn. Ask again if it is still needed.",
        "revoked": "A person ended it. Do not ask again; tell the user.",
    }.get(view["status"], "It has been used, or cannot be used any more. Ask again if it is still needed.")
    said = {"request_id": view["request_id"], "status": view["status"], "next": next_}
    denials = [each.get("reason") for each in view.get("decisions", ()) if each.get("decision") == "deny"]
    reason = (denials[-1] if denials else None) or view.get("code")
    return ToolAnswer(said | ({"reason": str(reason)} if reason else {}), is_error=True)


def refusal(reply: Reply, request_id: str | None = None) -> ToolAnswer:
    problem = reply.body
    said: Said = {"request_id": request_id, "status": "refused", "reason": f"{problem['title']} ({problem['code']})"}
    said |= {name: problem[name] for name in ("next", "paths") if problem.get(name)}
    return ToolAnswer(said, is_error=True)


def _made(reply: Reply) -> ToolAnswer:
    code, ok = reply.body["code"], reply.body["code"] == "ok"
    said = {"request_id": reply.body["request_id"], "status": "closed" if ok else "failed"}
    said["result"] = reply.body["result"]
    if not ok:
        said |= {"reason": code, "next": "The call was made. Check its effect before you ask again."}
    return ToolAnswer(said, is_error=not ok)


def _lost(request_id: str) -> ToolAnswer:
    reason, next_ = "No answer came.", "Check with sallyport_wait whether it was used; if it was, ask again."
    said = {"request_id": request_id, "status": "unknown", "reason": reason, "next": next_}
    return ToolAnswer(said, is_error=True)


def _unavailable(request_id: str | None) -> ToolAnswer:
    reason, next_ = "Sallyport does not answer.", "Make the same call again in a few seconds."
    said = {"request_id": request_id, "status": "unavailable", "reason": reason, "next": next_}
    return ToolAnswer(said, is_error=True)


def _no_such_tool(reason: str) -> ToolAnswer:
    said = {"request_id": None, "status": "refused", "reason": reason, "next": "List the tools."}
    return ToolAnswer(said, is_error=True)
