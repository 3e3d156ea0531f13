from enum import StrEnum
from typing import Any

import pytest

from sallyport.masking import MaskingFailed, mask_json
from sallyport.masking.budget import MAX_DEPTH, Budget
from sallyport.masking.engine import Engine
from sallyport.masking.values import DEFAULT


class Word(StrEnum):
    SSN = "123-45-6789"


def nested(levels: int) -> Any:
    document: Any = "123-45-6789"
    for level in range(levels):
        document = [document] if level % 2 else {"a": document}
    return document


def refusal(document: Any) -> str:
    with pytest.raises(MaskingFailed) as failure:
        mask_json(document)
    return failure.value.code


@pytest.mark.parametrize("value", [("123-45-6789",), b"123-45-6789", Word.SSN, {"a": (1,)}, object(), 1j])
@pytest.mark.parametrize("around", [{"resourceType": "Basic"}, {}])
def test_values_of_no_json_type_are_refused_and_not_passed_over(value: Any, around: dict[str, Any]) -> None:
    assert refusal({**around, "x": value}) == "masking_not_json"
    assert refusal({**around, "x": [value]}) == "masking_not_json"


@pytest.mark.parametrize("around", [{"resourceType": "Basic"}, {}])
def test_keys_that_are_no_strings_are_refused(around: dict[str, Any]) -> None:
    assert refusal({**around, 4711: "x"}) == "masking_not_json"
    assert refusal({**around, "a": [{None: "x"}]}) == "masking_not_json"


def test_the_deepest_document_that_is_allowed_is_masked_and_the_next_refused() -> None:
    assert "123-45-6789" not in str(mask_json(nested(MAX_DEPTH)))
    assert refusal(nested(MAX_DEPTH + 1)) == "masking_depth_exceeded"
    resource = {"resourceType": "Basic", "x": nested(MAX_DEPTH - 1)}
    assert "123-45-6789" not in str(mask_json(resource))
    assert refusal({"resourceType": "Basic", "x": nested(MAX_DEPTH)}) == "masking_depth_exceeded"
    assert refusal(nested(5_000)) == "masking_depth_exceeded"


def test_a_key_met_a_thousand_times_counts_a_thousand_times() -> None:
    document: Any = [{"a_rather_long_key_of_a_table": 1} for _ in range(1_000)]
    with pytest.raises(MaskingFailed) as failure:
        Engine(DEFAULT, Budget(characters=20_000)).run(document)
    assert failure.value.code == "masking_budget_exceeded"


def test_a_thousand_keys_that_mask_alike_keep_their_values() -> None:
    document: Any = {"Jane Smith" + "." * n: n for n in range(1_000)}
    masked: Any = mask_json(document)
    assert list(masked.values()) == list(range(1_000))
    assert not any("Jane" in key for key in masked)
