"""`sallyport … | head`: whoever reads the output may stop before its end."""

import os
import subprocess
import sys

from tests.support.house import ROOT


def test_output_that_nobody_reads_ends_the_command_without_a_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    path = os.pathsep.join(str(ROOT / part) for part in ("cli", "client", "layers/core/python", "layers/policy/python"))
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-m", "sallyport_cli", "policy", "access-review"]
    try:
        ended = subprocess.run(
            command, check=False, stdout=writing, stderr=subprocess.PIPE, env=environment, timeout=120
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, b"")
