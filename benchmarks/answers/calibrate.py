"""Fit the model behind `search.confidence` and the threshold of refusal; write the evidence.

    python -m benchmarks.answers.calibrate [--write]

Answerable: tests/questions.yaml. Unanswerable: tests/answer/unanswerable_dev.yaml (never
tests/unanswerable.yaml, which is only looked at in the end). Every figure on these two is of
tenfold cross-validation, ten times over; the threshold is set where 5 % of the answerable are
refused. `--write` puts the coefficients into src/speechrag/search/confidence.py and
src/speechrag/answer/refuse.py.
"""

from __future__ import annotations

import argparse
import re

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.answers.common import (
    DEV,
    RESULTS,
    ROOT,
    TEST,
    answerable,
    describe,
    open_demo,
    unanswerable,
)  # fmt: skip
from speechrag.answer.extract import N_PASSAGES, PER_SPEECH, split_hit
from speechrag.search.confidence import measure_evidence

FEATURES = (
    *("dense", "lexical", "context", "lead", "covered", "close"),
    *("known", "known_words", "english"),
)
REFUSED = 0.05  # of the answerable: what may be
STRENGTH = 0.3  # inverse of the regularisation: few questions, related features


def measure(engine, questions):
    """The features of each question, shape (n, n_features)."""
    rows = []
    for text in questions:
        query = engine.analyse(text)
        result = engine.search(text, k=N_PASSAGES, per_speech=PER_SPEECH)
        values = measure_evidence(
            query,
            result.hits or result.suggestions,
            terms=engine.generation.lexical,
            encoder=engine.encoder,
        )
        rows.append([values[name] for name in FEATURES])
    return np.array(rows)


