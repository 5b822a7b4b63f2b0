"""How speechrag grows: build, size, load, memory and questions at 10^3, 10^4, 10^5 passages.

    python -m benchmarks.scale [--million] [--sizes N ...] [--budget SECONDS] [--again]

Each step of each size runs in a process of its own, so that memory is told honestly, beside the
floors: the raw engines, the memory's bandwidth, and reading, tokenizing and encoding alone. Figures
go to benchmarks/results/scale.json as they come; a run that was ended goes on where it was, unless
the code under src/ is another by then. Table and plot: scale.md, scale.png.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.scale.machine import (
    TookTooLong,
    describe_machine,
    python_module,
    read_version,
    run_measured,
)
from benchmarks.scale.measure import STEPS, Folder
from benchmarks.scale.report import write_report

REPO = Path(__file__).parents[2]
RESULTS = REPO / "benchmarks" / "results"
SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
N_COLD = 5
ORDER = [*list(STEPS)[:5], "cold", *list(STEPS)[5:]]
NEEDS_INDEX = ("build", "serve", "floors", "unchanged", "changed", "cold", "size_mib")
GENERATORS = ("generate.py", "writer.py", "material.py")
QUESTION = "怎样提高科技成果转化效率"


def measure_size(
    n_passages: int,
    options: argparse.Namespace,
    kept: dict[str, Any],
    save: Callable[[], None],
) -> None:
    """Run the steps of one size that are not in `kept` yet; each is saved when it is done.

    Raises:
        TookTooLong: The budget is used up.
    """
    work, seed = options.work, options.seed
    path = work / f"{n_passages}-{seed}"
    folder = Folder(path)
    path.mkdir(parents=True, exist_ok=True)
    steps = [step for step in ORDER if step in options.steps]
    if not (folder.index / "CURRENT").is_file():
        for step in NEEDS_INDEX:
            kept.pop(step, None)
    for step in steps:
        if step == "generate":
            kept[step] = generate_once(folder, n_passages, options)
        elif step in kept and (step != "encode" or folder.vectors.is_file()):
            continue
        elif step == "cold":
            kept[step] = measure_cold(folder.index)
        else:
            if step == "build":
                shutil.rmtree(folder.index, ignore_errors=True)
            kept[step] = run_step(step, folder, n_passages, options)
            if step == "build":
                kept["size_mib"] = measure_index(folder.index)
        save()


def run_step(
    step: str, folder: Folder, n_passages: int, options: argparse.Namespace
) -> dict[str, Any]:
    """One step in a process of its own, ended when the budget is."""
    print(f"{n_passages} passages: {step}", flush=True)
    command = python_module(
        "benchmarks.scale.measure",
        *(step, "--folder", folder.path, "--passages", n_passages, "--seed", options.seed),
    )
    left = None if options.until is None else max(0.0, options.until - time.monotonic())
    return run_measured(command, limit_s=left)


def generate_once(folder: Folder, n_passages: int, options: argparse.Namespace) -> dict[str, Any]:
    """Make the library, unless the same code has made it: what is measured is not this."""
    sources = [REPO / "benchmarks" / "scale" / name for name in GENERATORS]
    code = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    marker = folder.path / "generated.json"
    if marker.is_file():
        made: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8"))
        if made["code"] == code:
            return made
    for stale in (folder.library, folder.index):
        shutil.rmtree(stale, ignore_errors=True)
    made = run_step("generate", folder, n_passages, options) | {"code": code}
    marker.write_text(json.dumps(made), encoding="utf-8")
    return made


def measure_index(index: Path) -> dict[str, float]:
    """MiB on disk by part: vectors, lexical, speeches, the rest and the total."""
    parts = dict.fromkeys(("vectors", "lexical", "speeches", "other"), 0.0)
    for path in index.rglob("*"):
        if path.is_file():
            name = (
                "lexical"
                if "lexical" in path.parts
                else {".faiss": "vectors", ".sqlite": "speeches"}.get(path.suffix, "other")
            )
            parts[name] += path.stat().st_size / 2**20
    return {name: round(size, 2) for name, size in parts.items()} | {
        "total": round(sum(parts.values()), 2)
    }


def measure_cold(index: Path) -> dict[str, float]:
    """`speechrag search`, process start to end, median and best; files are in the page cache."""
    command = python_module("speechrag", "search", "--index", index, QUESTION)
    runs = [run_measured(command, has_json=False)["process"] for _ in range(N_COLD)]
    return {
        "median_s": statistics.median(run["wall_s"] for run in runs),
        "best_s": min(run["wall_s"] for run in runs),
        "cpu_s": statistics.median(run["cpu_s"] for run in runs),
    }


def read_results(path: Path) -> dict[str, Any]:
    """The figures kept so far."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"sizes": {}}


def main() -> int:
    """Measure each size, then write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--million", action="store_true", help="10^6 passages as well")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--work", type=Path, default=Path.home() / ".cache" / "speechrag-bench" / "scale"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--again", action="store_true", help="measure what is there already, too")
    parser.add_argument("--keep", action="store_true", help="what another commit took counts, too")
    parser.add_argument("--steps", nargs="+", default=ORDER, help="these alone, for now")
    parser.add_argument("--redo", nargs="+", default=[], metavar="STEP", help="these steps again")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="ended when it is used up")
    options = parser.parse_args()
    options.until = None if options.budget is None else time.monotonic() + options.budget
    file = options.results / "scale.json"
    results = read_results(file)
    version = read_version()
    options.results.mkdir(parents=True, exist_ok=True)
    results["machine"] = describe_machine()

    def save() -> None:
        file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")

    if "words" not in results:
        results["words"] = run_measured(python_module("benchmarks.scale.statistics", "--json"))
    for n_passages in [*options.sizes, *([MILLION] if options.million else [])]:
        kept = results["sizes"].get(str(n_passages), {})
        if options.again or (not options.keep and kept.get("version") != version):
            kept = {}
        kept = {step: value for step, value in kept.items() if step not in options.redo}
        results["sizes"][str(n_passages)] = kept
        kept |= {"version": version, "date": date.today().isoformat()}
        try:
            measure_size(n_passages, options, kept, save)
        except TookTooLong as exc:
            print(f"{n_passages} passages: {exc}; the same command goes on there", file=sys.stderr)
            break
        finally:
            write_report(results, options.results)
    print((options.results / "scale.md").read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
