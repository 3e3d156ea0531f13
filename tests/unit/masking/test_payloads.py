"""Of what operations write, everything stays but the people in it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sallyport.masking import mask_json
from tests.unit.masking.payloads import PAYLOADS, P

TEXT = {"before", "planted", "after"}


def plain(spec: Any) -> Any:
    """The payload as its system writes it."""
    if isinstance(spec, dict):
        if spec.keys() == TEXT:
            return spec["before"] + spec["planted"] + spec["after"]
        return {key: plain(item) for key, item in spec.items()}
    if isinstance(spec, list):
        return [plain(item) for item in spec]
    return str(spec) if isinstance(spec, str) else spec


def faults(spec: Any, masked: Any, path: str = "$") -> Iterator[str]:
    """Where a planted identifier is shown, or something else is not."""
    if isinstance(spec, dict) and spec.keys() == TEXT:
        if spec["planted"] in masked or not (masked.startswith(spec["before"]) and masked.endswith(spec["after"])):
            yield f"{path}: {masked}"
    elif isinstance(spec, dict):
        assert list(spec) == list(masked)
        for key, item in spec.items():
            yield from faults(item, masked[key], f"{path}.{key}")
    elif isinstance(spec, list):
        for i, item in enumerate(spec):
            yield from faults(item, masked[i], f"{path}[{i}]")
    elif (spec == masked) == isinstance(spec, P):
        yield f"{path}: {masked}"


@pytest.mark.parametrize("name", PAYLOADS)
def test_only_people_are_masked(name: str) -> None:
    assert list(faults(PAYLOADS[name], mask_json(plain(PAYLOADS[name])))) == []


def test_a_fault_is_found() -> None:
    assert list(faults({"a": P("x")}, {"a": "x"})) == ["$.a: x"]
    assert list(faults({"a": "x"}, {"a": "[NAME-1]"})) == ["$.a: [NAME-1]"]