def make_model():
    """Scaled features, a logistic regression."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    )


def cross_validate(x, y):
    """Probabilities out of sample, shape (10, n), one row a repetition."""
    out = np.zeros((10, len(y)))
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    for number, (train, test) in enumerate(folds.split(x, y)):
        model = make_model().fit(x[train], y[train])
        out[number // 10, test] = model.predict_proba(x[test])[:, 1]
    return out


def support_floor(engine):
    """95th percentile of the cosine of a sentence with the nearest of a passage elsewhere."""
    rng = np.random.default_rng(0)
    passages = [
        (speech.id, speech, passage)
        for speech in engine.generation.store.iter_speeches()
        for passage in speech.passages
    ]
    from speechrag.types import Hit

    parts = [
        [c.text for c in split_hit(Hit(passage, speech, 1, 0.0))] for _, speech, passage in passages
    ]
    cosines = []
    for _ in range(1000):
        a, b = rng.integers(len(passages), size=2)
        if passages[a][0] == passages[b][0]:
            continue
        sentence = parts[a][int(rng.integers(len(parts[a])))]
        vectors = engine.encoder.encode_passages([sentence, *parts[b]])
        cosines.append(float((vectors[1:] @ vectors[0]).max()))
    return float(np.quantile(cosines, 0.95))


def write_constants(model, threshold, floor):
    """Put what was fitted where it is used."""
    scaler, regression = model[0], model[1]
    lines = [
        f'    "{name}": ({mean:.4f}, {scale:.4f}, {coefficient:.4f}),'
        for name, mean, scale, coefficient in zip(
            FEATURES, scaler.mean_, scaler.scale_, regression.coef_[0], strict=True
        )
    ]
    file = ROOT / "src/speechrag/search/confidence.py"
    text = file.read_text(encoding="utf-8")
    table = "MODEL: dict[str, tuple[float, float, float]] = {\n" + "\n".join(lines) + "\n}\n"
    text = re.sub(r"MODEL: dict.*?\n\}\n", table, text, flags=re.S)
    text = re.sub(r"INTERCEPT = .*", f"INTERCEPT = {regression.intercept_[0]:.4f}", text)
    file.write_text(text, encoding="utf-8")
    for name, constant, value in (
        ("refuse.py", "THRESHOLD", threshold), ("cite.py", "MIN_SUPPORT", floor),
    ):  # fmt: skip
        file = ROOT / "src/speechrag/answer" / name
        text = file.read_text(encoding="utf-8")
        text = re.sub(rf"{constant} = [\d.]+", f"{constant} = {value:.3f}", text)
        file.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    engine = open_demo()
    questions = answerable()
    good = measure(engine, [q.text for q in questions])
    bad = measure(engine, unanswerable(DEV))
    held_out = measure(engine, unanswerable(TEST))
    x, y = np.vstack([good, bad]), np.array([1] * len(good) + [0] * len(bad))
    probabilities = cross_validate(x, y)
    aucs = [roc_auc_score(y, row) for row in probabilities]
    threshold = float(np.mean([np.quantile(row[y == 1], REFUSED) for row in probabilities]))
    refused = probabilities < threshold
    model = make_model().fit(x, y)
    fitted = model.predict_proba(good)[:, 1] < threshold
    tested = model.predict_proba(held_out)[:, 1] < threshold
    floor = support_floor(engine)
    report = [
        "# When an answer is refused",
        "",
        "`python -m benchmarks.answers.calibrate --write`",
        "",
        describe(engine),
        f"{len(good)} answerable questions (tests/questions.yaml), {len(bad)} unanswerable to fit"
        f" on (tests/answer/unanswerable_dev.yaml), {len(held_out)} unanswerable kept for the test"
        " (tests/unanswerable.yaml). Logistic regression, tenfold cross-validation, ten times.",
        "",
        f"- area under the ROC curve, out of sample: {np.mean(aucs):.3f}",
        f"- threshold {threshold:.3f} (refuses {REFUSED:.0%} of the answerable out of sample)",
        f"- unanswerable refused, development set, out of sample: {refused[:, y == 0].mean():.1%}",
        f"- **answerable refused, out of sample: {refused[:, y == 1].mean():.1%};"
        f" by the shipped model: {fitted.sum()} of {len(good)} (at most 5 %)**",
        f"- **unanswerable refused, test set: {tested.mean():.1%} ({tested.sum()} of {len(tested)})"
        " (at least 90 %)**",
        "",
        "At other thresholds (out of sample on the first two columns):",
        "",
        "| answerable refused | dev refused | test refused |",
        "|---:|---:|---:|",
    ]
    for share in (0.02, 0.04, 0.05, 0.1, 0.15, 0.2, 0.3):
        at = float(np.mean([np.quantile(row[y == 1], share) for row in probabilities]))
        dev = (probabilities[:, y == 0] < at).mean()
        test = (model.predict_proba(held_out)[:, 1] < at).mean()
        report.append(f"| {share:.0%} | {dev:.1%} | {test:.1%} |")
    report += ["", "| feature | AUC alone | coefficient |", "|---|---:|---:|"]
    for at, name in enumerate(FEATURES):
        alone = roc_auc_score(y, x[:, at])
        report.append(f"| {name} | {alone:.3f} | {model[1].coef_[0][at]:+.3f} |")
    kinds = list(dict.fromkeys(q.kind for q in questions))
    report += ["", "| kind | answerable refused |", "|---|---:|"]
    for kind in kinds:
        of_kind = np.array([q.kind == kind for q in questions])
        report.append(f"| {kind} | {int(fitted[of_kind].sum())} of {int(of_kind.sum())} |")
    report += [
        "",
        f"The gate's least support is {floor:.3f}: 95 % of pairs of a sentence and a passage of"
        " another speech have a lower cosine.",
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "answers-refusal.md").write_text("\n".join(report), encoding="utf-8")
    print("\n".join(report))
    missed = [q for q, r in zip(unanswerable(TEST), tested, strict=True) if not r]
    print("answered though unanswerable:", missed)
    print(
        "refused though answerable:", [q.text for q, r in zip(questions, fitted, strict=True) if r]
    )
    if args.write:
        write_constants(model, threshold, floor)


if __name__ == "__main__":
    main()
