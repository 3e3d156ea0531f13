"""What a consumed approval becomes: a profile that AWS programs use, or the result of the one call."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from sallyport_cli.aap.wire import Refusal
from sallyport_cli.agent import kept, profile
from sallyport_cli.agent.connection import api_url_of

if TYPE_CHECKING:
    from sallyport_agent import AsyncClient, Request


class Use:
    """Where credentials go: to the user's cache that `sallyport credentials` reads, never into an answer."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments

    async def redeemed(self, client: AsyncClient, request: Request, tool: str) -> dict[str, Any]:
        """What the client is told about it. Raises Lost, NotApproved, Refused, and Refusal for a call without a
        result."""
        if request.delivery == "execute":
            result = await client.result(request.request_id)
            if not result.ok:
                raise Refusal(409, "action_failed", f"the call was made and returned no result: {result.code}")
            return {"result": result.value, "complete": result.complete}
        credential = await client.credentials(request.request_id)
        self._kept(request.request_id).put(credential.process())
        # A framework does not tell a tool which request it runs for, so the latest request of its name has a profile
        # too.
        profile.of_request(self._arguments, request.request_id, profile_of(tool))
        return {"use": profile.of_request(self._arguments, request.request_id, f"sallyport-{request.request_id}")}

    def forget(self, request_id: str) -> None:
        self._kept(request_id).forget()

    def _kept(self, request_id: str) -> kept.Kept:
        return kept.Kept(api_url_of(self._arguments), request_id)


def profile_of(tool: str) -> str:
    """As `sallyport-s3_export`, of a tool or an action."""
    return f"sallyport-{tool.replace('.', '_', 1)}"[:64]  # the longest name that a profile may have
