"""Who may call the bridge, and who is told when a request is settled.

A notification is a Standard Webhook (`webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…`) with ids alone:
whoever gets it asks for the request with its own token.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sallyport_cli.aap import mapping, wire
from sallyport_cli.aap.bridge import Bridge
from sallyport_cli.aap.wire import Refusal, malformed

_MOST_INSTANCES = 100
_SECONDS = 10.0
# After these attempts a receiver is taken to be gone; its run then learns the outcome by asking for the request.
_TRIES_AFTER_SECONDS = (0.0, 1.0, 5.0, 30.0, 120.0)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an instance is told, and the secret that signs what it is told."""

    url: str
    registration_id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Instance:
    id: str
    name: str
    token: str = field(repr=False)
    delivery: Delivery | None = None


class Instances:
    """The instances of this run: the first comes with the bridge, others are provisioned with its token."""

    def __init__(self, bridge: Bridge, http: httpx.AsyncClient) -> None:
        self._bridge, self._http = bridge, http
        self.first = Instance(str(uuid.uuid4()), "sallyport", secrets.token_urlsafe(32))
        self._all = [self.first]
        self._provisioned: dict[str, tuple[dict[str, Any], Instance]] = {}
        self._told: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()

    def of(self, authorization: str) -> Instance:
        """Raises Refusal. Every token is compared, in constant time, so that timing reveals nothing."""
        given = authorization.encode()
        found = [each for each in self._all if hmac.compare_digest(given, f"Bearer {each.token}".encode())]
        if not found:
            raise Refusal(401, "unauthorized")
        return found[0]

    async def provision(self, instance: Instance, raw: bytes, key: str) -> tuple[int, dict[str, Any]]:
        if instance is not self.first:
            raise Refusal(403, "not_a_provisioner")
        said = wire.members(raw)
        async with self._lock:
            if key in self._provisioned:
                before, made = self._provisioned[key]
                if before != said:
                    raise Refusal(409, "idempotency_conflict")
                return 200, _answer(made)
            made = _instance(said)
            if len(self._all) >= _MOST_INSTANCES:
                raise Refusal(409, "too_many_instances")
            if made.delivery is not None and not await self._verified(made, made.delivery):
                raise Refusal(422, "webhook_verification_failed")
            self._all.append(made)
            self._provisioned[key] = said, made
            return 201, _answer(made)

    def watch(self, instance: Instance, request_id: str) -> None:
        """Tell the instance once this request is settled, if it wants to be told."""
        if instance.delivery is None or (instance.id, request_id) in self._told:
            return
        self._told.add((instance.id, request_id))
        task = asyncio.ensure_future(self._tell(instance, instance.delivery, request_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, instance: Instance, delivery: Delivery, request_id: str) -> None:
        if not await self._bridge.settled(instance.id, request_id):
            return
        event = {"type": "request.resolved", "instance_id": instance.id, "request_id": request_id}
        id_ = str(uuid.uuid4())
        for seconds in _TRIES_AFTER_SECONDS:
            await asyncio.sleep(seconds)
            status, _ = await self._send(delivery, id_, event)
            if 200 <= status < 300:
                return

    async def _verified(self, instance: Instance, delivery: Delivery) -> bool:
        """Whether the receiver knows the secret and answers the challenge."""
        challenge = secrets.token_urlsafe(32)
        asked = {"registration_id": delivery.registration_id, "instance_id": instance.id, "challenge": challenge}
        status, body = await self._send(delivery, str(uuid.uuid4()), {"type": "webhook.verification", **asked})
        try:
            return status == 200 and json.loads(body) == {"challenge": challenge}
        except (ValueError, RecursionError):
            return False

    async def _send(self, delivery: Delivery, id_: str, event: dict[str, Any]) -> tuple[int, bytes]:
        """Status 0 when nobody answers."""
        body = json.dumps({"id": id_, **event, "created_at": mapping.stamp(datetime.now(UTC))}).encode()
        at = str(int(time.time()))
        signature = hmac.new(delivery.secret, f"{id_}.{at}.".encode() + body, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "webhook-id": id_,
            "webhook-timestamp": at,
            "webhook-signature": "v1," + base64.b64encode(signature).decode(),
        }
        try:
            async with asyncio.timeout(_SECONDS):
                answer = await self._http.post(delivery.url, headers=headers, content=body)
        except (httpx.HTTPError, TimeoutError):
            return 0, b""
        return answer.status_code, answer.content


def _answer(instance: Instance) -> dict[str, Any]:
    """The credential ends with the bridge, at a time that nobody knows."""
    return {"instance": {"id": instance.id, "name": instance.name}, "credential": {"token": instance.token}}


def _instance(said: dict[str, Any]) -> Instance:
    """Raises Refusal."""
    wire.only(said, {"instance_name", "delivery"}, set())
    id_ = str(uuid.uuid4())
    name = said.get("instance_name", f"instance-{id_[:8]}")
    if not isinstance(name, str) or not 0 < len(name) <= 128:
        raise malformed("instance_name must be text of 1 to 128 characters")
    delivery = _delivery(said["delivery"]) if "delivery" in said else None
    return Instance(id_, name, secrets.token_urlsafe(32), delivery)


def _delivery(said: Any) -> Delivery:
    names = {"type", "url", "registration_id", "signing_secret"}
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise malformed("delivery must be an object of text")
    wire.only(said, names, names)
    try:
        url = httpx.URL(said["url"])
        secret = base64.b64decode(said["signing_secret"].removeprefix("whsec_"), validate=True)
    except (httpx.InvalidURL, binascii.Error, ValueError):
        raise malformed("delivery has no URL or no secret") from None
    local = url.scheme == "http" and url.host in _LOOPBACK
    if said["type"] != "webhook" or not (local or (url.scheme == "https" and url.host)) or url.userinfo:
        raise malformed("delivery must be a webhook at an https URL, or at an http URL on this machine")
    if not said["signing_secret"].startswith("whsec_") or len(secret) < 24:
        raise malformed("signing_secret must be whsec_ and at least 24 bytes in base64")
    return Delivery(said["url"], said["registration_id"], secret)
