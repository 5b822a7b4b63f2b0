"""Fit the curves of `speechrag.search.kernels`: what each cosine of a word's best match is worth.

    python -m training.train_kernels --data ../shared/corpora [--work FOLDER] [--write]

Each question of the libraries that `training.kernel_material` builds is asked of the one that
holds its answer, and what the engine finds is told right or wrong by whether the answer stands in
it. A listwise model (`minimize_listwise`) then weighs the curves beside the other signals of the
second look, so that the curves say what these do not.

Printed are the figures of cross-validation over the four libraries. `--write` puts the curves into
src/speechrag/search/kernels.py; `python -m benchmarks.answers.order --write` then weighs them
beside what the written libraries cannot tell of (roles).
"""

import argparse
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from speechrag.search.engine import Engine
from speechrag.search.kernels import CURVES, KNOTS, pool_matches
from speechrag.search.rescore import MODEL, Rescorer, split_sentences
from training.kernel_material import (
    N_LIBRARIES,
    build_libraries,
    library_settings,
    read_material,
)
from training.written import HERE, QuestionRow

N_CANDIDATES = 60
# What a passage does in its speech says nothing of an answer that was put there.
NOT_TOLD = ("kernel", "purpose", "opens", "closes", "length")
SIGNALS = tuple(at for at, name in enumerate(MODEL) if name not in NOT_TOLD)

RIDGE_CURVES, RIDGE_SIGNALS, SMOOTH = 0.2, 2.0, 2.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question's candidates.

    steps: shape (n, n_curves * (len(KNOTS) - 1)); how much of the question has passed each knot.
    signals: shape (n, len(SIGNALS)). right: which candidates hold the answer.
    """

    library: int
    kind: str
    steps: Matrix
    signals: Matrix
    right: NDArray[np.bool_]


def ask(work: Path, number: int, rows: Sequence[QuestionRow]) -> list[Asked]:
    """What the engine finds for each question, measured; without those where nothing is right."""
    engine = Engine.open(library_settings(work, number))
    engine = engine.with_weights(replace(engine.weights, min_score=0.0, min_best_score=0.0))
    rescorer = Rescorer(engine.generation, engine.encoder)
    encoder, idf = engine.encoder, engine.generation.lexical.idf
    asked = []
    for row in rows:
        hits = engine.search(row.question, k=N_CANDIDATES, per_speech=1000).hits
        piece = max(re.split("[。；]", row.answer), key=len)
        right = np.array([piece in hit.text for hit in hits], dtype=np.bool_)
        if not right.any() or right.all():
            continue
        query = engine.analyse(row.question)
        sentences = [encoder.token_ids(split_sentences(hit.text)) for hit in hits]
        pools = pool_matches(encoder, query, sentences, idf)
        signals = rescorer.measure(query, hits)[:, SIGNALS]
        asked.append(Asked(number, row.kind, steps_of(pools), signals, right))
    return asked


def steps_of(pools: NDArray[np.floating]) -> Matrix:
    """Pools as steps: the share of the question at or beyond each knot but the first.

    A curve's rise at each knot, times these, is the curve times the pool.
    """
    beyond = np.cumsum(pools[:, :, ::-1], axis=2)[:, :, ::-1][:, :, 1:]
    return beyond.reshape(len(pools), -1).astype(np.float64)


def minimize_listwise(rows: Matrix, right: NDArray[np.bool_], sizes: NDArray[np.int64],
                      ridge: Matrix, rising: int) -> Matrix:  # fmt: skip
    """Weights by which the right candidates have the largest share of a softmax over each list.

    As `benchmarks.answers.order.fit`, the first `rising` weights ≥ 0 and smooth curve by curve.
    """
    starts = np.cumsum([0, *sizes])[:-1]
    n_steps = len(KNOTS) - 1

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        logits = rows @ weights
        shares = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), sizes))
        shares /= np.repeat(np.add.reduceat(shares, starts), sizes)
        found = np.maximum(np.add.reduceat(shares * right, starts), 1e-12)
        wanted = shares * right / np.repeat(found, sizes)
        slope = ridge * weights - rows.T @ (wanted - shares)
        total = float((ridge * weights**2).sum() / 2 - np.log(found).sum())
        curves = weights[:rising].reshape(-1, n_steps)
        bends = np.diff(curves, axis=1)
        total += SMOOTH * float((bends**2).sum()) / 2
        pull = np.zeros_like(curves)
        pull[:, 1:] += SMOOTH * bends
        pull[:, :-1] -= SMOOTH * bends
        slope[:rising] += pull.ravel()
        return total, slope

    bounds = [(0, None)] * rising + [(None, None)] * (rows.shape[1] - rising)
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rises of the curves, (n_steps,), and what the standardised signals weigh."""

    rises: Matrix
    means: Matrix
    scales: Matrix
    weights: Matrix

    def score(self, one: Asked) -> Matrix:
        """Log odds of one question's candidates."""
        standard = (one.signals - self.means) / self.scales
        scores: Matrix = one.steps @ self.rises + standard @ self.weights
        return scores


