"""`aws:SecureTransport`: ministack serves plain HTTP here, so a bucket policy that demands TLS denies everything.

A call that never leaves this machine counts as one over TLS, so that such policies can stay in the template.
"""

import importlib
from typing import Any


def apply() -> None:
    """Pin every request from the loopback interface as secure."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    pin_request_origin = evaluator.pin_request_origin

    def pin_loopback_as_secure(source_ip: str, secure_transport: bool) -> None:  # noqa: FBT001 - ministack's signature
        pin_request_origin(source_ip, secure_transport or source_ip == "127.0.0.1")

    evaluator.pin_request_origin = pin_loopback_as_secure
