"""Where the scores of right passages lie, and those of questions that nothing answers.

`Weights.min_score` and `min_best_score` are read off this table. Run with

    python -m benchmarks.thresholds
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from benchmarks.retrieval import REPO, Bench, open_benches
from speechrag.index.tokens import fold_key

LOW = (0, 1, 2, 5, 50)
HIGH = (10, 50, 80, 90, 100)


def scores_of(bench: Bench) -> tuple[list[float], list[float]]:
    """Scores of the best hit of each question, and of every hit that holds a gold."""
    engine = bench.engine.with_weights(
        replace(bench.engine.weights, min_score=0.0, min_best_score=0.0)
    )
    best, right = [], []
    for question in bench.questions:
        hits = engine.search(question.text, k=10).hits
        golds = [fold_key(gold) for gold in question.gold]
        best.append(hits[0].score)
        right += [hit.score for hit in hits if any(g in fold_key(hit.text) for g in golds)]
    return best, right


def unanswered(bench: Bench) -> list[float]:
    """Scores of the best hit of questions that the demo library does not answer."""
    engine = bench.engine.with_weights(
        replace(bench.engine.weights, min_score=0.0, min_best_score=0.0)
    )
    file = REPO / "tests" / "unanswerable.yaml"
    questions = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [engine.search(entry["q"], k=1).hits[0].score for entry in questions]


def row(name: str, values: list[float], percentiles: tuple[int, ...]) -> str:
    """One line of the table."""
    cells = ", ".join(f"{p} %: {np.percentile(values, p):.3f}" for p in percentiles)
    return f"| {name} | {len(values)} | {cells} |"


def main() -> None:
    """Print the table, and write it beside the other results."""
    lines = ["# Thresholds", "", "| what | n | percentiles of the fused score |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for bench in open_benches(Path(folder)):
            best, right = scores_of(bench)
            lines.append(row(f"{bench.name}: best hit of a question", best, LOW))
            lines.append(row(f"{bench.name}: right passages among ten", right, LOW))
            if bench.name == "demo":
                lines.append(row("demo: best hit where nothing answers", unanswered(bench), HIGH))
            weights = bench.engine.weights
    lines += [
        "",
        f"In force: a hit below {weights.min_score} is left out; where the best is below",
        f"{weights.min_best_score} nothing is said to be close, and the nearest are suggestions.",
        "Questions that are merely not answered here score like hard ones that are: the thresholds",
        "keep far-off passages out, and refusing an answer is left to `answer/confidence.py`.",
        "",
    ]
    text = "\n".join(lines)
    (REPO / "benchmarks" / "results" / "thresholds.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
