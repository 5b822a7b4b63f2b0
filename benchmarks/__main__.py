"""Run every benchmark in turn, each in a process of its own: `make bench`."""

import argparse
import subprocess
import sys

BENCHMARKS = {
    "benchmarks.encoding": "vectors a second, beside SentenceTransformer.encode on the same model",
    "benchmarks.retrieval": "nDCG@10 by kind: the ablation ladder",
    "benchmarks.draft_labels": "precision and recall of the draft desk's labels",
    "benchmarks.draft_speed": "a draft against a large library",
    "benchmarks.answers": "citations and refusals of answers",
    "benchmarks.build_path": "a build by stage beside the stages alone; a rebuild of 1 %",
    "benchmarks.scale": "build, size, load, memory and questions at 10^3 to 10^5 passages",
}


def main() -> int:
    """Run them; returns 1 when one fails, after the others have run."""
    parser = argparse.ArgumentParser(description="Run every benchmark in turn.")
    parser.add_argument("--million", action="store_true", help="10^6 passages as well: hours")
    options = parser.parse_args()
    failed = []
    for module, about in BENCHMARKS.items():
        print(f"== {module}: {about}", flush=True)
        more = ["--million"] if options.million and module == "benchmarks.scale" else []
        if subprocess.run([sys.executable, "-m", module, *more], check=False).returncode:
            failed.append(module)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
