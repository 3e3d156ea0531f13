"""The package's receiver: the run pauses instead of waiting, and the bridge's webhook wakes it."""

import asyncio
import socket

import uvicorn
from agentapprovalprotocol import AsyncClient, AsyncGate, Call, Pending, Receiver
from exporting import ARGUMENTS, REASONING, TOKEN, TOOL, URL, export
from starlette.applications import Starlette
from starlette.routing import Route


async def main():
    woken = asyncio.Event()
    receiver = Receiver(resumers={"none": lambda handle, request: woken.set()})
    app = Starlette(routes=[Route("/aap/events", receiver.asgi(), methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))  # it takes connections from here on
    port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    serving = asyncio.ensure_future(server.serve([listening]))
    made = await receiver.provision(
        provider_url=URL, provisioner_token=TOKEN, url=f"http://127.0.0.1:{port}/aap/events"
    )
    gate = AsyncGate(AsyncClient(URL, made.token), mode="async")
    call = Call(key="run-2:call-1", tool=TOOL, arguments=ARGUMENTS, reasoning=REASONING, resume={"framework": "none"})
    assert isinstance(await gate.check(call), Pending)
    await woken.wait()
    async with gate.guard(call) as verdict:
        print(export(**ARGUMENTS) if verdict else verdict.reason)
    server.should_exit = True
    await serving


asyncio.run(main())
