"""Attacks through the public surface. Each must fail, be in the audit trail, and lose nothing."""

from collections.abc import Iterator

import pytest

from tests.support.account import opened
from tests.support.house import House


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with opened() as house:
        yield house
        for request_id in [item["pk"][4:] for item in house.items("requests") if item["pk"].startswith("REQ#")]:
            assert house.broken_at(request_id) is None
