"""Fit the order in which an answer reads its passages; write the evidence.

    python -m benchmarks.answers.order [--write]

Fitted on tests/answer/answerable_dev.yaml, reported on tests/questions.yaml, of which no question
is in the former. The loss is that of ListNet's top one, with all relevant passages of a question
together: minus the logarithm of the share that the relevant ones have in a softmax over the
candidates. Figures on the development set are of fivefold cross-validation over questions.
`--write` puts the model into src/speechrag/search/rescore.py.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict

import numpy as np
from scipy.optimize import minimize

from benchmarks.answers.common import (
    ANSWERABLE_DEV,
    RESULTS,
    ROOT,
    answerable,
    describe,
    is_relevant,
    open_demo,
)  # fmt: skip
from speechrag.answer.passages import find_candidates
from speechrag.evaluate import bootstrap_interval
from speechrag.search.rescore import MODEL, Rescorer

L2 = 2.0  # of standardised weights, over the sum of losses; 10 costs two in a hundred


def measure(engine, questions):
    """(features, relevant) of each question's candidates."""
    rescorer = Rescorer(engine.generation, engine.encoder)
    measured = []
    for question in questions:
        hits = find_candidates(engine, question.text).hits
        features = rescorer.measure(engine.analyse(question.text), hits)
        measured.append((features, np.array([is_relevant(question, hit.text) for hit in hits])))
    return measured


def fit(measured):
    """(means, scales, weights), each of shape (n_features,)."""
    told = [(x, y) for x, y in measured if len(y) and y.any() and not y.all()]
    everything = np.vstack([x for x, _ in told])
    means, scales = everything.mean(axis=0), everything.std(axis=0) + 1e-6
    told = [((x - means) / scales, y) for x, y in told]

    def loss(weights):
        total, slope = L2 * weights @ weights / 2, L2 * weights
        for x, y in told:
            logits = x @ weights
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
            right = np.where(y, shares, 0) / max(shares[y].sum(), 1e-12)
            total -= np.log(max(shares[y].sum(), 1e-12))
            slope = slope - x.T @ (right - shares)
        return total, slope

    found = minimize(loss, np.zeros(len(means)), jac=True, method="L-BFGS-B")
    return means, scales, found.x


def first_right(model, measured):
    """1 for each question whose first candidate is relevant, else 0."""
    means, scales, weights = model
    return np.array(
        [float(y[int((((x - means) / scales) @ weights).argmax())]) if len(y) else 0.0
         for x, y in measured]
    )  # fmt: skip


def cross_validate(measured, n_folds=5):
    """`first_right` out of sample."""
    order = np.random.default_rng(0).permutation(len(measured))
    out = np.zeros(len(measured))
    for fold in range(n_folds):
        test = order[fold::n_folds]
        model = fit([measured[at] for at in set(order.tolist()) - set(test.tolist())])
        out[test] = first_right(model, [measured[at] for at in test])
    return out


def without(feature, measured):
    """The same, measured without one feature."""
    at = list(MODEL).index(feature)
    return [(np.delete(x, at, axis=1) if len(y) else x, y) for x, y in measured]


def write_model(model):
    """Put what was fitted where it is used."""
    lines = [
        f'    "{name}": ({mean:.4f}, {scale:.4f}, {weight:.2f}),'
        for name, mean, scale, weight in zip(MODEL, *model, strict=True)
    ]
    file = ROOT / "src/speechrag/search/rescore.py"
    table = "MODEL: dict[str, tuple[float, float, float]] = {\n" + "\n".join(lines) + "\n}\n"
    text = re.sub(r"MODEL: dict.*?\n\}\n", table, file.read_text(encoding="utf-8"), flags=re.S)
    file.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    engine = open_demo()
    development, questions = answerable(ANSWERABLE_DEV), answerable()
    measured, tested = measure(engine, development), measure(engine, questions)
    model = fit(measured)
    out = cross_validate(measured)
    engine_first = np.array([float(y[0]) if len(y) else 0.0 for _, y in tested])
    engine_dev = np.array([float(y[0]) if len(y) else 0.0 for _, y in measured])
    found = first_right(model, tested)
    plain = without("kernel", measured)
    plain_dev = cross_validate(plain)
    plain_first = first_right(fit(plain), without("kernel", tested))
    within = np.mean([y.any() for _, y in tested])
    low, high = bootstrap_interval(found.tolist())
    report = [
        "# The passage that an answer reads first", "",
        "`python -m benchmarks.answers.order --write`", "", describe(engine),
        f"Fitted on {len(development)} questions (tests/answer/answerable_dev.yaml), reported on"
        f" {len(questions)} others (tests/questions.yaml); a relevant passage is among the"
        f" candidates of {within:.1%} of these.", "",
        "| first passage relevant | engine | without the learnt curves | rescored |",
        "|---|---:|---:|---:|",
        f"| development, fivefold cross-validation | {engine_dev.mean():.1%} |"
        f" {plain_dev.mean():.1%} | {out.mean():.1%} |",
        f"| **tests/questions.yaml** | {engine_first.mean():.1%} | {plain_first.mean():.1%} |"
        f" **{found.mean():.1%}**"
        f" ({low:.1%} to {high:.1%}) |",
    ]  # fmt: skip
    by_kind = defaultdict(list)
    for question, *firsts in zip(questions, engine_first, plain_first, found, strict=True):
        by_kind[question.kind].append(firsts)
    for kind, rows in by_kind.items():
        shares = " | ".join(f"{share:.1%}" for share in np.mean(rows, axis=0))
        report.append(f"| {kind} ({len(rows)}) | {shares} |")
    report += ["", "| feature | weight, standardised |", "|---|---:|"]
    report += [f"| {name} | {w:+.2f} |" for name, w in zip(MODEL, model[2], strict=True)]
    text = "\n".join([*report, ""])
    (RESULTS / "answers-order.md").write_text(text, encoding="utf-8")
    print(text)
    if args.write:
        write_model(model)


if __name__ == "__main__":
    main()
