"""Fit the model behind `answer.confidence` and the threshold of refusal; write the evidence.

    python -m benchmarks.answers.calibrate [--write]

Fitted on tests/answer/answerable_dev.yaml, unanswerable_dev.yaml and refusal_dev.yaml; figures on
these are of tenfold cross-validation, three times over, and the threshold is set where `REFUSED` of
the answerable ones are refused. Reported on questions that nothing is fitted on:
tests/questions.yaml, tests/unanswerable.yaml, tests/answer/unanswerable_held_out.yaml and
refusal_held_out.yaml.

`--write` puts the coefficients into src/speechrag/answer/confidence.py and
src/speechrag/answer/refuse.py.
"""

from __future__ import annotations

import argparse
import math
import re
from dataclasses import dataclass

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
    REFUSAL_DEV,
    REFUSAL_HELD_OUT,
    RESULTS,
    ROOT,
    TEST,
    answerable,
    describe,
    described,
    open_demo,
    unanswerable,
)  # fmt: skip
from speechrag.answer.confidence import MODEL, measure_evidence
from speechrag.answer.extract import split_hit
from speechrag.answer.passages import find_candidates, rank_passages
from speechrag.answer.refuse import is_small_talk, name_absent
from speechrag.types import Hit

FEATURES = tuple(MODEL)
REFUSED = 0.05  # of the answerable; plain speech and English count for more
HARD = {"paraphrase", "english", "mixed"}
HARD_WEIGHT = 3.0  # they are what people ask and what is hardest to answer
STRENGTH = 0.3  # inverse of the regularisation: few questions, related features


@dataclass(frozen=True)
class Measured:
    """Questions as an answer measures them."""

    x: np.ndarray  # (n, n_features)
    ruled: np.ndarray  # (n,) bool: refused by a list, as small talk or for a place not named


def measure(engine, questions) -> Measured:
    """The features of each question, as an answer measures them."""
    rows, ruled = [], []
    for text in questions:
        query = engine.analyse(text)
        found = find_candidates(engine, text)
        standings = rank_passages(engine, query, found.hits)
        hits = [standing.hit for standing in standings] or found.suggestions
        values = measure_evidence(query, hits, engine, [standing.share for standing in standings])
        rows.append([values[name] for name in FEATURES])
        ruled.append(is_small_talk(query) or name_absent(query, engine) is not None)
    return Measured(np.array(rows), np.array(ruled))