def fit(asked: Sequence[Asked], *, curves: bool = True) -> Fitted:
    """Curves and weights together; without curves, all their rises are 0."""
    signals = np.vstack([one.signals for one in asked])
    means, scales = signals.mean(axis=0), signals.std(axis=0) + 1e-6
    steps = np.vstack([one.steps for one in asked])
    rising = steps.shape[1] if curves else 0
    rows = np.hstack([steps[:, :rising], (signals - means) / scales])
    ridge = np.concatenate(
        [np.full(rising, RIDGE_CURVES), np.full(signals.shape[1], RIDGE_SIGNALS)]
    )
    right = np.concatenate([one.right for one in asked])
    sizes = np.array([len(one.right) for one in asked])
    found = minimize_listwise(rows, right, sizes, ridge, rising)
    rises = found[:rising] if curves else np.zeros(steps.shape[1])
    return Fitted(rises, means, scales, found[rising:])


def reciprocal_ranks(model: Fitted, asked: Sequence[Asked]) -> Matrix:
    """One over the rank of the first right candidate, question by question."""
    ranks = []
    for one in asked:
        order = np.argsort(-model.score(one), kind="stable")
        ranks.append(1 / (1 + np.flatnonzero(one.right[order])[0]))
    return np.array(ranks)


def cross_validate(asked: Sequence[Asked]) -> tuple[Matrix, Matrix]:
    """`reciprocal_ranks` out of sample, library by library: without the curves, and with them."""
    without, beside = [], []
    for number in range(N_LIBRARIES):
        rest = [one for one in asked if one.library != number]
        mine = [one for one in asked if one.library == number]
        without.append(reciprocal_ranks(fit(rest, curves=False), mine))
        beside.append(reciprocal_ranks(fit(rest), mine))
    return np.concatenate(without), np.concatenate(beside)


def curves_of(model: Fitted) -> dict[str, list[float]]:
    """The value at each knot."""
    rises = model.rises.reshape(len(CURVES), -1)
    return {
        name: [0.0, *np.cumsum(rise).round(2).tolist()]
        for name, rise in zip(CURVES, rises, strict=True)
    }


def write_curves(curves: dict[str, list[float]]) -> None:
    """Put the curves where they are used."""
    lines = [
        f'    "{name}": ({", ".join(f"{value:.2f}" for value in values)}),'
        for name, values in curves.items()
    ]
    file = HERE.parent / "src" / "speechrag" / "search" / "kernels.py"
    table = "CURVES: dict[str, tuple[float, ...]] = {\n" + "\n".join(lines) + "\n}\n"
    text = re.sub(r"CURVES: dict.*?\n\}\n", table, file.read_text(encoding="utf-8"), flags=re.S)
    file.write_text(text, encoding="utf-8")


def main() -> None:
    """Build, ask, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, help="where the libraries are kept and found again")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    work = args.work or Path(tempfile.mkdtemp())
    rows = read_material()
    parts = build_libraries(args.data, work, rows)
    asked: list[Asked] = []
    for number, part in enumerate(parts):
        asked += ask(work, number, part)
        print(f"library {number}: {len(part)} questions, {len(asked)} answered so far", flush=True)
    without, beside = cross_validate(asked)
    gain = beside - without
    error = gain.std() / len(gain) ** 0.5
    print(f"{len(rows)} questions, {len(asked)} with the answer among {N_CANDIDATES}")
    print(f"reciprocal rank without {without.mean():.3f}, with the curves {beside.mean():.3f}")
    print(f"gain {gain.mean():+.4f}, standard error {error:.4f}")
    print(f"first: {(without == 1).mean():.1%}, {(beside == 1).mean():.1%}")
    curves = curves_of(fit(asked))
    print(curves)
    if args.write:
        write_curves(curves)


if __name__ == "__main__":
    main()
