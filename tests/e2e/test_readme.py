"""What the README shows an agent's author, run as it stands there."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.driver import Live

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
(SNIPPET,) = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def approve_next(live: Live, before: set[str]) -> None:
    """Approve the one request that nobody has seen yet, as another person would."""
    for _ in range(200):
        listed = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
        new = [r for r in listed if r["request_id"] not in before and r["presented_digest"]]
        if new:
            live.decide("petra.approver", new[0]["request_id"], "approve", new[0]["presented_digest"])
            return
        time.sleep(0.1)


def test_the_snippet_asks_waits_and_gets_a_credential(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = live.stack["agents"]["export-bot"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", agent["access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", agent["secret_access_key"])
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    waiting = live.call("petra.approver", "GET", "/v1/requests?status=pending").json["requests"]
    approver = threading.Thread(target=approve_next, args=(live, {r["request_id"] for r in waiting}))
    approver.start()
    names: dict[str, object] = {"API": live.stack["api_url"]}
    try:
        exec(compile(SNIPPET, "README.md", "exec"), names)
    finally:
        approver.join()
    credentials = names["credentials"]
    assert isinstance(credentials, dict)
    assert {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"} <= set(credentials)
