"""Choosing TCP ports on 127.0.0.1."""

import secrets
import socket

HOST = "127.0.0.1"


class PortTakenError(Exception):
    """The port that was asked for is in use."""


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of 127.0.0.1 right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port in TIME_WAIT is free for a server that sets the same option, as ours do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose(preferred: int, *, insist: bool = False) -> int:
    """The preferred port, or any free one when it is taken.

    With `insist` (the user named the port) a taken port is a PortTakenError instead.
    """
    if is_free(preferred):
        return preferred
    if insist:
        raise PortTakenError(f"port {preferred} on {HOST} is taken: stop what listens there or name another port")
    return any_free()


def any_free() -> int:
    """A port that nobody listens on, below those that kernels give to outgoing connections.

    One of theirs could be given away again before our server listens on it.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if is_free(port):
            return port
