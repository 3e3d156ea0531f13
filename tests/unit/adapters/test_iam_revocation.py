"""How long a deny may take at the worst, held against who waits for it and for how long a put may arrive late."""

from typing import Any

import pytest

from sallyport.adapters.iam_revocation import IAM_CONFIG, DynamoDbRoleLists, RoleListItem
from sallyport.adapters.table_client import TABLE_SECONDS
from sallyport.domain.revocations import IN_FLIGHT, WRITER_LIFE
from sallyport.runtime.wiring import Wiring
from tests.support.template import function_roles, of_type, permissions

API_SECONDS = 29
BOUNDED: Any = IAM_CONFIG


def worst_put() -> float:
    """Seconds: every attempt times out, and before each further one botocore's standard mode waits at most 2^n."""
    attempts: int = BOUNDED.retries["total_max_attempts"]
    one: float = BOUNDED.connect_timeout + BOUNDED.read_timeout
    waits: float = sum(2**n for n in range(attempts - 1))
    return attempts * one + waits


def test_put_gives_up_while_somebody_still_waits_for_the_answer() -> None:
    assert worst_put() + 4 * sum(TABLE_SECONDS) < API_SECONDS


def test_no_put_can_arrive_after_its_writer_is_forgotten() -> None:
    writers = {f for f, role in function_roles().items() if any("PutRolePolicy" in a for a, _ in permissions(role))}
    for function in writers & {"RevokeGrant", "RevokeAgent"}:
        assert of_type("AWS::Lambda::Function")[function]["Timeout"] + IN_FLIGHT.seconds <= WRITER_LIFE.seconds
    assert worst_put() < IN_FLIGHT.seconds


def test_connected_clients_are_the_bounded_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")
    config = Wiring().role_policies._iam.meta.config
    assert (config.connect_timeout, config.read_timeout) == (BOUNDED.connect_timeout, BOUNDED.read_timeout)
    assert config.retries["total_max_attempts"] == BOUNDED.retries["total_max_attempts"]
    monkeypatch.setattr(RoleListItem, "Meta", type("Meta", (RoleListItem.Meta,), {}))
    DynamoDbRoleLists("requests", "us-east-1")
    table: Any = RoleListItem._get_connection().connection.client.meta.config
    assert (table.connect_timeout, table.read_timeout) == TABLE_SECONDS
