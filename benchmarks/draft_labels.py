"""Fit where the labels of the draft desk part, and report on what took no part in the fit.

    python -m benchmarks.draft_labels [--encoder NAME]

Pairs and paragraphs are split by the speech they belong to (tests/draft/labelled.py). The weights
and thresholds of closeness are those of a proportional odds model (McCullagh, "Regression models
for ordinal data", JRSS B 42, 1980): one score, one threshold between neighbouring labels. Where a
whole paragraph has a precedent is the threshold with the best balanced accuracy on the fitted
paragraphs, compared with the whole demo library. Prints the thresholds to be copied into
`speechrag/draft/labels.py`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from speechrag.config import load_settings
from speechrag.draft.compare import Comparer
from speechrag.draft.labels import Thresholds, choose_label
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Evidence, Label

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "draft"))
from labelled import (
    confusion,
    measure_pairs,
    precision_and_recall,
    read_pairs,
    read_paragraphs,
)

RIDGE = 1.0  # on standardised measures
BY_CLOSENESS = (Label.SAME_MEANING, Label.SAME_TOPIC, Label.UNPRECEDENTED)
PRECEDENTS = [x / 4 for x in range(40)]


def build_library(folder, encoder_name):
    """The demo library with an encoder, built anew."""
    from speechrag.corpus.clean import parse_file
    from speechrag.index.build import build_index
    from speechrag.index.encoders import load_encoder
    from speechrag.index.tokens import Tokenizer
    from speechrag.search.engine import Engine

    settings = load_settings(
        Path("speechrag.yaml"), env={}, overrides={"index": folder, "encoder": encoder_name}
    )
    tokenizer = Tokenizer(settings.user_terms)
    build_index([Path("seeds")], folder, load_encoder(encoder_name), tokenizer, parse=parse_file)
    return Engine.open(settings)


def fit_closeness(measured):
    """Thresholds whose weights, meaning and topic are fitted to pairs without common wording."""
    lexical = replace(Thresholds(), meaning=np.inf, topic=np.inf)
    rest = [
        (label, evidence) for label, evidence in measured
        if label in BY_CLOSENESS and choose_label(evidence, lexical) is Label.UNPRECEDENTED
    ]  # fmt: skip
    values = np.array([[e.cosine, e.surroundings, e.coverage] for _, e in rest])
    ranks = np.array([BY_CLOSENESS.index(label) for label, _ in rest])
    share = np.bincount(ranks) / len(ranks)
    weights = 1 / share[ranks] / 3  # each label counts the same
    deviations = values.std(axis=0)
    z = values / deviations

    def unlikely(p):
        score = z @ p[:3]
        low, high = p[3], p[3] + np.exp(p[4])
        from_high, from_low = (1 / (1 + np.exp(-(score - at))) for at in (high, low))
        chances = np.stack([from_high, from_low - from_high, 1 - from_low])
        chosen = np.maximum(chances[ranks, np.arange(len(ranks))], 1e-9)
        return -(weights * np.log(chosen)).sum() + RIDGE * (p[:3] ** 2).sum()

    bounds = [(0, None)] * 3 + [(None, None)] * 2
    fitted = minimize(unlikely, np.array([1.0, 1, 1, 0, 0]), bounds=bounds, method="L-BFGS-B").x
    slopes = fitted[:3] / deviations
    low, high = fitted[3], fitted[3] + np.exp(fitted[4])
    return replace(
        Thresholds(),
        surroundings_weight=round(float(slopes[1] / slopes[0]), 1),
        words_weight=round(float(slopes[2] / slopes[0]), 0),
        meaning=round(float(high / slopes[0]), 2),
        topic=round(float(low / slopes[0]), 2),
    )


def measure_paragraphs(paragraphs, comparer):
    """(is in a topic of the library, the evidence of the passages looked at) of each paragraph."""
    measured = []
    for is_in, _, text in paragraphs:
        paragraph = draft_from_text(text).paragraphs[0]
        measured.append((is_in, comparer.evidence_of(paragraph)))
    return measured


def has_precedent(found: list[Evidence], thresholds):
    """Whether the closest passage is close enough."""
    return any(
        choose_label(e, thresholds, among_many=True) is not Label.UNPRECEDENTED for e in found
    )


def precedent_shares(measured, thresholds):
    """(share of foreign paragraphs told 未见先例, share of the others told so)."""
    told = [(is_in, not has_precedent(found, thresholds)) for is_in, found in measured]
    return tuple(
        float(np.mean([without for is_in, without in told if is_in is wanted]))
        for wanted in (False, True)
    )


def fit_precedent(measured, thresholds):
    """The strictest threshold of the best balanced accuracy."""

    def balanced(at):
        foreign, ours = precedent_shares(measured, replace(thresholds, precedent=at))
        return round(foreign - ours, 6), at

    at = max((p for p in PRECEDENTS if p >= thresholds.topic), key=balanced)
    return replace(thresholds, precedent=at)


def report(name, measured, thresholds):
    """Print precision, recall and the confusion matrix."""
    figures = precision_and_recall(measured, thresholds)
    mean_f1 = np.mean([2 * p * r / (p + r) if p + r else 0 for p, r, _ in figures.values()])
    told = confusion(measured, thresholds)
    print(f"\n{name}: mean F1 {mean_f1:.3f}, {len(measured)} pairs; columns: told, in this order")
    for label, (p, r, n) in figures.items():
        row = " ".join(f"{told[label, other]:>3}" for other in Label)
        print(f"  {label.value:　<5} n {n:>3}  precision {p:.2f}  recall {r:.2f}   {row}")


def main():
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--keep", action="store_true", help="report on the thresholds in force")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = build_library(Path(folder) / "index", args.encoder)
        pairs = read_pairs()
        halves = {
            "fitted": measure_pairs([p for p in pairs if not p.is_held_out], library),
            "held out": measure_pairs([p for p in pairs if p.is_held_out], library),
        }
        comparer = Comparer(library)
        paragraphs = {
            half: measure_paragraphs(
                [p for p in read_paragraphs() if p[1] == (half == "held out")], comparer
            )
            for half in halves
        }
    thresholds = Thresholds() if args.keep else fit_closeness(halves["fitted"])
    if not args.keep:
        thresholds = fit_precedent(paragraphs["fitted"], thresholds)
    print(thresholds)
    for name, measured in halves.items():
        report(name, measured, thresholds)
        foreign, ours = precedent_shares(paragraphs[name], thresholds)
        print(
            f"  of {len(paragraphs[name])} paragraphs: told 未见先例 are {foreign:.2f} of those on "
            f"themes the library lacks, {ours:.2f} of those on its themes"
        )


if __name__ == "__main__":
    main()
