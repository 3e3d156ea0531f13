"""What connecting to the tables costs: each client reads the service's model again."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from sallyport.adapters import table_client
from sallyport.adapters.dynamodb_store import DynamoDbStore
from sallyport.adapters.dynamodb_tallies import DynamoDbTallies
from sallyport.adapters.iam_revocation import DynamoDbRoleLists
from tests.support.account import REGION, forget_clients, make_tables
from tests.support.story import NOW


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        make_tables()
        forget_clients()
        yield
        forget_clients()


def test_all_models_and_their_transactions_share_one_client(tables: None, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    create = botocore.session.Session.create_client

    def counted(self: Any, service: str, *arguments: Any, **named: Any) -> Any:
        made.append(service)
        return create(self, service, *arguments, **named)

    monkeypatch.setattr(botocore.session.Session, "create_client", counted)
    store = DynamoDbStore("requests", "audit", REGION)
    assert not store.seen_before("v0=once", NOW)
    assert store.newest("req-of-nobody") is None
    store.save_deployment(store.deployment(), store.deployment(), ())
    assert list(DynamoDbTallies("requests", "audit", REGION).overdue(NOW)) == []
    assert DynamoDbRoleLists("requests", REGION).read("sallyport-target-s3-export").revision == 0
    assert made == ["dynamodb"]


def test_a_model_follows_its_table(tables: None) -> None:
    assert not DynamoDbStore("requests", "audit", REGION).seen_before("v0=once", NOW)
    with pytest.raises(Exception, match="store_unavailable"):
        DynamoDbStore("others", "audit", REGION).seen_before("v0=once", NOW)
    assert DynamoDbStore("requests", "audit", REGION).seen_before("v0=once", NOW)


def test_nobody_waits_long_for_the_tables(tables: None) -> None:
    """Slack waits three seconds for a click, and pynamodb would for 15 and 30."""
    DynamoDbStore("requests", "audit", REGION)
    config: Any = table_client._connection(REGION).client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
