"""The bridge as a server on 127.0.0.1."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys

import httpx
import uvicorn

from sallyport_cli.aap.bridge import Bridge
from sallyport_cli.aap.calls import HOST, Calls
from sallyport_cli.aap.instances import Instances
from sallyport_cli.aap.use import Use
from sallyport_cli.agent import connection, kept
from sallyport_cli.errors import UsageError


def serve(arguments: argparse.Namespace) -> int:
    """Print where and with which token, and serve until SIGINT or SIGTERM. Raises UsageError."""
    kept.folder()  # said here, or an approval would be spent before anybody hears of it
    client = connection.async_client_of(arguments)
    bridge = Bridge(client, Use(arguments), arguments.on_behalf_of)
    http = httpx.AsyncClient(follow_redirects=False, trust_env=False)
    instances = Instances(bridge, http)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, arguments.port))
    except OSError:
        raise UsageError(f"port {arguments.port} of {HOST} is in use, or you may not use it") from None
    listening.listen(64)
    # The server passes a signal that ended it on to these handlers; without them the process would end as a failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    port = listening.getsockname()[1]

    async def close() -> None:
        await client.close()
        await http.aclose()

    config = uvicorn.Config(
        Calls(bridge, instances, port).app(close),
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        limit_concurrency=200,
    )
    try:
        print(json.dumps({"url": f"http://{HOST}:{port}", "token": instances.first.token}), flush=True)
        print(f"sallyport: profiles are in {kept.folder() / 'config'}", file=sys.stderr, flush=True)
        uvicorn.Server(config).run(sockets=[listening])
    except SystemExit:
        pass
    finally:
        listening.close()
    return 0


def _leave(*_: object) -> None:
    raise SystemExit(0)
