"""Fit the model behind `answer.confidence` and the threshold of refusal; write the evidence.

    python -m benchmarks.answers.calibrate [--write]

Fitted on tests/answer/answerable_dev.yaml and tests/answer/unanswerable_dev.yaml; figures on these
are of tenfold cross-validation, three times over, and the threshold is set where 4 % of the
answerable ones are refused. Reported on questions that nothing is fitted on:
tests/questions.yaml, tests/unanswerable.yaml, tests/answer/unanswerable_held_out.yaml.

`--write` puts the coefficients into src/speechrag/answer/confidence.py and
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
    ANSWERABLE_DEV,
    DEV,
    HELD_OUT,
    RESULTS,
    ROOT,
    TEST,
    answerable,
    describe,
    open_demo,
    unanswerable,
)  # fmt: skip
from speechrag.answer.confidence import MODEL, measure_evidence
from speechrag.answer.extract import split_hit
from speechrag.answer.passages import find_candidates, rank_passages
from speechrag.answer.refuse import is_small_talk

FEATURES = tuple(MODEL)
REFUSED = 0.04  # of the answerable: 5 % may be, and other questions are a little harder
HARD = {"paraphrase", "english"}
STRENGTH = 0.3  # inverse of the regularisation: few questions, related features


def measure(engine, questions):
    """The features of each question, shape (n, n_features), as an answer measures them."""
    rows = []
    for text in questions:
        query = engine.analyse(text)
        found = find_candidates(engine, text)
        ranked = [standing.hit for standing in rank_passages(engine, query, found.hits)]
        values = measure_evidence(query, ranked or found.suggestions, engine)
        rows.append([values[name] for name in FEATURES])
    return np.array(rows)


def small_talk(engine, questions):
    """Which questions are small talk."""
    return [is_small_talk(engine.analyse(text)) for text in questions]


def make_model():
    """Scaled features, a logistic regression."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    )


def weigh(questions, n_bad):
    """The weight of each question: plain speech and English, which are hardest, count twice."""
    return np.array([2.0 if q.kind in HARD else 1.0 for q in questions] + [1.0] * n_bad)


def weighted_quantile(values, weights, share):
    """The least value below which there is that share of the weight."""
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(below, share)])


def cross_validate(x, y, weights):
    """Probabilities out of sample, shape (3, n), one row a repetition."""
    out = np.zeros((3, len(y)))
    folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=3, random_state=0)
    for number, (train, test) in enumerate(folds.split(x, y)):
        model = make_model()
        model.fit(x[train], y[train], logisticregression__sample_weight=weights[train])
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
    file = ROOT / "src/speechrag/answer/confidence.py"
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
    good_questions = answerable(ANSWERABLE_DEV)
    good = measure(engine, [q.text for q in good_questions])
    bad_questions = unanswerable(DEV)
    bad = measure(engine, bad_questions)
    x, y = np.vstack([good, bad]), np.array([1] * len(good) + [0] * len(bad))
    weights = weigh(good_questions, len(bad))
    probabilities = cross_validate(x, y, weights)
    small = np.array([False] * len(good) + small_talk(engine, bad_questions))
    model = make_model()
    model.fit(x, y, logisticregression__sample_weight=weights)
    threshold = weighted_quantile(probabilities.mean(axis=0)[y == 1], weights[y == 1], REFUSED)
    tests = {
        name: (questions, measure(engine, questions), small_talk(engine, questions))
        for name, questions in (
            ("answerable (tests/questions.yaml)", [q.text for q in answerable()]),
            ("unanswerable (tests/unanswerable.yaml)", unanswerable(TEST)),
            ("unanswerable, held out (tests/answer)", unanswerable(HELD_OUT)),
        )
    }

    def refused(name, at):
        _, measured, talk = tests[name]
        return (model.predict_proba(measured)[:, 1] < at) | np.array(talk)

    aucs = [roc_auc_score(y, row) for row in probabilities]
    dev = (probabilities < threshold) | small
    floor = support_floor(engine)
    report = [
        "# When an answer is refused", "",
        "`python -m benchmarks.answers.calibrate --write`", "",
        describe(engine),
        f"Fitted on {len(good)} answerable and {len(bad)} unanswerable questions (tests/answer),"
        " logistic regression; nothing is fitted on the sets reported in bold. Small talk is"
        " refused by a list of its cues (`answer/refuse.py`). Plain speech and English count"
        " twice.", "",
        f"Threshold {threshold:.3f}: refuses {REFUSED:.1%} of the answerable development questions"
        " out of sample. Area under the ROC curve there, out of sample:"
        f" {np.mean(aucs):.3f}.", "",
        "| questions | n | refused | wanted |", "|---|---:|---:|---|",
        f"| development, answerable | {len(good)} | {dev[:, y == 1].mean():.1%} | |",
        f"| development, unanswerable | {len(bad)} | {dev[:, y == 0].mean():.1%} | |",
    ]  # fmt: skip
    for name, (questions, _, _) in tests.items():
        share = refused(name, threshold)
        wanted = "at least 90 %" if name.startswith("un") else "at most 5 %"
        report.append(
            f"| **{name}** | {len(questions)} | **{share.mean():.1%}** ({share.sum()}) | {wanted} |"
        )
    report += [
        "", "At other thresholds:", "",
        "| development, answerable | " + " | ".join(tests) + " |", "|---:|---:|---:|---:|",
    ]  # fmt: skip
    for share in (0.02, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2):
        at = weighted_quantile(probabilities.mean(axis=0)[y == 1], weights[y == 1], share)
        cells = " | ".join(f"{refused(name, at).mean():.1%}" for name in tests)
        report.append(f"| {share:.0%} | {cells} |")
    report += ["", "| feature | AUC alone | coefficient |", "|---|---:|---:|"]
    for at, name in enumerate(FEATURES):
        alone = roc_auc_score(y, x[:, at])
        report.append(f"| {name} | {alone:.3f} | {model[1].coef_[0][at]:+.3f} |")
    report += [
        "",
        f"The gate's least support is {floor:.3f}: 95 % of pairs of a sentence and a passage of"
        " another speech have a lower cosine.",
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "answers-refusal.md").write_text("\n".join(report), encoding="utf-8")
    print("\n".join(report))
    for name, (questions, _, _) in tests.items():
        wrong = refused(name, threshold) == name.startswith("answerable")
        print(f"wrong, {name}:", [q for q, w in zip(questions, wrong, strict=True) if w])
    if args.write:
        write_constants(model, threshold, floor)


if __name__ == "__main__":
    main()
