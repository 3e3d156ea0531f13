"""Vault, views, sameness, issuer, workflow: each contract, passed by both twins."""

import secrets
from dataclasses import replace

import pytest

from sallyport.domain.binding import VaultRecord
from sallyport.domain.credentials import order
from sallyport.domain.ports import CredentialIssuer, PortFailed, SamenessKey, Vault, Views, Workflow
from sallyport.masking import mask
from sallyport.masking.views import enclosed, view_digest
from tests.support.story import Story, submission

RAW = submission(reason="Für John Smith – 日本 \U0001f600", context={"n": 1.5, "none": None, "list": [True, {}]})


def raw_action() -> VaultRecord:
    story = Story().submitted(RAW)
    return replace(story.ports.vault.records[story.request_id], request_id=f"req-{secrets.token_hex(12)}")


def test_the_vault_gives_back_what_the_digest_is_made_of(vault: Vault) -> None:
    record = raw_action()
    vault.put(record)
    assert vault.get(record.request_id) == record
    assert vault.get(record.request_id).action_digest == record.action_digest


def test_what_is_not_in_the_vault_is_unavailable(vault: Vault) -> None:
    with pytest.raises(PortFailed, match="vault_unavailable"):
        vault.get("req-ffffffffffffffffffffffff")


def test_deleting_leaves_nothing_and_is_harmless_when_there_is_nothing(vault: Vault) -> None:
    record, other = raw_action(), raw_action()
    for one in (record, record, other):
        vault.put(one)
    for _ in range(2):
        vault.delete(record.request_id)
    with pytest.raises(PortFailed):
        vault.get(record.request_id)
    assert vault.get(other.request_id) == other


def test_vault_lists_what_is_there_by_id_with_its_time(vault: Vault) -> None:
    kept, gone = raw_action(), raw_action()
    for one in (kept, gone):
        vault.put(one)
    vault.delete(gone.request_id)
    listed = dict(vault.listed())
    assert gone.request_id not in listed
    assert listed[kept.request_id].tzinfo is not None


def test_a_view_comes_back_by_its_digest(views: Views) -> None:
    masked, findings = mask({"reason": "For John Smith, ü 日本"})
    view = enclosed({"risk": "high"}, masked, findings)
    views.put(view_digest(view), view)
    assert views.get(view_digest(view)) == view


def test_a_view_under_another_digest_is_not_shown(views: Views) -> None:
    masked, findings = mask({"reason": "harmless"})
    views.put("ab" * 32, enclosed({"risk": "low"}, masked, findings))
    for digest in ("ab" * 32, "cd" * 32):
        with pytest.raises(PortFailed, match="views_unavailable"):
            views.get(digest)


def test_sameness_is_equal_for_equal_bytes_alone(sameness: SamenessKey) -> None:
    long = b"x" * 300_000
    assert sameness.sign(b"one") == sameness.sign(b"one")
    assert len({sameness.sign(data) for data in (b"one", b"two", b"", long)}) == 4
    assert len(bytes.fromhex(sameness.sign(long))) == 32


def test_a_credential_is_issued_for_an_order(issuer: CredentialIssuer) -> None:
    wanted = order(
        request_id="req-000000000000000000000001",
        agent="export-bot",
        action="s3.export",
        approvers=("petra.approver",),
        role_arn="arn:aws:iam::123456789012:role/sallyport/target/sallyport-target-s3-export",
        policy='{"Version":"2012-10-17","Statement":[]}',
        seconds=900,
    )
    minted = issuer.issue(wanted)
    assert minted.access_key_id.startswith("ASIA")
    assert minted.secret_access_key
    assert minted.session_token
    assert minted.expiration.tzinfo is not None


def test_starting_twice_is_harmless(workflow: Workflow) -> None:
    request_id = f"req-{secrets.token_hex(12)}"
    for _ in range(2):
        workflow.start(request_id, {"request_id": request_id})
