"""Fit the thresholds of the draft labels on half of the labelled pairs; report on the other half.

    python -m benchmarks.draft_labels [--encoder NAME]

Prints the thresholds to be copied into `speechrag/draft/labels.py`.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from dataclasses import replace
from pathlib import Path

from speechrag.draft.labels import Thresholds
from speechrag.index.encoders import load_encoder

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "draft"))
from labelled import measure_pairs, precision_and_recall, read_pairs

# Steps coarse enough for the number of pairs: a finer grid only fits noise.
RUNS, SHARES, OVERLAPS = (12, 14, 16, 18, 20), (0.4, 0.5, 0.6, 0.7), (0.35, 0.4)
# Below 0.35 one paragraph in ten finds such a passage among 100,000 by chance.
SENTENCES = (9, 11, 13, 15)
WORDS, CONTEXTS = (10.0, 14.0), (0.2, 0.4, 0.6)  # wider ranges fitted noise
MEANINGS = [x / 4 for x in range(8, 24)]
# Below 2 most paragraphs on a theme that the library lacks would find a topic somewhere in it:
# tests/draft/test_paragraph_labels.py counts them.
TOPICS = [x / 4 for x in range(8, 14)]


def mean_f1(measured, thresholds):
    """The mean over labels of the harmonic mean of precision and recall."""
    figures = precision_and_recall(measured, thresholds).values()
    return sum(2 * p * r / (p + r) if p + r else 0.0 for p, r, _ in figures) / len(figures)


def fit(measured):
    """The best of the grid, the stricter where several are as good."""
    base = Thresholds()
    lexical = max(
        (replace(base, run=r, share=s, overlap=o, sentence=n)
         for r, s, o, n in itertools.product(RUNS, SHARES, OVERLAPS, SENTENCES)),
        key=lambda t: (mean_f1(measured, t), t.overlap),
    )  # fmt: skip
    grid = {
        (w, c, m, t): mean_f1(
            measured,
            replace(lexical, words_weight=w, context_weight=c, meaning=m, topic=t),
        )
        for w, c, m, t in itertools.product(WORDS, CONTEXTS, MEANINGS, TOPICS)
        if t < m
    }
    w, c, m, t = max(grid, key=lambda at: (smoothed(grid, at), at[3]))
    return replace(lexical, words_weight=w, context_weight=c, meaning=m, topic=t)


def smoothed(grid, at):
    """The mean over thresholds up to half a deviation away: a lone peak is noise."""
    w, c, m, t = at
    steps = (-0.5, -0.25, 0.0, 0.25, 0.5)
    near = [grid[w, c, m + i, t + j] for i in steps for j in steps if (w, c, m + i, t + j) in grid]
    return sum(near) / len(near)


def main():
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="builtin")
    encoder = load_encoder(parser.parse_args().encoder)
    pairs = read_pairs()
    halves = {
        "fitted": measure_pairs([p for p in pairs if not p.is_held_out], encoder),
        "held out": measure_pairs([p for p in pairs if p.is_held_out], encoder),
    }
    thresholds = fit(halves["fitted"])
    print(thresholds)
    for name, measured in halves.items():
        print(f"\n{name}: mean F1 {mean_f1(measured, thresholds):.3f}, {len(measured)} pairs")
        for label, (p, r, n) in precision_and_recall(measured, thresholds).items():
            print(f"  {label.value:　<5} n {n:>3}  precision {p:.2f}  recall {r:.2f}")


if __name__ == "__main__":
    main()
