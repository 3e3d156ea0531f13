"""Masking beside its peers on labelled corpora: leak, over-masking, F2, speed and import time, in one run.

    python -m bench.masking --corpora DIR [--operations DIR] [--limit N] [--without-peers | --peers-on CORPUS …]

DIR of --corpora holds `*.jsonl.gz` corpora and the `score.py` that measures any `mask(document) -> document` on them;
DIR of --operations is what bench.operations.build made. The peers run in an environment of their own
(`.local/peers-venv`, from bench/peers/requirements.txt) on an even sample of --limit documents per corpus, and so do we
beside them; our own figures are taken on everything. Writes bench/results/masking.json and the tables in
docs/masking.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The layer's code is not installed anywhere: Lambda puts it on the path, and so does this.
sys.path.insert(0, str(ROOT / "layers" / "core" / "python"))

from bench import masking_cards, masking_worst  # noqa: E402 - needs the path above
from bench.documents import between, named, percent  # noqa: E402
from bench.operations import figures  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "masking.json"
DOCUMENT = ROOT / "docs" / "masking.md"
PEERS_VENV = ROOT / ".local" / "peers-venv"
PEERS_LOCK = ROOT / "bench" / "peers" / "requirements.txt"
PEERS = ("presidio", "philter", "scrubadub")
PATIENCE = 900  # seconds for one process; peers need minutes for what takes us seconds
CORPORA = (
    "asq_phi", "presidio_v2", "outis_notes", "hl7v2", "rows", "fhir_resource", "fhir_bundle", "evasions", "secrets",
    "openmed_fixtures",
)  # fmt: skip


def score(python: Path, masker: str, corpora: Path, files: list[Path], limit: int | None) -> dict[str, Any]:
    """What score.py measures for `masker` in a fresh process of `python`."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [str(python), str(corpora / "score.py"), masker, *map(str, files), "--json", out.name]
        command += ["--path", str(ROOT), "--path", str(ROOT / "layers" / "core" / "python")]
        command += ["--limit", str(limit)] if limit else []
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, timeout=PATIENCE)
        measured: dict[str, Any] = json.loads(Path(out.name).read_text(encoding="utf-8"))
    return measured


