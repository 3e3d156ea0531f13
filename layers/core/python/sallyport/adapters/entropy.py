"""Randomness from the operating system, drawn when it is needed."""

from __future__ import annotations

import secrets


class SystemEntropy:
    def request_id(self) -> str:
        """`req-` and 96 random bits: fits STS's session names and Step Functions' execution names."""
        return f"req-{secrets.token_hex(12)}"

    def salt(self) -> str:
        return secrets.token_hex(32)
