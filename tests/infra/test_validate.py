"""The validators that a deploy relies on run clean."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.template import ROOT


@pytest.mark.parametrize("command", [["sam", "validate", "--lint"], ["cfn-lint", "template.yaml"]])
def test_template_is_clean(command: list[str], tmp_path: Path) -> None:
    tool = Path(sys.executable).parent / command[0]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "HOME": str(tmp_path)}
    done = subprocess.run(
        [str(tool), *command[1:]], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