def fit(x, y, weights):
    """Scaled features, a logistic regression; both classes count alike."""
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    model = make_pipeline(StandardScaler(), regression)
    return model.fit(x, y, logisticregression__sample_weight=weights)


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
        model = fit(x[train], y[train], weights[train])
        out[number // 10, test] = model.predict_proba(x[test])[:, 1]
    return out


def interval(n_refused: int, n: int) -> str:
    """Wilson's 95 % interval of a share."""
    share, z = n_refused / n, 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return f"{middle - half:.0%}–{middle + half:.0%}"


def support_floor(engine):
    """95th percentile of the cosine of a sentence with the nearest of a passage elsewhere."""
    rng = np.random.default_rng(0)
    passages = [
        (speech.id, speech, passage)
        for speech in engine.generation.store.iter_speeches()
        for passage in speech.passages
    ]
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


def development(engine):
    """(features, whether it is answered, weight) of the questions to fit on."""
    good = answerable(ANSWERABLE_DEV)
    rows = described(REFUSAL_DEV)
    asked = [(q.text, True, q.kind) for q in good]
    asked += [(text, False, "") for text in unanswerable(DEV)]
    asked += [(str(row["q"]), bool(row["answered"]), str(row["kind"])) for row in rows]
    y = np.array([int(is_answered) for _, is_answered, _ in asked])
    weights = np.array([HARD_WEIGHT if kind in HARD else 1.0 for _, _, kind in asked])
    return measure(engine, [text for text, _, _ in asked]), y, weights


def held_out(engine):
    """Name → (features, whether they are answered) of the sets that nothing is fitted on."""
    rows = described(REFUSAL_HELD_OUT)
    sets = {
        "answerable (tests/questions.yaml)": [q.text for q in answerable()],
        "unanswerable (tests/unanswerable.yaml)": unanswerable(TEST),
        "unanswerable, held out (tests/answer)": unanswerable(HELD_OUT),
        "answerable, second held out": [r["q"] for r in rows if r["answered"]],
        "unanswerable, second held out": [r["q"] for r in rows if not r["answered"]],
    }
    return {name: measure(engine, questions) for name, questions in sets.items()}


def report(engine, data, probabilities, model, threshold, floor) -> str:
    """The evidence as Markdown."""
    measured, y, weights = data
    sets = held_out(engine)

    def refused(name, at):
        return (model.predict_proba(sets[name].x)[:, 1] < at) | sets[name].ruled

    dev = (probabilities.mean(axis=0) < threshold) | measured.ruled
    auc = np.mean([roc_auc_score(y, row) for row in probabilities])
    lines = [
        "# When an answer is refused", "",
        "`python -m benchmarks.answers.calibrate --write`", "",
        describe(engine),
        f"Fitted on {y.sum()} answerable and {(1 - y).sum()} unanswerable questions (tests/answer),"
        " logistic regression; nothing is fitted on the sets reported in bold. Small talk is"
        " refused by a list of its cues, and a well-known place that no speech names by its name"
        " (`answer/refuse.py`). Plain speech, English and mixed questions count three times.", "",
        f"Threshold {threshold:.3f}: where {REFUSED:.0%} of the answerable development questions,"
        f" by weight, are refused out of sample. Area under the ROC curve there: {auc:.3f}.", "",
        "| questions | n | refused | 95 % interval | wanted |", "|---|---:|---:|---:|---|",
    ]  # fmt: skip
    for name, of in (("answerable", y == 1), ("unanswerable", y == 0)):
        n, n_refused = int(of.sum()), int(dev[of].sum())
        lines.append(
            f"| development, {name}, out of sample | {n} | {n_refused / n:.1%}"
            f" | {interval(n_refused, n)} | |"
        )
    for name in sets:
        out = refused(name, threshold)
        wanted = "at least 90 %" if name.startswith("un") else "at most 5 %"
        n, n_refused = len(out), int(out.sum())
        lines.append(
            f"| **{name}** | {n} | **{n_refused / n:.1%}** ({n_refused}) | {interval(n_refused, n)}"
            f" | {wanted} |"
        )
    lines += [
        "", "At other thresholds:", "",
        "| development, answerable | " + " | ".join(sets) + " |", "|---:" * (len(sets) + 1) + "|",
    ]  # fmt: skip
    for share in (0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15):
        at = weighted_quantile(probabilities.mean(axis=0)[y == 1], weights[y == 1], share)
        cells = " | ".join(f"{refused(name, at).mean():.1%}" for name in sets)
        lines.append(f"| {share:.0%} | {cells} |")
    lines += [
        "", "| feature | AUC alone | coefficient |", "|---|---:|---:|",
    ]  # fmt: skip
    for at, name in enumerate(FEATURES):
        alone = roc_auc_score(y, measured.x[:, at])
        lines.append(f"| {name} | {alone:.3f} | {model[1].coef_[0][at]:+.3f} |")
    return "\n".join([
        *lines, "",
        f"The gate's least support is {floor:.3f}: 95 % of pairs of a sentence and a passage of"
        " another speech have a lower cosine.", "",
    ])  # fmt: skip


def main() -> None:
    """Measure, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    engine = open_demo()
    measured, y, weights = data = development(engine)
    probabilities = cross_validate(measured.x, y, weights)
    model = fit(measured.x, y, weights)
    mean = probabilities.mean(axis=0)
    threshold = weighted_quantile(mean[y == 1], weights[y == 1], REFUSED)
    floor = support_floor(engine)
    text = report(engine, data, probabilities, model, threshold, floor)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "answers-refusal.md").write_text(text, encoding="utf-8")
    print(text)
    if args.write:
        write_constants(model, threshold, floor)


if __name__ == "__main__":
    main()
