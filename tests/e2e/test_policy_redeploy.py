"""A change of nothing but the policy, deployed into a live stack of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local import deploy
from local.stack import PROJECT
from tests.e2e.driver import Live

ROOT = Path(__file__).resolve().parents[2]
# Two deploys, beside everything else that a test run does.
pytestmark = pytest.mark.timeout(600)
TIERS = "layers/policy/python/sallyport_policy/tiers.yaml"


@dataclass(frozen=True)
class Behind:
    """What the alias of one function points at: a version and its layers' ARNs."""

    version: str
    layers: frozenset[str]


@dataclass(frozen=True)
class Redeployed:
    """The stack after the change, and what was there before."""

    live: Live
    approved: str
    pending: str
    pending_digest: str
    old_policy: str
    noted: list[dict[str, Any]]
    before: dict[str, Behind]
    after: dict[str, Behind]
    same_stack: bool


@pytest.fixture(scope="module")
def redeployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redeployed]:
    """A stack on which one export was approved, and one left pending, before the quorum went from one to two."""
    root = tmp_path_factory.mktemp("redeploy") / "checkout"
    _copy_checkout(root)
    try:
        yield _change_and_deploy(root)
    finally:
        _stack(root, "down")
        shutil.rmtree(root)


def _change_and_deploy(root: Path) -> Redeployed:
    _stack(root, "up")
    first = _described(root)
    live = Live(first)
    approved, digest = live.waiting("export-bot")
    assert live.decide("petra.approver", approved, "approve", digest).said == (200, None)
    view = live.until("export-bot", approved, "grant")
    pending, pending_digest = live.waiting("export-bot")
    # Warm, so that an environment with the old policy is there to answer wrongly.
    assert live.redeem("export-bot", pending).said == (409, "not_approved")
    noted, before = live.chain("deployment"), _behind_aliases(live)

    policy = root / TIERS
    text = policy.read_text(encoding="utf-8")
    assert text.count("high:\n  quorum: 1\n") == 1
    policy.write_text(text.replace("high:\n  quorum: 1\n", "high:\n  quorum: 2\n"), encoding="utf-8")
    _stack(root, "up")
    return Redeployed(
        live=live,
        approved=approved,
        pending=pending,
        pending_digest=pending_digest,
        old_policy=view["policy_digest"],
        noted=noted,
        before=before,
        after=_behind_aliases(live),
        same_stack=_described(root) == first,
    )


def _copy_checkout(root: Path) -> None:
    """Copy the sources and what `sam build` made of them, which the live stack needs anyway: `up` sees that it fits."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".local", ".aws-sam", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, root, ignore=left_out)
    deploy.build(PROJECT)
    with deploy.alone(PROJECT):
        # Not what a deploy of the live stack may be writing at this moment.
        writing = shutil.ignore_patterns("sam-cli", "*.log", "lock")
        shutil.copytree(PROJECT.scratch, root / ".local" / "sam", ignore=writing)
        shutil.copytree(ROOT / ".aws-sam", root / ".aws-sam")
    record = root / ".local" / "sam" / "build.toml"
    record.write_text(record.read_text(encoding="utf-8").replace(f'"{ROOT}/', f'"{root}/'), encoding="utf-8")


def _stack(root: Path, command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "local.stack", command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _described(root: Path) -> dict[str, Any]:
    return dict(json.loads((root / ".local" / "stack.json").read_text(encoding="utf-8")))


def _behind_aliases(live: Live) -> dict[str, Behind]:
    """Every function of the product and what is behind its alias `live`."""
    client = live.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    names = [entry["FunctionName"] for page in pages for entry in page["Functions"]]
    found = {}
    for name in names:
        if name.startswith("sallyport-"):
            got = client.get_function_configuration(FunctionName=name, Qualifier="live")
            found[name] = Behind(got["Version"], frozenset(layer["Arn"] for layer in got["Layers"]))
    return found


def _policy_layers(behind: dict[str, Behind]) -> set[str]:
    return {arn for each in behind.values() for arn in each.layers if ":layer:PolicyLayer" in arn}


def test_every_alias_points_at_a_new_version_with_the_new_policy_layer(redeployed: Redeployed) -> None:
    assert redeployed.same_stack
    assert len(redeployed.before) >= 12
    assert set(redeployed.after) == set(redeployed.before)
    (old,), (new,) = _policy_layers(redeployed.before), _policy_layers(redeployed.after)
    assert new != old
    for name, now in redeployed.after.items():
        before = redeployed.before[name]
        assert now.version != before.version
        assert now.layers == before.layers - {old} | {new}, "nothing but the policy was changed"


def test_a_request_approved_under_the_laxer_policy_is_refused_at_redemption(redeployed: Redeployed) -> None:
    live, request_id = redeployed.live, redeployed.approved
    assert live.redeem("export-bot", request_id).said == (409, "policy_changed")
    assert live.told(request_id)[-1] == ("credentials.refused", "policy_changed")
    assert "credentials.issued" not in {kind for kind, _ in live.told(request_id)}
    assert live.redeem("export-bot", request_id).status == 409


def test_a_request_that_was_still_pending_needs_the_second_person_too(redeployed: Redeployed) -> None:
    live, request_id, digest = redeployed.live, redeployed.pending, redeployed.pending_digest
    assert live.decide("petra.approver", request_id, "approve", digest).said == (200, None)
    assert live.view("export-bot", request_id)["status"] == "pending"
    assert live.redeem("export-bot", request_id).said == (409, "not_approved")
    assert live.decide("otto.owner", request_id, "approve", digest).said == (200, None)
    live.until("export-bot", request_id, "status", "approved")
    assert live.redeem("export-bot", request_id).said == (200, None)


def test_a_new_request_needs_two_people(redeployed: Redeployed) -> None:
    live = redeployed.live
    request_id, digest = live.waiting("export-bot")
    assert live.view("export-bot", request_id)["quorum"] == {"needed": 2, "have": 0}
    assert live.decide("petra.approver", request_id, "approve", digest).status == 200
    view = live.view("export-bot", request_id)
    assert (view["status"], view["quorum"]) == ("pending", {"needed": 2, "have": 1})
    assert live.redeem("export-bot", request_id).said == (409, "not_approved")
    assert live.decide("otto.owner", request_id, "approve", digest).status == 200
    live.until("export-bot", request_id, "status", "approved")
    assert live.redeem("export-bot", request_id).said == (200, None)


def test_the_change_is_audited_with_both_digests_before_the_first_request_under_it(redeployed: Redeployed) -> None:
    live = redeployed.live
    request_id = live.ask("export-bot")
    new_policy = live.view("export-bot", request_id)["policy_digest"]
    assert new_policy != redeployed.old_policy
    first, *later = live.chain("deployment")
    assert [first] == redeployed.noted
    assert first["details"]["after"] == redeployed.old_policy
    (changed,) = later
    assert changed["type"] == "policy.changed"
    assert changed["details"] == {"before": redeployed.old_policy, "after": new_policy}
    (submitted, *_) = live.chain(request_id)
    assert submitted["policy_digest"] == new_policy
    assert changed["at"] <= submitted["at"]
