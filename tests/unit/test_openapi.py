"""docs/openapi.yaml is a valid description of exactly what is deployed. Answers are held against it end to end."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from sallyport.domain import refusals
from sallyport.domain.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
SPECIFICATION: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
_METHODS = {"get", "post", "delete", "put", "patch"}


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in SPECIFICATION["paths"].items():
        for method in _METHODS & item.keys():
            yield path, method, item[method]


def _problems() -> Iterator[tuple[int, str]]:
    """Every (status, code) that some operation documents."""
    for _, _, operation in _operations():
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                codes = content["schema"].get("properties", {}).get("code", {}).get("enum", [])
                yield from ((int(status), code) for code in codes)


def _refusals() -> Iterator[type[Refusal]]:
    """Those that some route answers with: why somebody denied is asked in Slack, and refused there."""
    for value in vars(refusals).values():
        if isinstance(value, type) and issubclass(value, Refusal) and value not in (Refusal, refusals.TooLate):
            yield value


def test_the_specification_is_valid() -> None:
    validate(SPECIFICATION)


def test_every_refusal_is_documented_with_its_status_and_nothing_else_is() -> None:
    assert set(_problems()) == {(refusal.http_status, refusal.code) for refusal in _refusals()}


def test_every_route_of_the_template_is_documented_and_nothing_else_is() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    events = re.findall(r"Type: Api, Properties: \{RestApiId: !Ref Api, Path: \"?([^,\"]+)\"?, Method: (\w+)", template)
    assert len(events) >= 11
    assert {(path, method) for path, method, _ in _operations()} == {(path, method.lower()) for path, method in events}


@pytest.mark.parametrize(
    "schema", ["Submission", "Decision", "Report", "Halt", "RequestView", "Credentials", "Action", "Problem"]
)
def test_shapes_have_no_room_for_what_nobody_declared(schema: str) -> None:
    assert SPECIFICATION["components"]["schemas"][schema]["additionalProperties"] is False
