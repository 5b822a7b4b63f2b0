"""speechrag beside txtai, LlamaIndex and LanceDB: same passages, same encoder, the same run.

    python -m benchmarks.scale.peers [--passages N ...] [--only PEER ...] [--limit SECONDS]

Each peer is installed by pip into an environment of its own below --work and used as its
documentation shows (adapters.py). Each step is a process of its own. The library is the demo
library among generated passages (none with `--passages 0`); nDCG@10 is on tests/questions.yaml.
A peer whose steps take longer than --limit together is ended and named, as is one that cannot be
installed or fails. Figures go to benchmarks/results/peers.json as they come, the tables to
peers.md; a run that was ended goes on where it was, unless src/ is another by then.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.scale.machine import describe_machine, read_version
from benchmarks.scale.peers.adapters import PEERS
from benchmarks.scale.peers.bench import REPO, Allowance, install, prepare
from benchmarks.scale.peers.report import write_report

RESULTS = REPO / "benchmarks" / "results"
SIZES = (100_000,)
LIMIT_S = 360.0

# Peers read the model from its folder: nothing is to be asked of a hub.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def read_results(file: Path, version: str, *, again: bool) -> dict[str, Any]:
    """What an earlier run of the same source found; nothing where there is none."""
    if file.is_file() and not again:
        results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if results.get("version") == version:
            return results
    return {"version": version, "sizes": {}}


def main() -> int:
    """Install, measure, judge, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds a peer and size")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="ended when it is used up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache" / "speechrag-bench")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--again", action="store_true", help="measure what is there already, too")
    parser.add_argument("--remove", action="store_true", help="remove the environments afterwards")
    options = parser.parse_args()
    os.environ.update(_OFFLINE)
    options.results.mkdir(parents=True, exist_ok=True)
    file = options.results / "peers.json"
    results = read_results(file, read_version(), again=options.again)
    results |= {"machine": describe_machine(), "date": date.today().isoformat()}
    pythons = _install_all(options.only, options.work / "peers", results)

    def save() -> None:
        file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    budget = Allowance(options.budget or math.inf)
    for n_passages in options.passages:
        bench = prepare(n_passages, options.seed, options.work)
        rows = results["sizes"].setdefault(str(n_passages), {})
        for peer, python in pythons.items():
            print(f"{n_passages} generated passages: {peer}", flush=True)
            row = rows.setdefault(peer, {})
            row.pop("error", None)
            if not budget.left_s:
                print("its time being up: the same command goes on here", file=sys.stderr)
                return 0
            try:
                allowance = Allowance(min(options.limit, budget.left_s))
                bench.measure(peer, python, row, allowance, save)
            except RuntimeError as exc:
                row["error"] = str(exc)[-300:]
                print(row["error"], file=sys.stderr)
            save()
            write_report(results, options.results / "peers.md")
    if options.remove:
        shutil.rmtree(options.work / "peers", ignore_errors=True)
    return 0


def _install_all(peers: list[str], folder: Path, results: dict[str, Any]) -> dict[str, Path]:
    pythons = {}
    failed: dict[str, str] = {}
    for peer in peers:
        try:
            pythons[peer] = install(peer, folder)
        except RuntimeError as exc:
            failed[peer] = str(exc)
            print(f"{peer} could not be installed: {exc}", file=sys.stderr)
    results["not_installed"] = failed
    return pythons


if __name__ == "__main__":
    sys.exit(main())
