"""What a build costs by stage, beside the stages alone, and what a small change costs.

    python -m benchmarks.build_path [--passages 100000] [--work DIR]

The library is generated (benchmarks/scale). Alone means: on all cores, in processes that are warm,
nothing kept; words for "tokenize", each passage's vector for "encode". A build has besides: its
processes' start, near copies, the tokens of sentences, the store and its digests. Each step runs in
a process of its own. Seconds on the clock tell little on a machine that others use, so processor
seconds of all processes together stand beside them. Results go to benchmarks/results/build_path.md.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.scale.machine import describe_machine, python_module, run_measured

RESULTS = Path(__file__).parent / "results" / "build_path.md"
ALONE = ("read", "tokenize", "encode")
STEPS = ("generate", *ALONE, "build", "unchanged", "changed")


def measure(work: Path, n_passages: int) -> dict[str, dict[str, Any]]:
    """The figures of each step, by its name."""
    shutil.rmtree(work / "index", ignore_errors=True)
    figures = {}
    for step in STEPS:
        if step == "generate" and (work / "passages.txt").is_file():
            continue
        print(step, flush=True)
        arguments = (step, "--folder", work, "--passages", n_passages)
        figures[step] = run_measured(python_module("benchmarks.scale.measure", *arguments))
    return figures


def cpu_of(figures: dict[str, Any]) -> float:
    """Processor seconds of a step: its own count where it leaves the start out."""
    return float(figures.get("cpu_s") or figures["process"]["cpu_s"])


def render(figures: dict[str, dict[str, Any]], n_passages: int) -> str:
    """The results as Markdown."""
    alone_s = sum(figures[step]["seconds"] for step in ALONE)
    alone_cpu = sum(cpu_of(figures[step]) for step in ALONE)
    full, changed = figures["build"], figures["changed"]
    lines = [
        f"# The path of a build, {n_passages:,} passages",
        "",
        f"`python -m benchmarks.build_path --passages {n_passages}`, "
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}. {describe(describe_machine())}",
        "",
        "| step | seconds | processor s | passages a second | peak memory of its own, MiB |",
        "|---|---|---|---|---|",
    ]
    for step in (*ALONE, "build", "unchanged", "changed"):
        row, seconds = figures[step], figures[step]["seconds"]
        name = f"{step} alone" if step in ALONE else step
        lines.append(
            f"| {name} | {seconds:.1f} | {cpu_of(row):.1f} | {n_passages / seconds:,.0f} "
            f"| {row['process']['own_mib']:,.0f} |"
        )
    report = full["report"]
    stages = ", ".join(f"{stage} {value:.1f}" for stage, value in report["seconds"].items())
    lines += [
        "",
        f"- build beside the sum of the three alone: {full['seconds'] / alone_s:.2f} on the clock, "
        f"{cpu_of(full) / alone_cpu:.2f} in processor seconds (target 1.3).",
        f"- 1 % of the files changed: {changed['seconds'] / full['seconds']:.1%} of a full build "
        f"on the clock, {cpu_of(changed) / cpu_of(full):.1%} in processor seconds (target 10 %).",
        f"- as the build reports it (read and tokenize: all workers together): {stages}.",
        f"- the rebuild of 1 %: {changed['report']['done']}.",
        f"- load average of the last quarter of an hour: {os.getloadavg()[2]:.1f}; the measurement "
        "itself makes about 2 of it. Above that the clock tells of others.",
    ]
    return "\n".join(lines) + "\n"


def describe(machine: dict[str, Any]) -> str:
    """The machine in a line."""
    return "; ".join(f"{key}: {value}" for key, value in machine.items())


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--work", type=Path, help="a folder to work in, kept; else a passing one")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        work = options.work or Path(passing)
        work.mkdir(parents=True, exist_ok=True)
        text = render(measure(work, options.passages), options.passages)
    options.results.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
