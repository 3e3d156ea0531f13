"""The protocol's calls over HTTP, and who may make them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sallyport_cli.aap import wire
from sallyport_cli.aap.bridge import Bridge
from sallyport_cli.aap.instances import Instance, Instances
from sallyport_cli.aap.wire import Refusal

HOST = "127.0.0.1"
_LONGEST_KEY = 255

type Does = Callable[[Request, Instance], Awaitable[Response]]


class Calls:
    """One method for each call; each is given the instance whose token came with it."""

    def __init__(self, bridge: Bridge, instances: Instances, port: int) -> None:
        self._bridge, self._instances = bridge, instances
        self._hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    def app(self, close: Callable[[], Awaitable[None]] | None = None) -> Starlette:
        """As an ASGI application. `close` is awaited when it ends."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await self._instances.close()
            if close is not None:
                await close()

        one = "/v1/requests/{id}"
        routes = [
            Route("/v1/requests", self._guarded(self._create), methods=["POST"]),
            Route(one, self._guarded(self._get), methods=["GET"]),
            Route(one, self._guarded(self._cancel), methods=["DELETE"]),
            Route(f"{one}/consume", self._guarded(self._consume), methods=["POST"]),
            Route(f"{one}/outcome", self._guarded(self._outcome), methods=["POST"]),
            Route("/v1/instances", self._guarded(self._provision), methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _no_such_call})

    def _guarded(self, does: Does) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                _is_local(request, self._hosts)
                return await does(request, self._instances.of(request.headers.get("authorization", "")))
            except Refusal as refusal:
                return refused(refusal)

        return answer

    async def _create(self, request: Request, instance: Instance) -> Response:
        status, body = await self._bridge.create(instance.id, await _body(request), _key(request))
        self._instances.watch(instance, str(json.loads(body)["id"]))
        return _json(body, status)

    async def _get(self, request: Request, instance: Instance) -> Response:
        seconds = wire.wait_of(request.query_params.get("wait"))
        return _json(await self._bridge.get(instance.id, request.path_params["id"], seconds))

    async def _cancel(self, request: Request, instance: Instance) -> Response:
        return _json(await self._bridge.cancel(instance.id, request.path_params["id"]))

    async def _consume(self, request: Request, instance: Instance) -> Response:
        if await _body(request):
            raise wire.malformed("consume takes no body")
        return _json(await self._bridge.consume(instance.id, request.path_params["id"], _key(request)))

    async def _outcome(self, request: Request, instance: Instance) -> Response:
        return _json(await self._bridge.outcome(instance.id, request.path_params["id"], await _body(request)))

    async def _provision(self, request: Request, instance: Instance) -> Response:
        status, made = await self._instances.provision(instance, await _body(request), _key(request))
        return _json(json.dumps(made).encode(), status)


def refused(refusal: Refusal) -> Response:
    kind = {409: "conflict", 404: "not_found"}.get(refusal.status, "invalid_request")
    error = {"type": kind, "code": refusal.code, "message": refusal.message, "request_id": wire.new_id()}
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else None
    return JSONResponse({"error": error}, refusal.status, headers)


async def _no_such_call(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return refused(Refusal(status, "not_found" if status == 404 else "method_not_allowed"))


def _is_local(request: Request, hosts: set[str]) -> None:
    """Raises Refusal for a call from a page in a browser, which shows by its host name (DNS rebinding) or an origin."""
    if request.headers.getlist("host") != [request.headers.get("host")] or request.headers["host"] not in hosts:
        raise Refusal(403, "unknown_host")
    if "origin" in request.headers:
        raise Refusal(403, "origin_not_allowed")


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= _LONGEST_KEY or not key.isascii():
        raise Refusal(400, "missing_idempotency_key", f"Idempotency-Key must have 1 to {_LONGEST_KEY} characters")
    return key


async def _body(request: Request) -> bytes:
    """The body, read no further than the limit."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > wire.LONGEST_BODY:
            raise Refusal(413, "body_too_large", f"at most {wire.LONGEST_BODY} bytes")
    return bytes(read)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, {"Cache-Control": "no-store"}, media_type="application/json")
