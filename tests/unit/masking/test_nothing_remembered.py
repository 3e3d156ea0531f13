"""What a request said is nowhere in the process once it is masked: no cache, no compiled pattern, no learnt key."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Listed and unlisted names in the spellings that detectors look up, numbers, keys that say something and one that is
# somebody's, characters that are drawn like others, a token of no form.
PLANTED = [
    "Wilhelmina", "Quolbrantsen", "rosalinda", "abernathy", "MRN-77-31920QX", "219-09-9999", "quolbrant_visit_code",
    "Emilia.Abernathy", "\uff34\uff45\uff53\uff53\uff41", "x7-QQ/44.b_9Zk",
]  # fmt: skip
HARMLESS = [
    "Joan", "Miller", "maria", "gonzalez", "MRN-1-2222A", "219-09-1111", "visit_code", "John.Smith",
    "\uff2a\uff4f\uff41\uff4e", "y1-ZZ/22.c_1Ab",
]  # fmt: skip


def test_nothing_in_the_process_refers_to_what_a_request_said() -> None:
    arguments = json.dumps([[value[::-1] for value in PLANTED], HARMLESS])
    layers = os.pathsep.join(str(ROOT / "layers" / layer / "python") for layer in ("core", "policy"))
    command = [sys.executable, str(Path(__file__).with_name("nothing_remembered.py")), arguments]
    ran = subprocess.run(command, env={"PYTHONPATH": layers}, capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(ran.stdout) == []
