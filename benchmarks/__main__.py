"""Run every benchmark in turn, each in a process of its own: `make bench`.

    python -m benchmarks [--only NAME ...] [--million] [--minutes N]

A benchmark that is not begun when the minutes are over is named and left out; those that can be
ended (scale, peers) are, and go on where they were when run again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

BENCHMARKS = {
    "encoding": "vectors a second, beside SentenceTransformer.encode on the same model",
    "retrieval": "nDCG@10 by kind: the ablation ladder",
    "thresholds": "scores of right passages beside those of questions that nothing answers",
    "cleaning": "what is kept of a speech and of the page around it",
    "draft_labels": "precision and recall of the draft desk's labels",
    "draft_speed": "a draft against a large library",
    "answers": "citations and refusals of answers",
    "build_path": "a build by stage beside the stages alone; a rebuild of 1 %",
    "query_path": "a question by stage",
    "vector_recall": "kinds of vector index by size: recall, time, where one takes over",
    "milvus": "files and Milvus Lite, the same library in both",
    "scale": "build, size, load, memory and questions at 10^3 to 10^5 passages",
    "scale.peers": "txtai, LlamaIndex and LanceDB beside speechrag, to 10^5 passages",
}
MILLION = ("scale", "--sizes", "1000000")
ENDED = ("scale", "scale.peers")
"""Take `--budget`: seconds after which they end, saving what there is."""


def plan(only: list[str], *, million: bool) -> list[tuple[str, ...]]:
    """What to run, in order: names of modules, with their arguments."""
    chosen: list[tuple[str, ...]] = [(name,) for name in BENCHMARKS if name in only]
    return [*chosen, MILLION] if million else chosen


def main() -> int:
    """Run them; returns 1 when one fails, after the others have run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS))
    parser.add_argument("--million", action="store_true", help="10^6 passages too: some 25 minutes")
    parser.add_argument("--minutes", type=float, help="in all; none is begun after them")
    options = parser.parse_args()
    until = None if options.minutes is None else time.monotonic() + 60 * options.minutes
    failed, left_out = [], []
    for name, *arguments in plan(options.only, million=options.million):
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            left_out.append(name)
            continue
        if left is not None and name in ENDED:
            arguments += ["--budget", f"{left:.0f}"]
        print(f"== {name}: {BENCHMARKS[name]}", flush=True)
        started = time.monotonic()
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    for told, names in (("failed", failed), ("left out, time being up", left_out)):
        if names:
            print(f"{told}: {', '.join(names)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
