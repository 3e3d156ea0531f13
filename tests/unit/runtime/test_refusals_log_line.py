"""The one log line of a refused call."""

from __future__ import annotations

import pytest

from sallyport.domain.refusals import NotApproved
from sallyport.runtime.http import Answer, Call, http_handler


def _refuse(_call: Call) -> Answer:
    raise NotApproved


@pytest.mark.parametrize(
    ("in_the_path", "logged"),
    [("req-" + "0a" * 12, "req-" + "0a" * 12), ("Ms. Nobody, MRN 12345678", None)],
)
def test_names_the_request_of_the_path_and_nothing_else_from_it(
    in_the_path: str, logged: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    event = {"pathParameters": {"request_id": in_the_path}, "requestContext": {"identity": {}}}

    with caplog.at_level("INFO", logger="sallyport"):
        answer = http_handler(_refuse)(event, None)

    (line,) = [vars(record) for record in caplog.records]
    assert answer["statusCode"] == 409
    assert line["outcome"] == "not_approved"
    assert line.get("request_id") == logged
    assert "Nobody" not in str(line)
