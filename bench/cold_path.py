"""What a first call still pays after the priming hook, beside what it pays without it: fresh interpreters, interleaved.

SnapStart takes its snapshot after the imports and the hook, so those are paid once, before anybody waits. The call is
reduced to what needs no network: the policy is read, its rules are parsed, clients are made, and a text that the hook
has not seen is masked. Ratios to bare `import boto3` in the same run. Exit 1 where the hook leaves more than a tenth.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "cold_path.json"
HOOKS = {"slack_interaction": "prime_click", "mask_payload": "prime_masking"}
PORTS = {
    "slack_interaction": ["policy", "authorizer", "store", "views", "workflow", "chat"],
    "mask_payload": ["policy", "store", "vault", "views"],
}
BASE = "boto3"
# After the hook only the work itself may be left, and no reading, compiling or connecting.
LEFT = 0.1

_SCRIPT = """
import json, runpy, time
t = [time.perf_counter()]
def lap():
    t.append(time.perf_counter())
runpy.run_path({path!r}); lap()
if {primed}:
    from sallyport.runtime import priming
    priming.{hook}()
lap()
from sallyport.masking import mask
from sallyport.runtime.wiring import wiring
ports = wiring()
[getattr(ports, name) for name in {ports!r}]
reason = "Amelia Ferreira, born 3 March 1964, MRN 7731920, asked us to move her record"
mask({{"reason": reason, "parameters": {{"bucket": "b-1"}}}})
lap()
print(json.dumps([(b - a) * 1000 for a, b in zip(t, t[1:])]))
"""
_BARE = """
import json, time
t = time.perf_counter()
import boto3
print(json.dumps([(time.perf_counter() - t) * 1000]))
"""
_ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_EC2_METADATA_DISABLED": "true",
    "ACCOUNT_ID": "0" * 12,
    "PARTITION": "aws",
    "ENVIRONMENT": "dev",
    "STACK_NAME": "bench",
    "REQUESTS_TABLE": "requests",
    "AUDIT_TABLE": "audit",
    "VIEWS_BUCKET": "views",
    "VAULT_BUCKET": "vault",
    "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
    "SLACK_API_BASE_URL": "https://slack.invalid/api/",
    "SLACK_CHANNEL_ID": "C0",
    "SLACK_TEAM_ID": "T0",
    "SLACK_APP_ID": "A0",
    "SLACK_BOT_TOKEN_SECRET": "token",
    "SLACK_SIGNING_SECRET_SECRET": "signing",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=7, help="fresh interpreters of each")
    rounds = parser.parse_args().processes
    ways = [(BASE, False), *((name, primed) for name in HOOKS for primed in (False, True))]
    laps: dict[tuple[str, bool], list[list[float]]] = {way: [] for way in ways}
    for done in range(rounds + 1):  # the first round only fills the caches of files and byte code
        for way, taken in laps.items():
            took = once(*way)
            if done:
                taken.append(took)
    base = statistics.median(took[0] for took in laps[BASE, False])
    rows = [row(name, laps[name, False], laps[name, True], base) for name in HOOKS]
    print(f"{'beside import boto3':<20}{'before':>8}{'after':>8}{'paid in the snapshot':>22}")
    for r in rows:
        print(f"{r['name']:<20}{r['before']:>8}{r['after']:>8}{r['in_the_snapshot']:>22}")
    written = {"python": platform.python_version(), "processes": rounds, f"{BASE}_ms": round(base, 1), "handlers": rows}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(written, indent=2) + "\n")
    return 0 if all(r["within"] for r in rows) else 1


def once(name: str, primed: bool) -> list[float]:  # noqa: FBT001 - one of the two ways that are compared
    """Milliseconds of imports, hook and call in a fresh interpreter."""
    path = str(ROOT / "functions" / name / "app.py")
    script = _BARE
    if name != BASE:
        script = _SCRIPT.format(path=path, hook=HOOKS[name], primed=primed, ports=PORTS[name])
    layers = os.pathsep.join(str(ROOT / "layers" / layer / "python") for layer in ("core", "policy"))
    environment = {"PATH": os.defpath, "PYTHONPATH": layers, **_ENVIRONMENT}
    command = [sys.executable, "-c", script]
    found: list[float] = json.loads(
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    )
    return found


def row(name: str, cold: list[list[float]], primed: list[list[float]], base: float) -> dict[str, str | float | bool]:
    """Medians, as ratios to the base's: what the first caller waits for before and after."""
    before = statistics.median(imports + call for imports, _, call in cold) / base
    after = statistics.median(call for _, _, call in primed) / base
    paid = statistics.median(imports + hook for imports, hook, _ in primed) / base
    return {
        "name": name,
        "before": round(before, 3),
        "after": round(after, 3),
        "in_the_snapshot": round(paid, 3),
        "within": after <= before * LEFT,
    }


if __name__ == "__main__":
    sys.exit(main())
