"""The whole workspace behind one function from request to response; no socket is needed to use it."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from local_slack.api import WebApi
from local_slack.api.context import Context
from local_slack.channels import Channels
from local_slack.config import Workspace
from local_slack.control import Control
from local_slack.delivery import Deliver, deliver
from local_slack.entry_points import EntryPoints
from local_slack.faults import Faults
from local_slack.home import Homes
from local_slack.interactivity import Interactivity
from local_slack.modals import Modals
from local_slack.outbox import Outbox
from local_slack.page import Page
from local_slack.response_urls import ResponseUrls
from local_slack.store import Store
from local_slack.web import Request, Response, json_response, text_response

_OWN_NAMES = ("127.0.0.1", "localhost", "::1")


class LocalSlack:
    """`database` None keeps everything in memory; clock, sleep and delivery are arguments for tests."""

    def __init__(
        self,
        workspace: Workspace,
        database: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        send: Deliver = deliver,
        post_message_per_second: float = 0.0,
    ) -> None:
        self.base_url = "http://127.0.0.1"
        self.store = Store(database, clock)
        channels = Channels(workspace, self.store)
        modals = Modals(workspace, self.store)
        homes = Homes(workspace, self.store)
        faults = Faults(clock, post_message_per_second)
        self._urls = ResponseUrls(workspace, self.store, channels)
        self.outbox = Outbox(workspace, self.store, send)
        interactivity = Interactivity(
            workspace, self.store, channels, modals, homes, self._urls, lambda: self.base_url, self.outbox
        )
        entry_points = EntryPoints(
            workspace, self.store, channels, modals, self._urls, lambda: self.base_url, self.outbox
        )
        self._api = WebApi(
            Context(workspace, channels, modals, homes, lambda: self.base_url), self.store, faults, sleep
        )
        self._control = Control(
            self.store, channels, modals, homes, interactivity, entry_points, self.outbox, self._api, faults
        )
        self._page = Page(workspace, self.store, channels, modals, homes, self.outbox)

    def handle(self, request: Request) -> Response:
        if not _is_own_host(request):
            # A foreign host name that resolves to this machine (DNS rebinding) must not reach the page or the control
            # routes.
            return text_response("this workspace answers to 127.0.0.1 and localhost only", 421)
        path = request.path
        if path.startswith("/api/") and request.method in ("GET", "POST"):
            return self._api.call(path.removeprefix("/api/"), request)
        if path.startswith("/response/") and request.method == "POST":
            return self._urls.answer(request)
        if path.startswith(("/_control/", "/_page/")):
            return self._own_page_only(request)
        if request.method != "GET":
            return text_response("method not allowed", 405)
        if path == "/healthz":
            return json_response({"ok": True})
        if path == "/" or path.startswith("/archives/"):
            return self._page.asset("index.html")
        if path.startswith("/assets/"):
            return self._page.asset(path.removeprefix("/assets/"))
        return text_response("not found", 404)

    def _own_page_only(self, request: Request) -> Response:
        """Tools send no Origin and may pass; a browser page must be ours, or any site could click for the person."""
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{request.headers['host']}":
            return json_response({"ok": False, "error": "cross_origin"}, 403)
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return json_response({"ok": False, "error": "cross_origin"}, 403)
        if request.path == "/_page/state" and request.method == "GET":
            return self._page.state(request)
        if request.method == "POST":
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return json_response({"ok": False, "error": "content-type must be application/json"}, 415)
        elif request.method != "GET":
            return text_response("method not allowed", 405)
        return self._control.handle(request)


def _is_own_host(request: Request) -> bool:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname in _OWN_NAMES
    except ValueError:
        return False
