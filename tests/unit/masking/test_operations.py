"""Operations stay readable: botocore's own examples, and payloads with identifiers planted, which do not."""

from bench.operations import altered, examples
from bench.operations.build import EACH, SEEDS
from bench.operations.documents import as_text, leaves
from bench.operations.planted import generate
from sallyport.masking import mask_json


def test_what_machines_are_called_stays_in_botocores_examples() -> None:
    measured = altered.measure(document.line() for document in examples.documents())
    assert measured.share <= 0.04
    assert {kind: measured.by_kind[kind] for kind in ("ARN", "image", "hash")} == {"ARN": 0, "image": 0, "hash": 0}


def test_what_was_planted_is_gone_from_the_leaf_it_stood_in() -> None:
    total, left = 0, []
    for half in ("dev", "heldout"):
        for document in generate.documents(half, SEEDS[half], EACH[half]):
            written, shown = dict(leaves(document.content)), dict(leaves(mask_json(document.content)))
            for path, spans in document.spans.items():
                values = [as_text(written[path])[span.start : span.end] for span in spans if span.required]
                total += sum(map(len, values))
                left += [value for value in values if value in as_text(shown.get(path))]
    assert sum(map(len, left)) <= 0.02 * total, left
