"""What a tool call comes to: a request, a wait, and something to say that a model can act on."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sallyport_agent import Lost, NoAnswer, NotApproved, Progress, Refused, StillPending
from sallyport_cli.agent import kept, profile
from sallyport_cli.agent.connection import api_url_of, signs_from_environment

if TYPE_CHECKING:
    from sallyport_agent import Action, AsyncClient, Request

# Hosts give a tool call a minute unless they are told otherwise.
WAIT_SECONDS = 45

type OnProgress = Callable[[Progress], object]
type Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """`said` is the structured content. A pending request is not an error: it is what was asked for, under way."""

    said: Said
    is_error: bool = False


@dataclass(slots=True)
class House:
    """One deployment as one agent sees it, for as long as the server runs."""

    client: AsyncClient
    arguments: argparse.Namespace
    # Requests whose credential may still work, by what was asked: asking again in one conversation costs no approval.
    _redeemed: dict[str, str] = field(default_factory=dict)

    async def actions(self) -> list[Action]:
        return await self.client.actions()

    async def ask(self, action: Action, given: Mapping[str, Any], on_progress: OnProgress) -> Answer:
        """Ask for the action and wait. The same arguments again find the request that is pending or approved."""
        said = dict(given)
        reason, context = said.pop("reason", ""), said.pop("context", None)
        same = json.dumps([action.name, said, reason, context], sort_keys=True)
        try:
            if (working := self._still_works(same)) is not None:
                return working
            request = await self.client.request(
                action.name, said, reason=reason, context=context, on_behalf_of=self.arguments.on_behalf_of
            )
            answer = await self._decided(request.request_id, on_progress)
        except Refused as refused:
            return refusal(refused)
        except NoAnswer as error:
            return Answer({"request_id": None, "status": "unavailable", "reason": str(error)}, is_error=True)
        if "use" in answer.said:
            self._redeemed[same] = request.request_id
        return answer

    async def wait(self, request_id: str, on_progress: OnProgress) -> Answer:
        return await self._of(request_id, self._decided(request_id, on_progress))

    async def cancel(self, request_id: str) -> Answer:
        return await self._of(request_id, self._ended(self.client.cancel(request_id)))

    async def done(self, request_id: str, outcome: Mapping[str, Any]) -> Answer:
        self._kept(request_id).forget()
        return await self._of(request_id, self._ended(self.client.done(request_id, outcome or None)))

    async def _of(self, request_id: str, answer: Any) -> Answer:
        try:
            found: Answer = await answer
        except Refused as refused:
            return refusal(refused, request_id)
        except NoAnswer as error:
            return Answer({"request_id": request_id, "status": "unavailable", "reason": str(error)}, is_error=True)
        return found

    async def _ended(self, request: Any) -> Answer:
        ended: Request = await request
        return Answer({"request_id": ended.request_id, "status": ended.status})

    async def _decided(self, request_id: str, on_progress: OnProgress) -> Answer:
        try:
            request = await self.client.wait(request_id, WAIT_SECONDS, on_progress)
        except StillPending:
            return pending(request_id)
        if not request.approved:
            return self._over(request)
        try:
            return await self._result(request_id) if request.delivery == "execute" else await self._use(request_id)
        except NotApproved as other:
            return self._over(other.request)
        except Lost as lost:
            next_ = "Check with sallyport_wait whether it was used; if it was, ask again."
            said = {"request_id": request_id, "status": "unknown", "reason": str(lost), "next": next_}
            return Answer(said, is_error=True)

    async def _result(self, request_id: str) -> Answer:
        result = await self.client.result(request_id)
        said: Said = {"request_id": request_id, "status": "closed" if result.ok else "failed", "result": result.value}
        if not result.ok:
            said |= {"reason": result.code, "next": "The call was made. Check its effect before you ask again."}
        return Answer(said, is_error=not result.ok)

    async def _use(self, request_id: str) -> Answer:
        if signs_from_environment(self.arguments):
            # The programs that use the profile will not have this server's environment to sign with.
            held = self._kept(request_id)
            if held.get() is None:
                held.put((await self.client.credentials(request_id)).process())
        return self._usable(request_id, "approved")

    def _usable(self, request_id: str, status: str) -> Answer:
        use = profile.of_request(self.arguments, request_id, f"sallyport-{request_id}")
        next_ = "Run AWS programs with this prefix. Call sallyport_done with the request_id when you have finished."
        return Answer({"request_id": request_id, "status": status, "use": use, "next": next_})

    def _over(self, request: Request) -> Answer:
        if request.status == "redeemed" and request.delivery == "credential" and self._works(request.request_id):
            return self._usable(request.request_id, request.status)
        next_ = {
            "denied": "Do not ask for the same again; ask for what the reason allows, or tell the user.",
            "expired": "Nobody decided in time, or it was not used in time. Ask again if it is still needed.",
            "cancelled": "It was withdrawn. Ask again if it is still needed.",
            "revoked": "A person ended it. Do not ask again; tell the user.",
        }.get(request.status, "It has been used, or cannot be used any more. Ask again if it is still needed.")
        said = {"request_id": request.request_id, "status": request.status, "next": next_}
        if request.reason or request.raw.get("code"):
            said["reason"] = str(request.reason or request.raw["code"])
        return Answer(said, is_error=True)

    def _still_works(self, same: str) -> Answer | None:
        request_id = self._redeemed.get(same)
        return self._usable(request_id, "redeemed") if request_id and self._works(request_id) else None

    def _works(self, request_id: str) -> bool:
        found = self._kept(request_id).get()
        return found is not None and kept.works(found)

    def _kept(self, request_id: str) -> kept.Kept:
        return kept.Kept(api_url_of(self.arguments), request_id)


def pending(request_id: str) -> Answer:
    next_ = (
        "A person has been asked and has not decided yet. Do something else in the meantime, then call sallyport_wait "
        "with this request_id, or this tool again with the same arguments: neither asks anybody twice."
    )
    return Answer({"request_id": request_id, "status": "pending", "next": next_})


def refusal(refused: Refused, request_id: str | None = None) -> Answer:
    said: Said = {"request_id": request_id, "status": "refused", "reason": f"{refused.title} ({refused.code})"}
    if refused.next:
        said["next"] = refused.next
    if refused.paths:
        said["paths"] = list(refused.paths)
    return Answer(said, is_error=True)
