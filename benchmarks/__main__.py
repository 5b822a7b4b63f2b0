"""Run every benchmark in turn, each in a process of its own: `make bench`."""

import subprocess
import sys

BENCHMARKS = {
    "benchmarks.encoding": "vectors a second, beside SentenceTransformer.encode on the same model",
    "benchmarks.retrieval": "nDCG@10 by kind: the ablation ladder",
    "benchmarks.draft_labels": "precision and recall of the draft desk's labels",
    "benchmarks.draft_speed": "a draft against a large library",
    "benchmarks.answers": "citations and refusals of answers",
}


def main() -> int:
    """Run them; returns 1 when one fails, after the others have run."""
    failed = []
    for module, about in BENCHMARKS.items():
        print(f"== {module}: {about}", flush=True)
        if subprocess.run([sys.executable, "-m", module], check=False).returncode:
            failed.append(module)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