def peers_python() -> Path:
    """The interpreter of the peers' environment, which is made when it is missing."""
    python = PEERS_VENV / "bin" / "python"
    if not python.exists():
        print("making the peers' environment (some minutes, once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(PEERS_VENV)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(PEERS_LOCK)]
        subprocess.run(install, check=True)
    return python


def beside(peer: str, corpora: Path, files: list[Path], limit: int) -> dict[str, Any]:
    """A peer's figures, one process per corpus; a corpus on which it fails or takes too long has none."""
    measured: dict[str, Any] = {}
    for file in files:
        try:
            measured |= score(peers_python(), f"bench.masking_peers:{peer}", corpora, [file], few(file, limit))
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(peer, "has no figures for", file.name, "because of", type(error).__name__, file=sys.stderr)
    return measured


def few(file: Path, limit: int) -> int:
    """How many documents of a corpus the peers get: a bundle has hundreds of kilobytes, for which they need minutes."""
    return max(1, limit // 10) if "bundle" in file.name else limit


def sampled(corpora: Path, files: list[Path], limit: int) -> dict[str, Any]:
    """Our figures on what the peers are given."""
    measured: dict[str, Any] = {}
    for file in files:
        measured |= score(Path(sys.executable), "sallyport.masking:mask_json", corpora, [file], few(file, limit))
    return measured


def row(name: str, measured: dict[str, Any] | None) -> str:
    """One line of the table; a peer that fails on a corpus has none."""
    if measured is None:
        return f"| {name} | – | – | – | – | – |"
    a = measured["all"]
    f2 = "–" if a["F2"] is None else f"{a['F2']:.3f}"
    clean = percent(a["clean_untouched"]) if a["clean_docs"] else "–"
    return f"| {name} | {f2} | {percent(a['leak'])} | {percent(a['over'])} | {clean} | {a['MBps']:.3f} |"


def tables(results: dict[str, Any]) -> str:
    """The Markdown between the markers of docs/masking.md."""
    lines = [
        f"Measured on {results['machine']}, Python {results['python']}: ours on every document, and again on the",
        f"sample of {results['limit']} documents per corpus (a tenth of that of bundles) that the peers were given.",
        "Leak: letters and digits of required identifiers still visible; over: letters and digits outside every",
        "identifier that were lost; clean:",
        "documents without identifiers that came back unchanged; all in per cent. MB/s: one core.",
        "",
    ]
    for corpus in results["ours"]:
        lines += [f"**{corpus}**", "", "| | F2 | leak | over | clean | MB/s |", "|---|---|---|---|---|---|"]
        lines.append(row("Sallyport, all documents", results["ours"][corpus]))
        if results["peers"]:
            lines.append(row("Sallyport, sample", results["sample"][corpus]))
        lines += [row(f"{peer}, sample", measured.get(corpus)) for peer, measured in results["peers"].items()]
        labels = results["ours"][corpus]["labels"]
        shown = ", ".join(f"{label} {percent(value['leak'])} of {value['n']}" for label, value in labels.items())
        lines += ["", f"Leak by label: {shown}.", ""]
    lines += ["**Import and first call**", "", "| | import ms | first call ms |", "|---|---|---|"]
    lines += [
        f"| {who} | {value['import_ms']:.0f} | {value['first_ms']:.0f} |" for who, value in results["start"].items()
    ]
    worst = results["worst"]
    lines += [
        "",
        f"**Worst case**: {worst['typical_us']:.2f} µs per character on clinical notes of our own making; the slowest",
        f"of {worst['tried']} hostile texts ({worst['name']!r}) takes {worst['ratio']:.1f} times that.",
    ]
    return "\n".join(lines) + "\n"


def measure(corpora: Path, operations: Path | None, limit: int, asked: list[str] | None) -> dict[str, Any]:
    """Everything the table shows. Peers are asked about the corpora `asked`, all when it is None; the rest of their
    rows are those of the last run, and so is the size of the sample."""
    files = [path for name in CORPORA for path in sorted(corpora.glob(f"{name}*.jsonl.gz"))]
    if not files:
        raise SystemExit(f"no *.jsonl.gz corpora in {corpora}; make bench-masking CORPORA=folder")
    machines = sorted(operations.glob("*.jsonl.gz")) if operations else []
    files += machines
    earlier = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() and asked is not None else {}
    limit = earlier.get("limit", limit)
    start: dict[str, Any] = earlier.get("start", {})
    peers: dict[str, dict[str, Any]] = earlier.get("peers", {})
    ours = score(Path(sys.executable), "sallyport.masking:mask_json", corpora, files, None)
    start["Sallyport"] = _started(ours)
    for peer in PEERS:
        chosen = [file for file in files if asked is None or named(file.name) in asked]
        if chosen:
            print("measuring", peer, flush=True)
            measured = beside(peer, corpora, chosen, limit)
            peers[peer] = {**peers.get(peer, {}), **by_corpus(measured)}
            start[peer] = _started(measured) if measured else start.get(peer, {})
    return {
        "machine": f"{platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        "limit": limit,
        "ours": by_corpus(ours),
        "sample": by_corpus(sampled(corpora, files, limit)) if peers else {},
        "peers": peers,
        "start": start,
        "worst": masking_worst.measure(),
        "operations": figures.measure(machines) if machines else earlier.get("operations", {}),
    }


def by_corpus(measured: dict[str, Any]) -> dict[str, Any]:
    return {named(key): value for key, value in measured.items() if key.endswith(".gz")}


def _started(measured: dict[str, Any]) -> dict[str, float]:
    return {key: measured[key] for key in ("import_ms", "first_ms")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--operations", type=Path)
    parser.add_argument("--limit", type=int, default=30)
    parser.add_argument("--peers-on", nargs="*", metavar="CORPUS", help="keep the peers' other rows of the last run")
    parser.add_argument("--without-peers", action="store_const", const=[], dest="peers_on", help="keep all their rows")
    arguments = parser.parse_args()
    operations = arguments.operations.resolve() if arguments.operations else None
    results = measure(arguments.corpora.resolve(), operations, arguments.limit, arguments.peers_on)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    between(DOCUMENT, "figures", tables(results))
    between(DOCUMENT, "operations", figures.tables(results["operations"]))
    between(DOCUMENT, "cards", masking_cards.render())
    print(tables(results))


if __name__ == "__main__":
    main()
