"""One client of DynamoDB for all models: pynamodb would make a session and a client for each, 65 ms a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pynamodb.connection import Connection

from sallyport.adapters.aws_session import session

if TYPE_CHECKING:
    from botocore.session import Session
    from pynamodb.models import Model

# Seconds to connect, and to wait for an answer. pynamodb would wait 15 and 30 s, and Slack waits 3 s for the whole
# click.
TABLE_SECONDS = (1, 2)


class _Connection(Connection):
    @property
    def session(self) -> Session:
        return session()


def connected(region: str, tables: Mapping[type[Model], str]) -> Connection:
    """A connection for transactions over these models, each of which is in the table of that name from now on."""
    connection = _connection(region)
    for model, name in tables.items():
        meta: Any = model.Meta
        meta.table_name, meta.region = name, region
        meta.connect_timeout_seconds, meta.read_timeout_seconds = TABLE_SECONDS
        # There is no public way to give a model's connection its client, and without one it would make its own.
        model._get_connection().connection._client = connection.client  # noqa: SLF001
    return connection


@cache
def _connection(region: str) -> Connection:
    connecting, reading = TABLE_SECONDS
    return _Connection(region, connect_timeout_seconds=connecting, read_timeout_seconds=reading)
