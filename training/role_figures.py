"""Figures of the roles on the hand-labelled passages: python -m training.role_figures --data DIR.

Prints the tables of benchmarks/results/roles.md. The half that errors were looked at in ("dev") is
never mixed into the main figure.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from speechrag.search.role_features import ROLES
from speechrag.search.roles import PARTS, RoleModel, assign_roles, load_role_model
from speechrag.types import Role, Speech
from training.role_labels import (
    CORPORA,
    Label,
    predict_alone,
    predict_in_context,
    read_labels,
    report_speeches,
    score,
    seed_speeches,
)

Predictions = Sequence[Role | None]

# What the model has, step by step; the last line is all of it.
LADDER = (
    ("words", ("words",), False),
    ("+ cue words of the first sentence", ("words", "cues"), False),
    (
        "+ headings above",
        ("words", "cues", "heading", "heading of many", "heading above"),
        False,
    ),
    ("+ the rest of the section", PARTS, False),
    ("+ place in the speech", PARTS, True),
)


def part_of(model: RoleModel, names: Sequence[str], *, places: bool) -> RoleModel:
    """The model with some of its parts only."""
    kept = np.array([name in names for name in PARTS], dtype=np.float32)
    return replace(model, mix=model.mix * kept, places=model.places * np.float32(places))


def interval(labels: Sequence[Label], given: Predictions, n: int = 1000) -> tuple[float, float]:
    """95 % percentile bootstrap of macro-F1 (Efron, 1979), seeded."""
    rng = np.random.default_rng(0)
    values = []
    for _ in range(n):
        rows = rng.integers(len(labels), size=len(labels))
        values.append(score([labels[at] for at in rows], [given[at] for at in rows]).macro_f1)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _groups(labels: Sequence[Label]) -> dict[str, list[int]]:
    everything = range(len(labels))
    return {
        "test half (main figure)": [at for at in everything if labels[at].half == "test"],
        "dev half": [at for at in everything if labels[at].half == "dev"],
        "all": list(everything),
        "all, own speeches": [at for at in everything if labels[at].origin == "seeds"],
        "all, public reports": [at for at in everything if labels[at].origin == "reports"],
    }


def print_halves(labels: Sequence[Label], context: Predictions, alone: Predictions) -> None:
    """Macro-F1 and accuracy by half and origin."""
    print("| passages | n | macro-F1 | 95 % | accuracy | macro-F1, words and cues alone |")
    print("|---|---|---|---|---|---|")
    for name, rows in _groups(labels).items():
        some, given = [labels[at] for at in rows], [context[at] for at in rows]
        figures, (low, high) = score(some, given), interval(some, given)
        bare = score(some, [alone[at] for at in rows]).macro_f1
        print(
            f"| {name} | {len(rows)} | {figures.macro_f1:.3f} | {low:.2f}–{high:.2f} "
            f"| {figures.accuracy:.3f} | {bare:.3f} |"
        )


def print_roles(labels: Sequence[Label], context: Predictions) -> None:
    """Precision, recall and F1 of each role, and what was taken for what, on the test half."""
    rows = [at for at, label in enumerate(labels) if label.half == "test"]
    some, given = [labels[at] for at in rows], [context[at] for at in rows]
    print("\n| role | n | precision | recall | F1 | taken for |\n|---|---|---|---|---|---|")
    for role, (precision, recall, f1, n) in score(some, given).by_role.items():
        wrong = [g for label, g in zip(some, given, strict=True) if label.role == role != g]
        taken = ", ".join(f"{r.value} {wrong.count(r)}" for r in ROLES if wrong.count(r))
        print(f"| {role.value} | {n} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {taken} |")


def print_ladder(labels: Sequence[Label], speeches: Sequence[Speech]) -> None:
    """Macro-F1 with more and more of the model."""
    model = load_role_model()
    print("\n| evidence | test half | dev half | all |\n|---|---|---|---|")
    for name, parts, places in LADDER:
        assign = partial(assign_roles, model=part_of(model, parts, places=places))
        given = predict_in_context(labels, speeches, assign)
        groups = list(_groups(labels).values())[:3]
        values = [
            score([labels[at] for at in rows], [given[at] for at in rows]).macro_f1
            for rows in groups
        ]
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in values) + " |")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Figures of the roles.")
    parser.add_argument("--data", type=Path, default=CORPORA)
    args = parser.parse_args()
    labels, reports = read_labels(args.data)
    speeches = [*seed_speeches(), *report_speeches(reports)]
    context, alone = predict_in_context(labels, speeches), predict_alone(labels)
    print_halves(labels, context, alone)
    print_roles(labels, context)
    print_ladder(labels, speeches)
    start = time.process_time()
    n_passages = sum(len(assign_roles(speech).passages) for speech in speeches)
    print(
        f"\n{n_passages / (time.process_time() - start):,.0f} passages a second of processor time"
    )


if __name__ == "__main__":
    main()
