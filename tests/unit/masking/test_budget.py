from collections.abc import Iterator

import pytest

from sallyport.masking import DEFAULT, MaskingFailed
from sallyport.masking.budget import Budget
from sallyport.masking.engine import Engine


def ticking(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_past_the_time_nothing_is_returned() -> None:
    clock = ticking(4.0)
    engine = Engine(DEFAULT, Budget(seconds=10.0, clock=lambda: next(clock)))
    with pytest.raises(MaskingFailed) as failure:
        engine.run(["some text", "more text", "and more"])
    assert failure.value.code == "masking_budget_exceeded"


def test_too_long_a_document_is_refused_before_it_is_read() -> None:
    engine = Engine(DEFAULT, Budget(characters=100))
    with pytest.raises(MaskingFailed) as failure:
        engine.run({"note": "x" * 200})
    assert failure.value.code == "masking_budget_exceeded"


@pytest.mark.parametrize("value", [{1: "a"}, {"a": b"bytes"}, {"a": {2, 3}}, {"a": [{3: 4}]}])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(MaskingFailed) as failure:
        Engine(DEFAULT, Budget()).run(value)  # type: ignore[arg-type]
    assert failure.value.code == "masking_not_json"


def test_lone_surrogates_leave_a_text_that_can_be_encoded() -> None:
    masked = Engine(DEFAULT, Budget()).run({"note": "\ud800 call 202-555-0143"})
    assert str(masked).encode("utf-8")
