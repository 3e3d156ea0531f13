"""The socket side. The standard library's threading server is enough: a handful of clients on one machine, and the
long poll of each page may sleep in a thread of its own; a framework would be one more thing to pin and explain.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local_slack.app import LocalSlack
from local_slack.web import Request, Response, text_response

_MOST_BODY = 2_000_000


class SlackServer(ThreadingHTTPServer):
    """Serves one workspace on the loopback interface; port 0 picks a free one (see `base_url`)."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: LocalSlack, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.app = app
        self.base_url = f"http://127.0.0.1:{self.server_port}"
        app.base_url = self.base_url

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report it, unless the client just went away between two requests, as a closed page does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120
    server: SlackServer

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self._refuse(text_response("length required", 411))
        elif int(length) > _MOST_BODY:
            self._refuse(text_response("too large", 413))
        else:
            self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        try:
            response = self.server.app.handle(Request(self.command, parts.path, query, headers, body))
        except Exception as error:  # noqa: BLE001  (a fault of ours must still be an HTTP answer)
            self.log_error("%s %s failed: %s", self.command, parts.path, type(error).__name__)
            response = text_response("internal error", 500)
        self._write(response)

    def _refuse(self, response: Response) -> None:
        self.close_connection = True
        self._write(response)

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(response.body)
        except (BrokenPipeError, ConnectionResetError):
            # The client went away, as a page does while its long poll waits.
            self.close_connection = True

    def log_request(self, *_: Any) -> None:
        """Log nothing here, because /_control/api-log has the calls, without the token."""
