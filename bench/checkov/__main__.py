"""Run checkov, in an environment of its own, over the transformed templates: `make checkov`.

Exit 1 when it finds something that docs/security-findings.md does not explain, or no longer finds something that the
page does.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.template import resources, source

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security-findings.md"
# template, check, then what the check looks at: names, or `every function`
_ROW = re.compile(r"\| (gate|targets) \| `(CKV\w+)` \| ([^|]+) \|")

type Findings = set[tuple[str, str, str]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkov", help="the program")
    program = parser.parse_args().checkov
    with tempfile.TemporaryDirectory() as folder:
        gate = Path(folder) / "gate.json"
        gate.write_text(json.dumps(transformed()))
        found = _found(program, "gate", gate) | _found(program, "targets", ROOT / "targets/template.yaml")
    for kind, these in (("not argued", found - argued()), ("no longer found", argued() - found)):
        for finding in sorted(these):
            print(f"{kind}: {' '.join(finding)}", file=sys.stderr)
    print(f"{len(found)} findings, {len(found & argued())} argued in {PAGE.relative_to(ROOT)}")
    return 0 if found == argued() else 1


def transformed() -> dict[str, Any]:
    """The gate's template after SAM's transform."""
    kept = {name: part for name, part in source().items() if name not in ("Transform", "Globals", "Resources")}
    return {**kept, "Resources": resources()}


def argued() -> Findings:
    """Template, check and resource of every row of the page."""
    return {
        (template, check, name)
        for template, check, where in _ROW.findall(PAGE.read_text())
        for name in re.findall(r"`(\w+)`", where) or _functions(where.strip())
    }


def _functions(where: str) -> list[str]:
    functions = {name: r["Properties"] for name, r in resources().items() if r["Type"] == "AWS::Lambda::Function"}
    if where == "every function":
        return list(functions)
    if where == "functions without a reservation":
        return [name for name, f in functions.items() if "ReservedConcurrentExecutions" not in f]
    raise ValueError(where)


def _found(program: str, template: str, path: Path) -> Findings:
    command = [program, "-f", str(path), "--framework", "cloudformation", "--quiet", "--skip-download", "-o", "json"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(ran.stdout)
    failed = said["results"]["failed_checks"]
    return {(template, check["check_id"], check["resource"].rpartition(".")[2]) for check in failed}


if __name__ == "__main__":
    sys.exit(main())
