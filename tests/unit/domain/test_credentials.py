"""What AssumeRole is called with, and how little of a credential is ever printed."""

from datetime import UTC, datetime

import pytest

from sallyport.domain.credentials import CredentialOrder, ScopedCredentials, order


def wanted(seconds: int = 900, approvers: tuple[str, ...] = ("petra.approver", "quinn.approver")) -> CredentialOrder:
    return order(
        request_id="req-000000000000000000000001",
        agent="export-bot",
        action="s3.export",
        approvers=approvers,
        role_arn="arn:aws:iam::000000000000:role/sallyport/target/r",
        policy="{}",
        seconds=seconds,
    )


def test_names_that_cloudtrail_will_hold() -> None:
    order_ = wanted()
    assert order_.session_name == "req-000000000000000000000001"
    assert order_.source_identity == "agent=export-bot,approver=petra.approver"
    assert order_.tags == {
        "sallyport:request": "req-000000000000000000000001",
        "sallyport:agent": "export-bot",
        "sallyport:approvers": "petra.approver quinn.approver",
        "sallyport:action": "s3.export",
    }


def test_policy_stands_where_no_person_approved() -> None:
    order_ = wanted(approvers=())
    assert order_.source_identity == "agent=export-bot,approver=policy"
    assert order_.tags["sallyport:approvers"] == "policy"


def test_the_longest_ids_fit_a_source_identity() -> None:
    longest = order(
        request_id="r", agent="a" * 22, action="x", approvers=("p" * 22,), role_arn="r", policy="{}", seconds=900
    )
    assert len(longest.source_identity) <= 64


@pytest.mark.parametrize(("asked", "given"), [(60, 900), (900, 900), (1800, 1800), (3600, 3600), (7200, 3600)])
def test_duration_stays_within_what_sts_takes(asked: int, given: int) -> None:
    assert wanted(asked).duration_seconds == given


def test_secrets_and_policy_stay_out_of_reprs() -> None:
    minted = ScopedCredentials("ASIA1", "very-secret", "session-token", datetime(2026, 1, 1, tzinfo=UTC))
    assert "very-secret" not in repr(minted)
    assert "session-token" not in repr(minted)
    assert "{}" not in repr(wanted())
