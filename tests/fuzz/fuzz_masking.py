"""Coverage-guided fuzzing of masking with Atheris, in an environment of its own:

    python -m venv .local/fuzz-venv && .local/fuzz-venv/bin/pip install atheris google-re2
    .local/fuzz-venv/bin/python tests/fuzz/fuzz_masking.py -max_total_time=300 -max_len=600

It stops at the first input that crashes the engine, changes a document's shape, shows a planted identifier, is not
idempotent, or takes longer per character than the slowest text of bench/masking_worst.py.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import atheris

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "core" / "python"))

with atheris.instrument_imports(include=["sallyport.masking"]):
    # The engine loads its parts when they are first needed; the fuzzer must see them all.
    import sallyport.masking.engine  # noqa: F401
    from sallyport.masking import MaskingFailed, mask_json

PLANTED = ("987-65-4321", "jane.doe@example.org", "(202) 555-0143", "Katherine Johnson")
MAX_SECONDS = 1.0


def check(data: bytes) -> None:
    """One input: as a text, as a key, and as JSON where it is some."""
    provider = atheris.FuzzedDataProvider(data)
    planted = provider.PickValueInList(list(PLANTED))
    text = provider.ConsumeUnicode(600)
    try:
        document = json.loads(text)
    except ValueError:
        document = text
    request: Any = {"reason": f"{planted}. {text}", "context": {"note": document, text: 1}}
    started = time.process_time()
    try:
        masked: Any = mask_json(request)
        again = mask_json(masked)
    except MaskingFailed as failure:
        if failure.code == "masking_depth_exceeded":
            return
        raise
    if time.process_time() - started > MAX_SECONDS:
        raise RuntimeError("too slow")
    if len(masked) != len(request) or len(masked["context"]) != len(request["context"]):
        raise RuntimeError("shape changed")
    if masked["reason"].startswith(planted):
        raise RuntimeError("planted identifier shown")
    if repr(again) != repr(masked):
        raise RuntimeError("not idempotent")


if __name__ == "__main__":
    mask_json("warm up: John Smith, 202-555-0143")
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
